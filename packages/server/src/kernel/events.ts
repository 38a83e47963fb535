import type { Clock } from './clock.ts';
import type { Database, Tx } from './database/database.ts';
import type { EventRow } from './database/kernel-tables.ts';
import { insertCounted } from './database/many-rows.ts';
import { createEventCursor, type EventCursor } from './event-cursor.ts';
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

type Handler<K extends EventKind> = (event: Event<K>) => Promise<void> | void;

export interface Events {
  /** Part of the transaction: the row is written with it where somebody must not miss it, the delivery follows its commit. */
  publish<K extends EventKind>(tx: Tx, kind: K, payload: EventMap[K]): Promise<void>;
  /** Many of one kind, in their order, with one statement where the database is far. */
  publishAll<K extends EventKind>(tx: Tx, kind: K, payloads: readonly EventMap[K][]): Promise<void>;
  /** A fact worth showing but not keeping (progress): delivered at once, forgotten after. */
  announce<K extends EventKind>(kind: K, payload: EventMap[K]): void;
  /**
   * Calls the handler for each event, in the order of the commits, one at a time. After a crash an event may
   * come a second time, so a handler must bear that; what must not be lost or repeated belongs into a job.
   * @param isMine which of them the handler must not miss, and is called for; the others need no row for its sake
   */
  on<K extends EventKind>(kind: K, handler: Handler<K>, isMine?: (payload: EventMap[K]) => boolean): void;
  /** As `on`, for what lives in memory only (caches, lanes that look at everything after a start): nothing is kept for it. */
  watch<K extends EventKind>(kind: K, handler: Handler<K>): void;
  /** As `watch`, every kind. */
  watchAny(handler: Handler<EventKind>): void;
  /** Delivers what a crash left undelivered. */
  start(): Promise<void>;
  /** Resolves when everything published so far has been handled. */
  idle(): Promise<void>;
  /** Waits for the handlers and remembers how far they came. */
  stop(): Promise<void>;
  /** Whether something is kept of a time that is still to come: the clock was ahead, and was put back. */
  lieAhead(): Promise<boolean>;
  /** Forgets delivered events older than this. */
  prune(olderThanMs: number): Promise<number>;
}

interface Subscription {
  /** Null: every kind. */
  readonly kind: string | null;
  readonly handle: (event: never) => Promise<void> | void;
  readonly isMine: (payload: never) => boolean;
  /** What it is called for must outlive a crash. */
  readonly isKept: boolean;
}

/** An event on its way; `seq` is null where it has no row. */
interface Pending {
  readonly event: Event;
  readonly seq: number | null;
}

export function createEvents({ db, clock, log }: { db: Database; clock: Clock; log: Log }): Events {
  const subscriptions: Subscription[] = [];
  const cursor = createEventCursor({ db, log });
  const delivery = createDelivery({ subscriptions, cursor, log });
  const publishAll: Events['publishAll'] = async (tx, kind, payloads) => {
    const at = clock.now();
    const published = payloads.map((payload): Event => ({ kind, payload, at }));
    const keepers = subscriptions.filter((one) => one.isKept && one.kind === kind);
    const kept = published.filter(({ payload }) => keepers.some(({ isMine }) => isMine(payload as never)));
    const numbers = await insertEvents(tx, kept);
    const seqs = new Map(kept.map((event, index) => [event, numbers[index] ?? null]));
    tx.afterCommit(() => {
      for (const event of published) delivery.add({ event, seq: seqs.get(event) ?? null });
    });
  };
  return {
    publish: (tx, kind, payload) => publishAll(tx, kind, [payload]),
    publishAll,
    announce: (kind, payload) => delivery.add({ event: { kind, payload, at: clock.now() }, seq: null }),
    on: (kind, handle, isMine = () => true) =>
      void subscriptions.push({ kind, handle, isMine, isKept: true }),
    watch: (kind, handle) => void subscriptions.push({ kind, handle, isMine: () => true, isKept: false }),
    watchAny: (handle) => void subscriptions.push({ kind: null, handle, isMine: () => true, isKept: false }),
    async start() {
      for (const pending of await eventsAfter(db, await cursor.load())) delivery.add(pending);
    },
    idle: delivery.idle,
    async stop() {
      await delivery.idle();
      await cursor.save();
    },
    async lieAhead() {
      const row = await db.read.one('SELECT seq FROM kernel_events WHERE at > ? LIMIT 1', [clock.now()]);
      return row !== undefined;
    },
    prune: (olderThanMs) => deleteEvents(db, { before: clock.now() - olderThanMs, upTo: cursor.saved() }),
  };
}

/** One after another, so that every subscriber sees the order of the commits. */
function createDelivery(deps: { subscriptions: readonly Subscription[]; cursor: EventCursor; log: Log }) {
  const queue: Pending[] = [];
  let delivering: Promise<void> | undefined;
  const drain = async () => {
    // Publishers go on first: the commit's own promise settles before its effects are seen.
    await Promise.resolve();
    for (let next = queue.shift(); next; next = queue.shift()) {
      await tellSubscribers(deps, next.event);
      if (next.seq !== null) deps.cursor.reached(next.seq);
    }
    delivering = undefined;
    deps.cursor.saveSoon();
  };
  return {
    add(pending: Pending) {
      queue.push(pending);
      delivering ??= drain();
    },
    async idle() {
      while (delivering) await delivering;
    },
  };
}

async function tellSubscribers(
  { subscriptions, log }: { subscriptions: readonly Subscription[]; log: Log },
  event: Event,
) {
  for (const { kind, handle, isMine } of subscriptions) {
    if (kind !== null && kind !== event.kind) continue;
    if (!isMine(event.payload as never)) continue;
    try {
      await handle(event as never);
    } catch (error) {
      log.error({ err: error, event: event.kind }, 'an event handler failed');
    }
  }
}

async function insertEvents(tx: Tx, events: readonly Event[]): Promise<number[]> {
  const rows = events.map(({ kind, payload, at }) => [kind, JSON.stringify(payload), at]);
  return insertCounted(tx, { insert: 'INSERT INTO kernel_events (kind, payload, at)', key: 'seq' }, rows);
}

async function eventsAfter(db: Database, seq: number): Promise<Pending[]> {
  const rows = await db.read.all<EventRow & { seq: number }>(
    'SELECT seq, kind, payload, at FROM kernel_events WHERE seq > ? ORDER BY seq',
    [seq],
  );
  return rows.map((row) => ({
    seq: row.seq,
    event: { kind: row.kind as EventKind, payload: JSON.parse(row.payload) as never, at: row.at },
  }));
}

async function deleteEvents(
  db: Database,
  { before, upTo }: { before: number; upTo: number },
): Promise<number> {
  const { changes } = await db.transaction((tx) =>
    tx.run('DELETE FROM kernel_events WHERE at < ? AND seq <= ?', [before, upTo]),
  );
  return changes;
}
