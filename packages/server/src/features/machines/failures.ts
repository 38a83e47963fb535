import { defineFailures } from '@tenkai/domain/failure.ts';

export const machineFailures = defineFailures({
  'machine-not-admitted': {
    kind: 'unauthenticated',
    message: 'The site takes no reports from the machine {id}: it was removed, refused or quarantined.',
    remedy: 'The agent asks for a new token and learns the reason there.',
  },
  'too-many-properties': {
    kind: 'too-large',
    message: 'A machine can have at most {limit} properties.',
    remedy: 'Remove properties that nothing uses.',
  },
  'inventory-digest-mismatch': {
    kind: 'invalid',
    message: 'The inventory does not have the digest that the report names.',
    remedy: 'The agent sends a whole inventory again; where this repeats, upgrade the agent.',
  },
  'machine-has-no-mac': {
    kind: 'conflict',
    message: 'No network address of machine {id} is known to which a wake packet could be sent.',
    remedy: 'Let the machine report its inventory once before it is woken.',
  },
});
