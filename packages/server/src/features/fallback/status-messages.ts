import { defineStatusMessages } from '@tenkai/domain/status-message.ts';

export const fallbackStatusMessages = defineStatusMessages({
  'fallback.machine-lost': {
    id: 1110,
    message: 'A machine that calls itself {name} ({address}) cannot get in: {reason} ({kind}).',
  },
});
