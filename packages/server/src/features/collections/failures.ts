import { defineFailures } from '@tenkai/domain/failure.ts';
import { defineReasons } from '@tenkai/domain/reason.ts';

export const collectionFailures = defineFailures({
  'collection-built-in': {
    kind: 'conflict',
    message: 'The collection {name} is built in and cannot be changed.',
    remedy: 'Make a collection of your own, limited to this one where that is meant.',
  },
  'window-invalid': {
    kind: 'invalid',
    message: 'The maintenance window {name} cannot be used: {problem}',
    remedy: 'Correct the schedule of that window.',
  },
});

defineReasons({
  'machine-not-enrolled': 'The machine is not enrolled; collections hold enrolled machines only.',
});
