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
  'deployment-of-updates': {
    kind: 'conflict',
    message: 'The deployment {name} belongs to automatic update.',
    remedy:
      'Hold a package in automatic update to stop it for all machines, or cancel the deployment nevertheless: machines that have not ended it are held for its package, a restart that waits for a window is left out, and later machines get another deployment.',
  },
  'group-empty': {
    kind: 'conflict',
    message: 'No machine of the deployment {id} waits for others.',
    remedy: 'See the runs of the deployment for what each of them waits for.',
  },
  'delivery-address-wrong': {
    kind: 'invalid',
    message: '{address} is no address for multicast.',
    remedy: 'Give an IPv4 address from 224.0.1.0 to 239.255.255.255, such as 239.255.1.1, or none.',
  },
});
