import { defineFailures } from '../failure.ts';

export const firewallFailures = defineFailures({
  'netfw-broken': {
    kind: 'invalid',
    message: 'Line {line} of netfw.inf is broken: {text}',
    remedy: 'Each line begins with HKLM and is one whole line; join what an editor has broken into two.',
  },
  'netfw-section-missing': {
    kind: 'invalid',
    message: 'This is no netfw.inf: it has no section [{section}].',
    remedy: 'Expand it first: expand /r FOLDER\\i386\\ip\\netfw.in_',
  },
  'netfw-off-unconfirmed': {
    kind: 'invalid',
    message: 'To turn the firewall off on every machine that takes the pack has to be confirmed.',
    remedy: 'Open the programs alone (the default), or confirm: --disable-firewall --yes',
  },
  'firewall-needs-root': {
    kind: 'forbidden',
    message: 'To look at and change the firewall of this machine needs administrative rights.',
    remedy: 'Run the same command as root: sudo {command}',
  },
  'firewall-refused': {
    kind: 'broken',
    message: 'The firewall has refused a command, and nothing was changed: {command}',
    remedy: 'Correct what the detail says, then run the same command again.',
  },
  'firewall-half': {
    kind: 'broken',
    message:
      'The firewall has refused a command, and what was done before it could not be taken back: {command}',
    remedy: 'Run the commands of the detail by hand, or: tenkai firewall close',
  },
  'firewall-not-open': {
    kind: 'conflict',
    message: 'The firewall took the commands, and still these rules are not there: {rules}.',
    remedy: 'Look for a program that puts the firewall back, such as a configuration management.',
  },
  'firewall-not-closed': {
    kind: 'conflict',
    message: 'The firewall took the commands, and still {count} of our rules are there.',
    remedy: 'Look for a program that puts the firewall back, such as a configuration management.',
  },
  'firewall-agent-folder-unreadable': {
    kind: 'conflict',
    message:
      'The name of the folder in which the agent is installed cannot be read in this code page: {folder}',
    remedy: 'Name it: --agent-folder PATH',
  },
  'firewall-rules-missing': {
    kind: 'conflict',
    message: 'What the site needs does not come in: {rules}.',
    remedy: '{remedy}',
  },
});
