import { defineStatusMessages } from '@tenkai/domain/status-message.ts';

defineStatusMessages({
  'update.begun': { id: 1950, message: 'Automatic update installs {packageId}.' },
  'update.begun-for': {
    id: 1951,
    message: 'Automatic update installs {packageId}, which {goalId} needs first.',
  },
  'update.applied': { id: 1952, message: 'Automatic update has installed {packageId} (attempt {attempts}).' },
  'update.held': {
    id: 1953,
    message: '{packageId} is held on this machine after {attempts} failed attempts.',
  },
  'update.halted': {
    id: 1954,
    message: '{packageId} was stopped: {failed} of {ended} machines failed in ring {ring}.',
  },
  'update.ring-opened': { id: 1955, message: '{packageId} goes on to ring {ring}.' },
  'update.restart-deferred': {
    id: 1956,
    message: 'The restart after an update waits for a maintenance window.',
  },
  'update.restart-cancelled': {
    id: 1957,
    message:
      'The restart after an update was cancelled: the update waits for the next restart of the machine.',
  },
});
