import type { ServerResponse } from 'node:http';
import type { RolePermission } from '@tenkai/protocol/api/permissions.ts';
import { permits } from '@tenkai/protocol/api/permissions.ts';
import type { FastifyInstance } from 'fastify';
import type { Access } from './access/access.ts';
import type { Caller } from './access/caller.ts';
import type { Event, EventKind, EventMap, Events } from './events.ts';
import type { Log } from './log.ts';

/** What open consoles are told: which object changed, never the object itself; they load it with their rights. */
export interface LiveMessage {
  /** Plural noun, such as `machines`. */
  readonly topic: string;
  /** Absent: the list as a whole. */
  readonly id?: string;
  /** Small facts worth showing without a request, such as bytes done. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

export interface Exposure<K extends EventKind> {
  readonly permission: RolePermission;
  readonly message: (payload: EventMap[K]) => LiveMessage;
  /** The machine that the event is about: callers with a collection scope hear only of theirs. */
  readonly machineId?: (payload: EventMap[K]) => string | null;
}

export interface Live {
  /** Makes one kind of event visible to consoles; what is not exposed stays inside. */
  expose<K extends EventKind>(kind: K, exposure: Exposure<K>): void;
  /** Set by whoever knows collections: whether a scoped caller may see the machine. */
  seesMachine: (caller: Caller, machineId: string) => Promise<boolean>;
  /** Ends all streams: a stopping server must not wait for them. */
  stop(): void;
}

export interface LiveOptions {
  readonly fastify: FastifyInstance;
  readonly access: Access;
  readonly events: Events;
  readonly log: Log;
}

interface Listener {
  readonly caller: Caller;
  readonly stream: ServerResponse;
}

export const livePath = '/api/v1/live';

/** Proxies end silent connections after a minute. */
const heartbeatEveryMs = 25_000;
/** A browser that does not read is cut off rather than buffered for; it reconnects and loads again. */
const maxBufferedBytes = 1024 * 1024;
const maxListeners = 1000;

/** Server-Sent Events for the console (HTML standard, 9.2). */
export function createLive({ fastify, access, events, log }: LiveOptions): Live {
  const listeners = new Set<Listener>();
  const exposures = new Map<string, Exposure<EventKind>>();
  const live: Live = {
    expose: (kind, exposure) => void exposures.set(kind, exposure as unknown as Exposure<EventKind>),
    // Nobody has said who sees what: a scoped caller then sees nothing.
    seesMachine: async () => false,
    stop() {
      clearInterval(heartbeat);
      for (const { stream } of listeners) stream.end();
    },
  };
  const heartbeat = setInterval(() => {
    for (const listener of listeners) write(listeners, listener, ': still here\n\n');
  }, heartbeatEveryMs).unref();

  events.watchAny(async (event: Event) => {
    const exposure = exposures.get(event.kind);
    if (!exposure || listeners.size === 0) return;
    const text = `data: ${JSON.stringify(exposure.message(event.payload))}\n\n`;
    const machineId = exposure.machineId?.(event.payload) ?? null;
    for (const listener of listeners) {
      if (await mayHear(live, listener.caller, exposure, machineId)) write(listeners, listener, text);
    }
  });

  fastify.get(
    livePath,
    { onRequest: async (request) => void (await access.admit(request, 'view')) },
    async (request, reply) => {
      const caller = (await access.admit(request, 'view')) as Caller;
      if (listeners.size >= maxListeners) log.warn({ listeners: listeners.size }, 'many open consoles');
      reply.hijack();
      const listener = { caller, stream: reply.raw };
      reply.raw.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      reply.raw.on('close', () => listeners.delete(listener));
      listeners.add(listener);
      write(listeners, listener, 'retry: 2000\nevent: open\ndata: {}\n\n');
    },
  );
  return live;
}

async function mayHear(live: Live, caller: Caller, exposure: Exposure<EventKind>, machineId: string | null) {
  if (!permits(caller.role, exposure.permission)) return false;
  if (caller.collectionScope === null || machineId === null) return true;
  return live.seesMachine(caller, machineId);
}

function write(listeners: Set<Listener>, listener: Listener, text: string) {
  if (listener.stream.writableLength > maxBufferedBytes) {
    listeners.delete(listener);
    listener.stream.destroy();
    return;
  }
  listener.stream.write(text);
}
