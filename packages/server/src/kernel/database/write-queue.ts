import type { Checkpoints } from './checkpoints.ts';
import type { LogSync } from './log-sync.ts';
import type { SqliteConnection } from './statements.ts';

/** Bounds of one group: whichever is reached first closes it with a COMMIT. */
const maxGroupCount = 256;
const maxGroupMs = 8;

/** A queued transaction. `settle` is called when the group's COMMIT is on disk, or has failed. */
export interface QueuedWrite {
  /** Takes long: it begins a group, so that nobody before it waits for its end. */
  readonly isBulk?: boolean;
  run(): Promise<void>;
  settle(failure: unknown): void;
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
 */
export function createWriteQueue(
  connection: SqliteConnection,
  log: LogSync,
  checkpoints: Pick<Checkpoints, 'committed' | 'room'>,
): WriteQueue {
  const waiting: QueuedWrite[] = [];
  const idleWaiters: (() => void)[] = [];
  let isBusy = false;

  const drain = async () => {
    while (waiting.length > 0) {
      await turn();
      await checkpoints.room();
      await runGroup(connection, log, waiting);
      checkpoints.committed();
    }
    isBusy = false;
    for (const wake of idleWaiters.splice(0)) wake();
  };

  return {
    push(write) {
      waiting.push(write);
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

async function runGroup(connection: SqliteConnection, log: LogSync, waiting: QueuedWrite[]) {
  const group: { write: QueuedWrite; failure?: unknown; hasFailed: boolean }[] = [];
  const closesAt = performance.now() + maxGroupMs;
  try {
    connection.run('BEGIN IMMEDIATE', []);
    while (waiting.length > 0 && group.length < maxGroupCount) {
      if (group.length > 0 && waiting[0]?.isBulk) break;
      const member: (typeof group)[number] = { write: waiting.shift() as QueuedWrite, hasFailed: false };
      group.push(member);
      await runMember(connection, member);
      if (performance.now() >= closesAt) break;
    }
    connection.run('COMMIT', []);
    await log.flush();
  } catch (failure) {
    if (connection.db.isTransaction) connection.run('ROLLBACK', []);
    // BEGIN itself may have failed: then the first waiting write takes the failure, so that the queue moves on.
    if (group.length === 0) group.push({ write: waiting.shift() as QueuedWrite, hasFailed: false });
    for (const member of group) member.write.settle(member.hasFailed ? member.failure : failure);
    return;
  }
  for (const member of group) member.write.settle(member.hasFailed ? member.failure : undefined);
}

async function runMember(
  connection: SqliteConnection,
  member: { write: QueuedWrite; failure?: unknown; hasFailed: boolean },
) {
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
