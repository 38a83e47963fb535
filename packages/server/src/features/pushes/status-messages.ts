import { defineStatusMessages } from '@tenkai/domain/status-message.ts';

export const pushStatusMessages = defineStatusMessages({
  'push.host-done': { id: 1150, message: 'The agent {version} was pushed to {host}.' },
  'push.host-failed': { id: 1151, message: 'The agent could not be pushed to {host}: {reason}' },
});
