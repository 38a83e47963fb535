import { defineStatusMessages } from '@tenkai/domain/status-message.ts';

defineStatusMessages({
  'multicast-session-ended': {
    id: 1720,
    message:
      'Multicast to {group} ended. Machines that have everything: {complete}; that finish by unicast: {left}.',
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
  'multicast-representative': {
    id: 1724,
    message:
      'The machine fetches {bytes} bytes for the network {network} and sends them on (neighbours: {members}; chosen by: {chosenBy}).',
  },
  'multicast-representative-lost': {
    id: 1725,
    message:
      'The machine sends to its neighbours in the network {network} no more ({cause}); another takes over.',
  },
  'multicast-unfit': {
    id: 1723,
    message: 'The site cannot send by multicast ({problem}: {detail}); unicast goes on.',
  },
});
