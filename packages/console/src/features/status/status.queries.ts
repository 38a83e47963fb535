import { useQuery } from '@tanstack/react-query';
import {
  listComponents,
  listStatusMessages,
  type StatusMessage,
  type StatusSeverity,
} from '@tenkai/protocol/api/status.ts';
import { call } from '../../api/client.ts';
import { useKeysetList } from '../../api/use-keyset-list.ts';

export interface StatusFilter {
  /** Newest first unless told. */
  readonly order?: 'newest' | 'oldest';
  readonly severity?: StatusSeverity;
  readonly component?: string;
  readonly machine?: string;
  readonly object?: string;
}

export function useStatusList({ machine, ...filter }: StatusFilter) {
  const query = { ...filter, ...(machine ? { machineId: machine } : {}) };
  return useKeysetList<StatusMessage>(['status', 'list', query], (cursor, limit, signal) =>
    call(listStatusMessages, { query: { ...query, limit, ...(cursor ? { cursor } : {}) }, signal }),
  );
}

/** The newest messages that say something is wrong: errors, and warnings among them by time. */
export function useNewestStatus(limit: number) {
  return useQuery({
    queryKey: ['status', 'newest', limit],
    queryFn: async ({ signal }) => {
      const [errors, warnings] = await Promise.all([
        call(listStatusMessages, { query: { severity: 'error', limit }, signal }),
        call(listStatusMessages, { query: { severity: 'warning', limit }, signal }),
      ]);
      return [...errors.items, ...warnings.items].sort((a, b) => b.seq - a.seq).slice(0, limit);
    },
  });
}

export function useComponents(from: number) {
  return useQuery({
    queryKey: ['status', 'components', from],
    queryFn: ({ signal }) => call(listComponents, { query: { from }, signal }),
  });
}
