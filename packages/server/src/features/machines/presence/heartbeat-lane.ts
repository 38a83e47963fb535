import type { Clock } from '../../../kernel/clock.ts';
import type { Database } from '../../../kernel/database/database.ts';
import { type LoneHeartbeat, takeOneByOne, takeTogether } from './heartbeats.store.ts';

/**
 * Takes heartbeats that change nothing but the time of the last contact, many machines in one transaction.
 * Resolves after the commit: true when taken; false when there is more to it (another boot, outbox, version or
 * state, a number seen before), and the slow road must look.
 */
export type HeartbeatLane = (heartbeat: LoneHeartbeat) => Promise<boolean>;

interface Waiting {
  readonly heartbeat: LoneHeartbeat;
  readonly resolve: (isTaken: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/** As many as fit well into the few milliseconds of one group of the write queue. */
const largestBatch = 500;

export function createHeartbeatLane({ db, clock }: { db: Database; clock: Clock }): HeartbeatLane {
  const waiting: Waiting[] = [];
  let isBusy = false;
  const drain = async () => {
    while (waiting.length > 0) {
      // Requests that arrive in the same turn of the loop, or while the disk takes those before, share a transaction.
      await new Promise((resolve) => setImmediate(resolve));
      const taken = takeAll(db, waiting.splice(0, largestBatch), clock.now());
      // The embedded database has them follow each other; elsewhere they would meet, and be tried again.
      if (db.engine !== 'sqlite') await taken;
    }
    isBusy = false;
  };
  return (heartbeat) =>
    new Promise((resolve, reject) => {
      if (heartbeat.report.state !== 'running') return resolve(false);
      waiting.push({ heartbeat, resolve, reject });
      if (isBusy) return;
      isBusy = true;
      void drain();
    });
}

async function takeAll(db: Database, batch: readonly Waiting[], now: number) {
  try {
    const heartbeats = batch.map(({ heartbeat }) => heartbeat);
    const taken = await db.transaction((tx) =>
      tx.engine === 'sqlite' ? takeOneByOne(tx, heartbeats, now) : takeTogether(tx, heartbeats, now),
    );
    for (const [index, { resolve }] of batch.entries()) resolve(taken.has(index));
  } catch (error) {
    for (const { reject } of batch) reject(error);
  }
}
