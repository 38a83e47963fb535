import { defineStatusMessages } from '@tenkai/domain/status-message.ts';

defineStatusMessages({
  'multicast-session-ended': {
    id: 1720,
    message: 'Multicast to {group} ended: {complete} machines have everything, {left} finish by unicast.',
  },
  'multicast-straggler': {
    id: 1721,
    message:
      'The multicast session to {group} went on without the machine ({cause}); it finishes by unicast.',
  },
  'multicast-session-failed': {
    id: 1722,
    message: 'Multicast to {group} failed: {detail}. Its machines finish by unicast.',
  },
  'multicast-unfit': {
    id: 1723,
    message: 'The site cannot send by multicast ({problem}: {detail}); unicast goes on.',
  },
});
