import type { Database } from './database/database.ts';
import './database/kernel-tables.ts';
import type { Log } from './log.ts';

/** How far events were delivered, remembered over restarts. */
export interface EventCursor {
  /** Highest sequence number that is on disk as delivered. */
  saved(): number;
  load(): Promise<number>;
  reached(seq: number): void;
  /** Writes it down some time soon: a crash in between only repeats deliveries. */
  saveSoon(): void;
  save(): Promise<void>;
}

const cursorName = 'events.delivered';
const saveAfterMs = 1000;

export function createEventCursor({ db, log }: { db: Database; log: Log }): EventCursor {
  let delivered = 0;
  let onDisk = 0;
  let timer: NodeJS.Timeout | undefined;
  const save = async () => {
    clearTimeout(timer);
    timer = undefined;
    if (delivered <= onDisk) return;
    const reached = delivered;
    try {
      await write(db, reached);
      onDisk = reached;
    } catch (error) {
      log.warn({ err: error }, 'the event cursor was not saved');
    }
  };
  return {
    saved: () => onDisk,
    async load() {
      const row = await db.read.one<{ value: string }>('SELECT value FROM kernel_state WHERE name = ?', [
        cursorName,
      ]);
      delivered = onDisk = Number(row?.value ?? 0);
      return onDisk;
    },
    reached(seq) {
      delivered = Math.max(delivered, seq);
    },
    saveSoon() {
      timer ??= setTimeout(() => void save(), saveAfterMs).unref();
    },
    save,
  };
}

function write(db: Database, seq: number) {
  return db.transaction((tx) =>
    tx.run(
      `INSERT INTO kernel_state (name, value) VALUES (?, ?)
       ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
      [cursorName, String(seq)],
    ),
  );
}
