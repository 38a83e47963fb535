import { useQuery } from '@tanstack/react-query';
import { systemRoutes } from '@tenkai/protocol/api/systems.ts';
import { call } from '../../api/client.ts';

/** The whole matrix; it changes with the release only. */
export function useSystems() {
  return useQuery({
    queryKey: ['systems', 'list'],
    queryFn: ({ signal }) => call(systemRoutes.list, { query: {}, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useSystem(key: string) {
  return useQuery({
    queryKey: ['systems', 'one', key],
    queryFn: ({ signal }) => call(systemRoutes.get, { params: { key }, signal }),
  });
}

/** Changes with the machine's inventory, and so with the machine. */
export function useSystemOfMachine(id: string) {
  return useQuery({
    queryKey: ['machines', 'system', id],
    queryFn: ({ signal }) => call(systemRoutes.ofMachine, { params: { id }, signal }),
  });
}
