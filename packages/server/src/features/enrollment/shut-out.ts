import type { TokenHolder } from '../../kernel/access/agent-token.ts';
import type { Tx } from '../../kernel/database/database.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { shutOutSince } from './enrollment.store.ts';
import { tokenLifeMs } from './token-life.ts';

/** Machines and keys whose present tokens must not be taken any more, although their time is not over. */
export interface ShutOut {
  add(tx: Tx, machineId: string): void;
  /** The key was replaced: its tokens end with it. */
  addKey(tx: Tx, thumbprint: string): void;
  /** The machine was let in again. */
  lift(tx: Tx, machineId: string): void;
  has(agent: TokenHolder): boolean;
}

/** In memory, because it is asked with every request, by ids and thumbprints alike; refilled from the database after a start. */
export async function createShutOut({ db, clock }: Pick<Kernel, 'db' | 'clock'>): Promise<ShutOut> {
  const now = clock.now();
  const until = new Map<string, number>();
  for (const id of await shutOutSince(db.read, now - tokenLifeMs)) until.set(id, now + tokenLifeMs);
  const forgetEnded = () => {
    for (const [id, end] of until) if (end <= clock.now()) until.delete(id);
  };
  const add = (tx: Tx, id: string) =>
    tx.afterCommit(() => {
      forgetEnded();
      until.set(id, clock.now() + tokenLifeMs);
    });
  const isIn = (id: string) => (until.get(id) ?? 0) > clock.now();
  return {
    add,
    addKey: add,
    lift: (tx, id) => tx.afterCommit(() => void until.delete(id)),
    has: ({ machineId, keyThumbprint }) => until.size > 0 && (isIn(machineId) || isIn(keyThumbprint)),
  };
}
