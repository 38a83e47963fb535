import { createHash } from 'node:crypto';
import { canonicalJson } from '@tenkai/domain/canonical-json.ts';
import type { AuditAnchor } from './audit-anchor.ts';
import type { Clock } from './clock.ts';
import type { Database, Reader, Tx } from './database/database.ts';
import type { AuditRow } from './database/kernel-tables.ts';

/** Who did it: a user, or `system` for what the site does by itself. */
export interface Actor {
  readonly userId: string;
  readonly name: string;
}

export const systemActor: Actor = { userId: 'system', name: 'system' };

export interface AuditEntry {
  readonly actor: Actor;
  /** `<noun>.<past verb>`, such as `packages.created`. Stable: people filter by it. */
  readonly action: string;
  /** `<noun>:<id>`, such as `package:7zip`. */
  readonly object: string;
  /** What changed, old and new. Never a secret. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export interface Audit {
  /** Writes the entry in the transaction of the act, so that neither exists without the other. */
  record(tx: Tx, entry: AuditEntry): Promise<void>;
  verify(): Promise<AuditVerdict>;
  /** Waits until the head of the chain is anchored. */
  stop(): Promise<void>;
}

export type AuditProblem = 'edited' | 'missing' | 'cut-off' | 'anchor-missing' | 'anchor-invalid';

export interface AuditVerdict {
  readonly ok: boolean;
  /** Entries looked at. */
  readonly checked: number;
  readonly firstBadSeq?: number;
  readonly problem?: AuditProblem;
}

/** The hash before the first entry. */
const genesis = '0'.repeat(64);
const pageSize = 1000;

export function createAudit({
  db,
  clock,
  anchor,
}: {
  db: Database;
  clock: Clock;
  anchor: AuditAnchor;
}): Audit {
  return {
    async record(tx, { actor, action, object, details = {} }) {
      const head = await tx.one<Head>('SELECT seq, hash FROM kernel_audit ORDER BY seq DESC LIMIT 1');
      const row = {
        seq: (head?.seq ?? 0) + 1,
        at: clock.now(),
        actor: actor.userId,
        actor_name: actor.name,
        action,
        object,
        details: JSON.stringify(details),
        previous_hash: head?.hash ?? genesis,
      };
      const hash = hashOf(row);
      await tx.sql
        .insertInto('kernel_audit')
        .values({ ...row, hash })
        .execute();
      tx.afterCommit(() => anchor.advance({ seq: row.seq, hash }));
    },
    async verify() {
      await anchor.settled();
      return verifyAudit(db.read, anchor.read());
    },
    stop: () => anchor.settled(),
  };
}

export interface Head {
  readonly seq: number;
  readonly hash: string;
}

/**
 * Walks the whole chain. An edit breaks a hash, a deletion breaks the sequence, and a cut-off tail leaves the
 * chain shorter than the signed anchor outside of the database says; rewriting all of it needs the site's key.
 */
export async function verifyAudit(read: Reader, anchor: Head | 'missing' | 'invalid'): Promise<AuditVerdict> {
  let previous: Head = { seq: 0, hash: genesis };
  if (anchor === 'invalid') return { ok: false, checked: 0, problem: 'anchor-invalid' };
  for (;;) {
    const rows = await read.all<AuditRow>('SELECT * FROM kernel_audit WHERE seq > ? ORDER BY seq LIMIT ?', [
      previous.seq,
      pageSize,
    ]);
    for (const row of rows) {
      const problem = problemOf(row, previous, anchor);
      if (problem) return { ok: false, checked: previous.seq, firstBadSeq: previous.seq + 1, problem };
      previous = { seq: row.seq, hash: row.hash };
    }
    if (rows.length < pageSize) break;
  }
  if (anchor === 'missing') {
    return previous.seq === 0
      ? { ok: true, checked: 0 }
      : { ok: false, checked: previous.seq, problem: 'anchor-missing' };
  }
  if (previous.seq < anchor.seq) {
    return { ok: false, checked: previous.seq, firstBadSeq: previous.seq + 1, problem: 'cut-off' };
  }
  return { ok: true, checked: previous.seq };
}

function problemOf(row: AuditRow, previous: Head, anchor: Head | 'missing'): AuditProblem | undefined {
  if (row.seq !== previous.seq + 1) return 'missing';
  if (row.previous_hash !== previous.hash || row.hash !== hashOf(row)) return 'edited';
  if (anchor !== 'missing' && row.seq === anchor.seq && row.hash !== anchor.hash) return 'edited';
  return undefined;
}

function hashOf(row: Omit<AuditRow, 'hash'>): string {
  const { seq, at, actor, actor_name, action, object, details, previous_hash } = row;
  const text = canonicalJson([seq, at, actor, actor_name, action, object, details, previous_hash]);
  return createHash('sha256').update(text).digest('hex');
}
