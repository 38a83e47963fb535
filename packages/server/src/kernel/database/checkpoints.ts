import { createCheckpointThread } from './checkpoint-thread.ts';
import type { SqliteConnection } from './statements.ts';

/** Brings what lies in the write-ahead log into the database file, so that the log can begin anew. */
export interface Checkpoints {
  /** Called after each commit. */
  committed(): void;
  /** Called before each group; nobody writes until it resolves. */
  room(): Promise<void>;
  close(): Promise<void>;
}

export interface CheckpointsOptions {
  /** Pages in the log. */
  readonly pages: () => number;
  /** Copies everything that is committed, beside the event loop. */
  readonly copy: () => Promise<void>;
  /** Called once where that failed: from then on somebody else sees to it. */
  readonly giveUp: (failure: unknown) => void;
  readonly end: () => Promise<void>;
  /** Pages after which the log shall begin anew. */
  readonly limit: number;
}

/**
 * Machines that report touch the same pages again and again: the longer the log, the fewer pages are copied for each
 * report. Twelve times SQLite's usual length is 48 MiB.
 */
const longestLogPages = 12_000;
/** Where SQLite checkpoints in the event loop, which a long log would hold up for longer. */
const pagesWithoutThread = 4000;

/**
 * A checkpoint copies some thousand pages and waits for the disk twice, which would hold up everybody for tens of
 * milliseconds. Most is copied while others write on; then writers pause for the rest, which is little, for the log
 * begins anew only where all of it was copied.
 */
export function createCheckpoints({ pages, copy, giveUp, end, limit }: CheckpointsOptions): Checkpoints {
  let copying: Promise<void> | undefined;
  let isNearlyDone = false;
  let isOver = false;
  const failed = (failure: unknown) => {
    isOver = true;
    giveUp(failure);
  };
  return {
    committed() {
      if (isOver || copying || isNearlyDone || pages() < limit) return;
      copying = copy()
        .then(() => {
          isNearlyDone = true;
        }, failed)
        .finally(() => {
          copying = undefined;
        });
    },
    async room() {
      if (!isNearlyDone) return;
      isNearlyDone = false;
      await copy().catch(failed);
    },
    async close() {
      isOver = true;
      await copying;
      await end();
    },
  };
}

/** Of the embedded database at `file`; a thread is begun when the log is long for the first time. */
export function openCheckpoints(
  file: string,
  writer: SqliteConnection,
  limit = longestLogPages,
): Checkpoints {
  const thread = createCheckpointThread(file);
  return createCheckpoints({
    pages: () => Number(writer.all('PRAGMA wal_checkpoint(NOOP)', [])[0]?.log),
    copy: thread.copy,
    // As SQLite does it by itself: in the event loop, with the commit that makes the log too long.
    giveUp(failure) {
      writer.db.exec(`PRAGMA wal_autocheckpoint = ${pagesWithoutThread}`);
      process.emitWarning(`the log of the database is copied in the event loop from now on: ${failure}`);
    },
    end: thread.end,
    limit,
  });
}
