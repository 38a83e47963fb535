import { defineFailures } from '@tenkai/domain/failure.ts';

/** What the simulator refuses before it asks any site. */
export const simulatorFailures = defineFailures({
  'simulator-profile-unknown': {
    kind: 'invalid',
    message: 'There is no profile {name}.',
    remedy: 'Take one of {known}, or the path of a JSON file.',
  },
  'simulator-profile-invalid': {
    kind: 'invalid',
    message: 'The profile {name} is not valid: {problem}.',
    remedy: 'Correct the file; docs/operate.md shows an example.',
  },
  'simulator-state-foreign': {
    kind: 'conflict',
    message: 'The folder {path} holds another fleet: {found}, not {wanted}.',
    remedy: 'Give the seed, profile and site of that fleet, or another folder.',
  },
  'simulator-state-in-use': {
    kind: 'conflict',
    message: 'Another simulator is using the folder {path}.',
    remedy: 'Stop it first, or give another folder.',
  },
  'simulator-too-many-machines': {
    kind: 'too-large',
    message: '{count} machines need {needed} ports of one address towards {host}; this system has {ports}.',
    remedy:
      'Simulate fewer machines, widen net.ipv4.ip_local_port_range, or run the simulator beside the site: there it spreads over loopback addresses.',
  },
  'simulator-too-few-files': {
    kind: 'too-large',
    message:
      '{count} machines in {processes} processes open {needed} files in each; this system allows {files}.',
    remedy:
      'Give more processes or none, raise the limit of open files (ulimit -n), or simulate fewer machines.',
  },
  'simulator-too-little-memory': {
    kind: 'too-large',
    message: '{count} machines in {processes} processes take {needed} MB of memory; {available} MB are free.',
    remedy: 'Simulate fewer machines, or end what takes the memory.',
  },
  'simulator-too-many-processes': {
    kind: 'too-large',
    message: '{processes} processes have {needed} threads; this system allows its user {tasks}.',
    remedy: 'Give fewer processes, or raise the limit (ulimit -u).',
  },
  'simulator-process-ended': {
    kind: 'broken',
    message: 'A process of the simulator ended with {how}.',
    remedy: 'Look at its last lines, and at memory and open files of this machine.',
  },
});
