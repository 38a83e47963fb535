import { defineStatusMessages } from '@tenkai/domain/status-message.ts';

export const repositoryStatusMessages = defineStatusMessages({
  'repository.pulled': {
    id: 1480,
    message: 'Index {version} of the repository {name} was pulled: {changed} packages new or changed.',
  },
  'repository.pull-failed': { id: 1481, message: 'The repository {name} could not be pulled: {reason}' },
  'repository.registered': {
    id: 1482,
    message: 'The package {packageId} of the repository {name} was registered as revision {revision}.',
  },
  'repository.waiting': {
    id: 1483,
    message: 'The package {packageId} of the repository {name} waits for approval.',
  },
  'repository.refused': {
    id: 1484,
    message: 'The package {packageId} of the repository {name} cannot be taken: {reason}',
  },
  'repository.rejected': {
    id: 1485,
    message: '{by} rejected the package {packageId} of the repository {name}.',
  },
});
