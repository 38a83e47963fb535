import type { Tx } from '../../kernel/database/database.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { shutOutSince } from './enrollment.store.ts';
import { tokenLifeMs } from './token-life.ts';

/** Machines whose present tokens must not be taken any more, although their time is not over. */
export interface ShutOut {
  add(tx: Tx, machineId: string): void;
  /** The machine was let in again. */
  lift(tx: Tx, machineId: string): void;
  has(machineId: string): boolean;
}

/** In memory, because it is asked with every request; refilled from the database after a start. */
export async function createShutOut({ db, clock }: Pick<Kernel, 'db' | 'clock'>): Promise<ShutOut> {
  const now = clock.now();
  const until = new Map<string, number>();
  for (const id of await shutOutSince(db.read, now - tokenLifeMs)) until.set(id, now + tokenLifeMs);
  const forgetEnded = () => {
    for (const [id, end] of until) if (end <= clock.now()) until.delete(id);
  };
  return {
    add: (tx, id) =>
      tx.afterCommit(() => {
        forgetEnded();
        until.set(id, clock.now() + tokenLifeMs);
      }),
    lift: (tx, id) => tx.afterCommit(() => void until.delete(id)),
    has: (id) => (until.get(id) ?? 0) > clock.now(),
  };
}
