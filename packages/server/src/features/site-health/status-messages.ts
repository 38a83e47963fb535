import { defineStatusMessages } from '@tenkai/domain/status-message.ts';

defineStatusMessages({
  'site.firewall-closed': {
    id: 1010,
    message:
      "The firewall of the server's host ({firewalls}) keeps out what the site needs: {rules}. The way out, as root: {repair}",
  },
  'site.firewall-open': {
    id: 1011,
    message: "The firewall of the server's host lets in what the site needs.",
  },
  'site.firewall-unchecked': {
    id: 1012,
    message:
      "Nobody looks at the firewall of the server's host any more. On Linux the timer tenkai-firewall-check does.",
  },
  'site.contact-lost': {
    id: 1013,
    message:
      '{machines} of {of} machines lost contact at about the same time. Look at the network of the server first.',
  },
  'site.contact-lost-by-firewall': {
    id: 1014,
    message: "{machines} of {of} machines lost contact; the firewall of the server's host blocks {rules}.",
  },
  'site.contact-back': { id: 1015, message: 'The machines that had lost contact together are heard again.' },
});
