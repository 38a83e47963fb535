import { defineFailures } from '@tenkai/domain/failure.ts';

/** What a scenario's schema cannot say. */
export const scenarioFailures = defineFailures({
  'scenario-name-empty': {
    kind: 'invalid',
    message: 'A scenario needs a name.',
    remedy: 'Give a name that tells what the scenario is for.',
  },
  'variable-twice': {
    kind: 'invalid',
    message: 'The variable {name} is defined twice.',
    remedy: 'Remove one of the two.',
  },
  'scenario-built-in': {
    kind: 'conflict',
    message: 'The scenario {id} belongs to Tenkai and cannot be changed.',
    remedy: 'Make a scenario of your own.',
  },
});
