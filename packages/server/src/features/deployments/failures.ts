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
  'deployment-ended': {
    kind: 'conflict',
    message: 'The deployment {id} was cancelled.',
    remedy: 'Make a new deployment.',
  },
});
