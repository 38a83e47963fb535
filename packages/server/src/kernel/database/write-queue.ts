import type { Checkpoints } from './checkpoints.ts';
import type { LogSync } from './log-sync.ts';
import type { SqliteConnection } from './statements.ts';

/** Bounds of one group: whichever is reached first closes it with a COMMIT. The time is counted from the end of its first. */
const maxGroupCount = 256;
const maxGroupMs = 8;

/** A queued transaction. `settle` is called when the group's COMMIT is on disk, or has failed. */
export interface QueuedWrite {
  /** Takes long: it begins a group, and lets the short ones that wait at that moment go first. */
  readonly isBulk?: boolean;
  run(): Promise<void>;
  settle(failure: unknown): void;
}

interface Waiting {
  readonly short: QueuedWrite[];
  readonly bulk: QueuedWrite[];
}

/** Of a group. */
interface Member {
  readonly write: QueuedWrite;
  failure?: unknown;
  hasFailed: boolean;
}

export interface WriteQueue {
  push(write: QueuedWrite): void;
  /** Resolves when everything pushed so far has settled. */
  idle(): Promise<void>;
}

/**
 * The one road for writes on the embedded database: several queued transactions, one after another, each in a
 * savepoint inside one BEGIN IMMEDIATE … COMMIT, so that they share one fsync. A failing one is undone alone.
 * Between groups the event loop turns, so that no page waits behind a burst of reports; while the disk takes one
 * group, everybody else goes on and the next group gathers. It begins only after that: there is never more than one
 * group that is committed and may not be on disk.
 *
 * Short ones do not stand in line behind bulk ones: groups of them and bulk ones take turns, so that a machine that
 * checks in waits for one of them at most, and none of either kind for ever.
 */
export function createWriteQueue(
  connection: SqliteConnection,
  log: LogSync,
  checkpoints: Pick<Checkpoints, 'committed' | 'room'>,
): WriteQueue {
  const waiting: Waiting = { short: [], bulk: [] };
  const idleWaiters: (() => void)[] = [];
  let isBusy = false;

  const drain = async () => {
    let isTurnOfBulk = false;
    while (waiting.short.length + waiting.bulk.length > 0) {
      await turn();
      await checkpoints.room();
      const first: QueuedWrite[] = waiting.short.length === 0 || isTurnOfBulk ? waiting.bulk : waiting.short;
      isTurnOfBulk = first === waiting.short && waiting.bulk.length > 0;
      await runGroup(connection, log, first, waiting.short);
      checkpoints.committed();
    }
    isBusy = false;
    for (const wake of idleWaiters.splice(0)) wake();
  };

  return {
    push(write) {
      (write.isBulk ? waiting.bulk : waiting.short).push(write);
      if (isBusy) return;
      isBusy = true;
      void drain();
    },
    idle: () => (isBusy ? new Promise((resolve) => idleWaiters.push(resolve)) : Promise.resolve()),
  };
}

/** Lets timers and sockets have their turn; also what lets several requests gather into one group. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The first of `first`, then those of `others` that fit: what came while a bulk one ran shares its wait for the disk. */
async function runGroup(
  connection: SqliteConnection,
  log: LogSync,
  first: QueuedWrite[],
  others: QueuedWrite[],
) {
  const group: Member[] = [];
  const take = (from: QueuedWrite[]) => {
    const member: Member = { write: from.shift() as QueuedWrite, hasFailed: false };
    group.push(member);
    return member;
  };
  try {
    connection.run('BEGIN IMMEDIATE', []);
    await runMember(connection, take(first));
    const closesAt = performance.now() + maxGroupMs;
    while (others.length > 0 && group.length < maxGroupCount && performance.now() < closesAt) {
      await runMember(connection, take(others));
    }
    connection.run('COMMIT', []);
    await log.flush();
  } catch (failure) {
    if (connection.db.isTransaction) connection.run('ROLLBACK', []);
    // BEGIN itself may have failed: then the first waiting write takes the failure, so that the queue moves on.
    if (group.length === 0) take(first);
    for (const member of group) member.write.settle(member.hasFailed ? member.failure : failure);
    return;
  }
  for (const member of group) member.write.settle(member.hasFailed ? member.failure : undefined);
}

async function runMember(connection: SqliteConnection, member: Member) {
  connection.run('SAVEPOINT member', []);
  try {
    await member.write.run();
  } catch (failure) {
    member.hasFailed = true;
    member.failure = failure;
    // Some errors (disk full, I/O) end the whole transaction inside SQLite; then nobody in the group is safe.
    if (!connection.db.isTransaction) throw failure;
    connection.run('ROLLBACK TO member', []);
  }
  connection.run('RELEASE member', []);
}
