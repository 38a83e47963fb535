import { defineFailures } from '../failure.ts';

/** What is refused about a push as a whole; why one machine failed is in push-reason.ts. */
export const pushRefusals = defineFailures({
  'push-host-invalid': {
    kind: 'invalid',
    message: '"{host}" is no name or address of a machine.',
    remedy: 'Write HOST, HOST:PORT, USER@HOST or [IPV6-ADDRESS]:PORT.',
  },
  'push-host-twice': {
    kind: 'invalid',
    message: '"{host}" is in the list twice.',
    remedy: 'Take one of them out.',
  },
  'push-hosts-none': {
    kind: 'invalid',
    message: 'No machine is named.',
    remedy: 'Name at least one.',
  },
  'push-hosts-too-many': {
    kind: 'invalid',
    message: 'There are more than {most} machines in the list.',
    remedy: 'Make several pushes of it.',
  },
  'push-user-invalid': {
    kind: 'invalid',
    message: '"{user}" is no name of a user.',
    remedy: 'Give a name of letters, digits, "_", "-" and ".".',
  },
  'push-property-own': {
    kind: 'invalid',
    message: '{name} is given by the push itself.',
    remedy: 'Leave it out: each machine gets a ticket of its own and the root key of this site.',
  },
  'push-property-hold': {
    kind: 'invalid',
    message: '{name} keeps a machine away from its site, to which a push brings it.',
    remedy: 'Leave it out; hold a machine with its installation, or by tenkai-agent assign --hold.',
  },
  'push-site-key-missing': {
    kind: 'conflict',
    message: 'The site has no key of its own for pushes.',
    remedy:
      'Make one and place its public half in authorized_keys of the machines, or give a password or a private key.',
  },
  'push-site-keys-enough': {
    kind: 'conflict',
    message: 'The site has two keys for pushes already.',
    remedy: 'Delete the one that no machine needs any more.',
  },
  'push-key-unreadable': {
    kind: 'invalid',
    message: 'The private key cannot be read.',
    remedy: 'Give the whole file as ssh-keygen has written it, and its passphrase if it has one.',
  },
  'push-secret-needed': {
    kind: 'conflict',
    message: 'The password or key of this push is not kept any more.',
    remedy: 'Give it again.',
  },
  'push-host-keys-other': {
    kind: 'conflict',
    message: '{host} does not wait for a decision about these fingerprints.',
    remedy: 'Load the push again and compare what it shows now.',
  },
  'push-act-impossible': {
    kind: 'conflict',
    message: 'None of these machines is in a state in which this can be done.',
    remedy: 'Load the push again.',
  },
});
