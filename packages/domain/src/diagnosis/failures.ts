import { defineFailures } from '../failure.ts';

export const diagnosisFailures = defineFailures({
  'doctor-found-faults': {
    kind: 'unavailable',
    message: 'At fault: {parts}.',
    remedy:
      'Put right what is named first; the way out stands below each fault. Then run the same command again.',
  },
});
