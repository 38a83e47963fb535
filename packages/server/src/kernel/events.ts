import type { Clock } from './clock.ts';
import type { Database, Tx } from './database/database.ts';
import './database/kernel-tables.ts';
import type { Log } from './log.ts';

/**
 * Everything that can be said to have happened, by name. A feature adds its own beside its use-cases:
 *
 *   declare module '../../kernel/events.ts' {
 *     interface EventMap { 'machines.changed': { machineId: string; attributes: string[] } }
 *   }
 */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface EventMap {}

export type EventKind = keyof EventMap & string;

export interface Event<K extends EventKind = EventKind> {
  readonly kind: K;
  readonly payload: EventMap[K];
  readonly at: number;
}

export interface Events {
  /** Part of the transaction: the row is written with it, the delivery follows its commit. */
  publish<K extends EventKind>(tx: Tx, kind: K, payload: EventMap[K]): Promise<void>;
  /** A fact worth showing but not keeping (progress): delivered at once, forgotten after. */
  announce<K extends EventKind>(kind: K, payload: EventMap[K]): void;
  /**
   * Calls the handler for each event, in the order of the commits, one at a time. After a crash an event may
   * come a second time, so a handler must bear that; what must not be lost or repeated belongs into a job.
   */
  on<K extends EventKind>(kind: K, handler: (event: Event<K>) => Promise<void> | void): void;
  onAny(handler: (event: Event) => Promise<void> | void): void;
  /** Delivers what a crash left undelivered. */
  start(): Promise<void>;
  /** Resolves when everything published so far has been handled. */
  idle(): Promise<void>;
  /** Waits for the handlers and remembers how far they came. */
  stop(): Promise<void>;
  /** Forgets delivered events older than this. */
  prune(olderThanMs: number): Promise<number>;
}

const cursorName = 'events.delivered';
const saveCursorEveryMs = 1000;

interface Pending {
  readonly event: Event;
  readonly seq: number | null;
}

export function createEvents({ db, clock, log }: { db: Database; clock: Clock; log: Log }): Events {
  const handlers: { kind: string | null; handle: (event: never) => Promise<void> | void }[] = [];
  const queue: Pending[] = [];
  let delivering: Promise<void> | undefined;
  let delivered = 0;
  let saved = 0;
  let saveTimer: NodeJS.Timeout | undefined;

  const deliver = (pending: Pending) => {
    queue.push(pending);
    delivering ??= drain();
  };
  const drain = async () => {
    // Publishers go on first: the commit's own promise settles before its effects are seen.
    await Promise.resolve();
    for (let next = queue.shift(); next; next = queue.shift()) {
      await handleOne(next);
      if (next.seq !== null && next.seq > delivered) delivered = next.seq;
    }
    delivering = undefined;
    saveTimer ??= setTimeout(() => void saveCursor(), saveCursorEveryMs).unref();
  };
  const handleOne = async ({ event }: Pending) => {
    for (const { kind, handle } of handlers) {
      if (kind !== null && kind !== event.kind) continue;
      try {
        await handle(event as never);
      } catch (error) {
        log.error({ err: error, event: event.kind }, 'an event handler failed');
      }
    }
  };
  const saveCursor = async () => {
    clearTimeout(saveTimer);
    saveTimer = undefined;
    if (delivered <= saved) return;
    const reached = delivered;
    await db
      .transaction((tx) =>
        tx.run(
          `INSERT INTO kernel_state (name, value) VALUES (?, ?)
           ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
          [cursorName, String(reached)],
        ),
      )
      .then(() => {
        saved = reached;
      })
      .catch((error: unknown) => log.warn({ err: error }, 'the event cursor was not saved'));
  };
  const idle = async () => {
    while (delivering) await delivering;
  };

  return {
    async publish(tx, kind, payload) {
      const event: Event = { kind, payload, at: clock.now() };
      const row = await tx.one<{ seq: number }>(
        'INSERT INTO kernel_events (kind, payload, at) VALUES (?, ?, ?) RETURNING seq',
        [kind, JSON.stringify(payload), event.at],
      );
      tx.afterCommit(() => deliver({ event, seq: row?.seq ?? null }));
    },
    announce: (kind, payload) => deliver({ event: { kind, payload, at: clock.now() }, seq: null }),
    on: (kind, handle) => void handlers.push({ kind, handle }),
    onAny: (handle) => void handlers.push({ kind: null, handle }),
    async start() {
      const row = await db.read.one<{ value: string }>('SELECT value FROM kernel_state WHERE name = ?', [
        cursorName,
      ]);
      delivered = saved = Number(row?.value ?? 0);
      const rows = await db.read.all<{ seq: number; kind: string; payload: string; at: number }>(
        'SELECT seq, kind, payload, at FROM kernel_events WHERE seq > ? ORDER BY seq',
        [saved],
      );
      for (const { seq, kind, payload, at } of rows) {
        deliver({ seq, event: { kind: kind as EventKind, payload: JSON.parse(payload) as never, at } });
      }
    },
    idle,
    async stop() {
      await idle();
      await saveCursor();
    },
    async prune(olderThanMs) {
      const { changes } = await db.transaction((tx) =>
        tx.run('DELETE FROM kernel_events WHERE at < ? AND seq <= ?', [clock.now() - olderThanMs, saved]),
      );
      return changes;
    },
  };
}
