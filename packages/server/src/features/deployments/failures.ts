import { defineFailures } from '@tenkai/domain';

defineFailures({
  'schedule-wrong': {
    kind: 'invalid',
    message: 'The schedule cannot be used ({problem}).',
    remedy: 'Correct the time, the time zone or the days of the schedule.',
  },
  'schedule-in-the-past': {
    kind: 'invalid',
    message: 'The schedule has no time left in the future.',
    remedy: 'Choose a later time, or start now.',
  },
  'scenario-not-ready': {
    kind: 'conflict',
    message: 'The scenario {name} cannot be deployed now ({problem}).',
    remedy: 'Mend the step that the detail names, then deploy again.',
  },
  'deployment-ended': {
    kind: 'conflict',
    message: 'The deployment {id} was cancelled.',
    remedy: 'Make a new deployment.',
  },
});
