import { defineFailures } from '@tenkai/domain/failure.ts';

export const certificateFailures = defineFailures({
  'certificates-good': {
    kind: 'conflict',
    message: 'No machine has told of a certificate that certfix repairs.',
    remedy: 'Nothing has to be done. Machines tell with each inventory; other states need other remedies.',
  },
});
