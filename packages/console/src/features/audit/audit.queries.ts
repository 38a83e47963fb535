import { useMutation } from '@tanstack/react-query';
import { type AuditRecord, listAudit, verifyAuditLog } from '@tenkai/protocol/api/status.ts';
import { call } from '../../api/client.ts';
import { useKeysetList } from '../../api/use-keyset-list.ts';

export interface AuditFilter {
  readonly action?: string;
  readonly object?: string;
}

export function useAuditList(filter: AuditFilter) {
  return useKeysetList<AuditRecord>(['audit', 'list', filter], (cursor, limit, signal) =>
    call(listAudit, { query: { ...filter, limit, ...(cursor ? { cursor } : {}) }, signal }),
  );
}

export function useVerifyAudit() {
  return useMutation({ mutationFn: () => call(verifyAuditLog) });
}
