import { defineFailures } from '@tenkai/domain/failure.ts';

/** Refusals on the way into the site. */
export const enrollmentFailures = defineFailures({
  'ticket-unknown': {
    kind: 'forbidden',
    message: 'This enrollment ticket is not known here.',
    remedy: 'Check the ticket and the address of the site, or make a new ticket.',
  },
  'ticket-expired': {
    kind: 'forbidden',
    message: 'The enrollment ticket {name} has expired.',
    remedy: 'Make a new ticket, or enroll without one and approve the machine in the console.',
  },
  'ticket-revoked': {
    kind: 'forbidden',
    message: 'The enrollment ticket {name} was revoked.',
    remedy: 'Make a new ticket, or enroll without one and approve the machine in the console.',
  },
  'ticket-used-up': {
    kind: 'forbidden',
    message: 'The enrollment ticket {name} has been used as often as it allows ({uses} times).',
    remedy: 'Make a new ticket, or enroll without one and approve the machine in the console.',
  },
  'agent-key-invalid': {
    kind: 'invalid',
    message: 'The {which} key of the agent is not a P-256 public key.',
    remedy: 'Remove the keys of the agent and start it again: it makes new ones.',
  },
  'agent-proof-invalid': {
    kind: 'unauthenticated',
    message: 'The agent did not prove that it holds its signing key.',
    remedy: 'The agent asks again by itself; where this repeats, remove its keys and enroll it anew.',
  },
  'agent-key-replaced': {
    kind: 'forbidden',
    message: 'The machine {id} has renewed its keys; this is the old one.',
    remedy:
      'This is an older state of the machine, or a copy. Stop the service, run tenkai-agent cert purge, and enroll it as a machine of its own.',
  },
  'agent-key-known': {
    kind: 'conflict',
    message: 'The new key of the agent is not new: the site knows it.',
    remedy: 'Remove the folder next in the identity folder of the agent, and renew again.',
  },
  'challenge-invalid': {
    kind: 'unauthenticated',
    message: 'The challenge was altered, has expired or was answered before.',
    remedy:
      'The agent asks for a new challenge by itself; where this repeats, check the clock of the server.',
  },
  'machine-unknown': {
    kind: 'unauthenticated',
    message: 'The site does not know the machine {id}; it may have been removed.',
    remedy: 'Enroll the machine again.',
  },
  'machine-pending': {
    kind: 'forbidden',
    message: 'The machine {id} waits for approval.',
    remedy: 'Approve it in the console (Machines, waiting for approval) or with a ticket.',
  },
  'machine-refused': {
    kind: 'forbidden',
    message: 'An administrator refused the machine {id}.',
    remedy: 'Approve it in the console, or remove it there and enroll it again.',
  },
  'machine-quarantined': {
    kind: 'forbidden',
    message: 'The machine {id} is in quarantine: its key was seen on two different machines.',
    remedy:
      'Remove the keys on the copy so that it enrolls as a machine of its own; release the original in the console.',
  },
  'machine-key-shared': {
    kind: 'forbidden',
    message: 'The machine {id} is in quarantine: two agents used its key at the same time, so one is a copy.',
    remedy:
      'Stop the copy or remove its keys, so that it enrolls as a machine of its own; then release the original in the console.',
  },
  'too-many-pending': {
    kind: 'unavailable',
    message: 'Too many machines wait for approval ({limit}).',
    remedy: 'Approve or refuse waiting machines, or enroll with a ticket.',
  },
});
