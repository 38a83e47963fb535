import { createHash } from 'node:crypto';
import { canonicalJson } from '@tenkai/domain/canonical-json.ts';
import type { Reader } from '../database/database.ts';
import type { AuditRow } from '../database/kernel-tables.ts';

/** An entry of the chain by its number and hash. */
export interface Head {
  readonly seq: number;
  readonly hash: string;
}

/** Before the first entry. */
export const genesis: Head = { seq: 0, hash: '0'.repeat(64) };

export type ChainProblem = 'edited' | 'missing';

export interface Walk {
  /** The last entry up to which everything holds. */
  readonly head: Head;
  /** What is wrong with the entry after it. */
  readonly problem?: ChainProblem;
}

const pageSize = 1000;

/**
 * Follows the chain from `from` to its end or to its first flaw.
 * @param check may refuse an entry for another reason
 */
export async function walkChain(
  read: Reader,
  from: Head,
  check: (head: Head) => ChainProblem | undefined = () => undefined,
): Promise<Walk> {
  let head = from;
  for (;;) {
    const rows = await read.all<AuditRow>('SELECT * FROM kernel_audit WHERE seq > ? ORDER BY seq LIMIT ?', [
      head.seq,
      pageSize,
    ]);
    for (const row of rows) {
      const problem = flawOf(row, head) ?? check(row);
      if (problem) return { head, problem };
      head = { seq: row.seq, hash: row.hash };
    }
    if (rows.length < pageSize) return { head };
  }
}

/** The hash of an entry covers everything in it and, by the hash before it, everything before it. */
export function hashOf(row: Omit<AuditRow, 'hash'>): string {
  const { seq, at, actor, actor_name, action, object, details, previous_hash } = row;
  const text = canonicalJson([seq, at, actor, actor_name, action, object, details, previous_hash]);
  return createHash('sha256').update(text).digest('hex');
}

function flawOf(row: AuditRow, previous: Head): ChainProblem | undefined {
  if (row.seq !== previous.seq + 1) return 'missing';
  if (row.previous_hash !== previous.hash || row.hash !== hashOf(row)) return 'edited';
  return undefined;
}
