import { useMutation, useQuery } from '@tanstack/react-query';
import { multicastRoutes, type RepresentativeRule } from '@tenkai/protocol/api/multicast.ts';
import { call } from '../../api/client.ts';
import { tell } from '../../api/live.ts';

/** While something is sent, its rate and its members change with every datagram: no event tells of that. */
const runningMs = 2000;

export function useMulticast() {
  return useQuery({
    queryKey: ['multicast', 'list'],
    queryFn: ({ signal }) => call(multicastRoutes.show, { query: { limit: 200 }, signal }),
    refetchInterval: ({ state }) =>
      state.data?.items.some(({ endedAt }) => endedAt === null) ? runningMs : false,
  });
}

export function useMulticastSession(id: string) {
  return useQuery({
    queryKey: ['multicast', 'session', id],
    queryFn: ({ signal }) => call(multicastRoutes.getSession, { params: { id }, signal }),
    refetchInterval: ({ state }) => (state.data?.endedAt === null ? runningMs : false),
  });
}

export function useRepresentatives() {
  return useQuery({
    queryKey: ['multicast', 'representatives'],
    queryFn: ({ signal }) => call(multicastRoutes.listRepresentatives, { signal }),
  });
}

export function useSetRepresentative(machineId: string) {
  return useMutation({
    mutationFn: (rule: RepresentativeRule | 'automatic') =>
      call(multicastRoutes.setRepresentative, { params: { id: machineId }, body: { rule } }),
    onSuccess: () => tell(new Set(['multicast'])),
  });
}
