import type { Clock } from '../clock.ts';
import type { Database, Reader, Tx } from '../database/database.ts';
import type { AuditAnchor } from './audit-anchor.ts';
import { type ChainProblem, genesis, type Head, hashOf, walkChain } from './chain.ts';

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
  start(): Promise<void>;
  /** Writes the entry in the transaction of the act, so that neither exists without the other. */
  record(tx: Tx, entry: AuditEntry): Promise<void>;
  verify(): Promise<AuditVerdict>;
  /** Waits until the head of the chain is anchored. */
  stop(): Promise<void>;
}

export interface AuditVerdict {
  readonly ok: boolean;
  /** Entries that hold, from the first on. */
  readonly checked: number;
  readonly firstBadSeq?: number;
  readonly problem?: ChainProblem | 'cut-off' | 'anchor-missing' | 'anchor-invalid';
}

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
    start: anchor.start,
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
        previous_hash: head?.hash ?? genesis.hash,
      };
      await tx.sql
        .insertInto('kernel_audit')
        .values({ ...row, hash: hashOf(row) })
        .execute();
      tx.afterCommit(anchor.advance);
    },
    async verify() {
      await anchor.settled();
      return verifyAudit(db.read, await anchor.read());
    },
    stop: anchor.settled,
  };
}

/**
 * Walks the whole chain. An edit breaks a hash, a deletion breaks the sequence, and a cut-off tail leaves the
 * chain shorter than the signed anchor outside of the database says; rewriting all of it needs the site's key.
 */
export async function verifyAudit(read: Reader, anchor: Head | 'missing' | 'invalid'): Promise<AuditVerdict> {
  const isKnown = typeof anchor !== 'string';
  const isOther = (head: Head) => isKnown && head.seq === anchor.seq && head.hash !== anchor.hash;
  const walk = await walkChain(read, genesis, (head) => (isOther(head) ? 'edited' : undefined));
  const checked = walk.head.seq;
  if (walk.problem) return { ok: false, checked, firstBadSeq: checked + 1, problem: walk.problem };
  if (!isKnown) return { ok: false, checked, problem: `anchor-${anchor}` };
  if (checked < anchor.seq) return { ok: false, checked, firstBadSeq: checked + 1, problem: 'cut-off' };
  return { ok: true, checked };
}
