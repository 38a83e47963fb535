import { defineStatusMessages } from '@tenkai/domain/status-message.ts';

defineStatusMessages({
  'run-succeeded': { id: 1700, message: 'The run succeeded and was verified.' },
  'run-failed': { id: 1701, message: 'The run failed: {reason}' },
  'run-not-applicable': { id: 1702, message: 'The deployment does not apply to this machine: {reason}.' },
  'run-cancelled': { id: 1703, message: 'The run was cancelled.' },
  'run-retried': { id: 1704, message: 'The run begins again.' },
  'run-staged': { id: 1706, message: 'The run is on the machine and begins at its next start.' },
  'run-error-cleared': { id: 1705, message: 'The error state was cleared.' },
  'run-requested': { id: 1707, message: 'The user {user} of the machine asked for the deployment.' },
  'run-restart-postponed': { id: 1708, message: '{user} has postponed the restart until {until}.' },
  'run-machine-off': {
    id: 1709,
    message: 'The machine went off or out of reach in the middle of the run; others go on meanwhile.',
  },
  'deployment-review-asked': {
    id: 1711,
    message:
      'The package {packageId} went from {from} to {to}; the deployment {name} stays in use. Its target is to be reviewed.',
  },
  'wave-started': { id: 1710, message: 'Wave {wave} began ({waveCause}); machines in it: {machines}.' },
});
