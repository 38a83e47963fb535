import type { Clock } from '../../../kernel/clock.ts';
import type { Database } from '../../../kernel/database/database.ts';
import { gather, type Waiting } from '../../../kernel/gather.ts';
import { type LoneHeartbeat, takeOneByOne, takeTogether } from './heartbeats.store.ts';

/**
 * Takes heartbeats that change nothing but the time of the last contact, many machines in one transaction.
 * Resolves after the commit: true when taken; false when there is more to it (another boot, outbox, version or
 * state, a number seen before), and the slow road must look.
 */
export type HeartbeatLane = (heartbeat: LoneHeartbeat) => Promise<boolean>;

/** As many as fit well into the few milliseconds of one group of the write queue. */
const largestBatch = 500;

export function createHeartbeatLane({ db, clock }: { db: Database; clock: Clock }): HeartbeatLane {
  const lane = gather<LoneHeartbeat, boolean>({
    countThatFits: () => largestBatch,
    take: async (group) => {
      const taken = takeAll(db, group, clock.now());
      // The embedded database has them follow each other; elsewhere they would meet, and be tried again.
      if (db.engine !== 'sqlite') await taken;
    },
  });
  return async (heartbeat) => heartbeat.report.state === 'running' && lane(heartbeat);
}

async function takeAll(db: Database, batch: readonly Waiting<LoneHeartbeat, boolean>[], now: number) {
  try {
    const heartbeats = batch.map(({ value }) => value);
    const taken = await db.transaction((tx) =>
      tx.engine === 'sqlite' ? takeOneByOne(tx, heartbeats, now) : takeTogether(tx, heartbeats, now),
    );
    for (const [index, { resolve }] of batch.entries()) resolve(taken.has(index));
  } catch (error) {
    for (const { reject } of batch) reject(error);
  }
}
