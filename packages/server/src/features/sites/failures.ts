import { defineFailures } from '@tenkai/domain';

defineFailures({
  'multicast-range-wrong': {
    kind: 'invalid',
    message: 'Multicast sessions cannot use the addresses from {first} to {last}.',
    remedy: 'Choose up to 65,536 addresses from 224.0.1.0 to 239.255.255.255, the lower one first.',
  },
});
