import { createAccess } from '../kernel/access/access.ts';
import { createAgentTokens, type TokenHolder } from '../kernel/access/agent-token.ts';
import { createListener, renewCertificate, type Tls } from '../kernel/http/listener.ts';
import { badHttpAnswer } from '../kernel/http/refuse.ts';
import { createLog, type Log } from '../kernel/log.ts';
import { type Calls, createCalls } from './calls.ts';
import { createAgentDoor } from './door.ts';
import { createGatherer } from './gather.ts';
import type { FromGateway, GatewaySettings, Pem, ToGateway } from './messages.ts';
import { createProxy } from './proxy.ts';
import { createAgentSockets, reconnectSpreadMs } from './sockets.ts';

/** A front in a process of its own; `tell` reaches the core. */
export interface Gateway {
  take(message: Exclude<ToGateway, { type: 'start' }>): void;
  /** Says goodbye, answers what is in progress, and ends. */
  stop(reconnectWithinMs: number): Promise<void>;
  /** The core is gone. */
  abandon(): Promise<void>;
}

const closeIdleEveryMs = 50;

type Tell = (message: FromGateway) => void;

/** Listens beside the other gateways on one port; the system shares out connections among them (SO_REUSEPORT). */
export async function openGateway(settings: GatewaySettings, tell: Tell): Promise<Gateway> {
  const log = createLog({ level: settings.logLevel }).child({ component: 'gateway', pid: process.pid });
  const calls = createCalls((gathered) => tell({ type: 'calls', calls: gathered }));
  const { server, sockets } = build(settings, { calls, log, tell });
  const { host, port } = settings;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen({ host, port, reusePort: true }, resolve);
  });
  const stop = async (reconnectWithinMs: number) => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    // Kept-alive connections fall idle one after another, when their answers are out.
    const closing = setInterval(() => server.closeIdleConnections(), closeIdleEveryMs);
    await Promise.all([sockets.stop(reconnectWithinMs), calls.idle(), closed]);
    clearInterval(closing);
  };
  return {
    take(message) {
      if (message.type === 'answers') calls.answered(message.answers);
      if (message.type === 'nudge') for (const id of message.machineIds) sockets.nudge(id, message.withinMs);
      if (message.type === 'drop') sockets.drop(message.machineId, message.why);
      if (message.type === 'tls') renewCertificate(server, tlsOf(message.tls, settings));
    },
    stop,
    async abandon() {
      calls.abandon();
      const ended = stop(reconnectSpreadMs(sockets.count()));
      server.closeAllConnections();
      await ended;
    },
  };
}

interface Parts {
  readonly calls: Calls;
  readonly log: Log;
  readonly tell: Tell;
}

function build(settings: GatewaySettings, { calls, log, tell }: Parts) {
  const key = Buffer.from(settings.tokenKey);
  const access = createAccess({ agentTokens: createAgentTokens({ key, now: Date.now }) });
  const common = { access, routes: new Set(settings.routes), take: calls.take, log };
  const door = createAgentDoor(common);
  const proxy = createProxy({ corePath: settings.corePath, log });
  const tellPresence = createGatherer<[TokenHolder, boolean]>((changes) =>
    tell({ type: 'presence', changes }),
  );
  const sockets = createAgentSockets({
    ...common,
    onPresence: ({ machineId, keyThumbprint }, isOnline) =>
      tellPresence([{ machineId, keyThumbprint }, isOnline]),
  });
  const server = createListener(tlsOf(settings.tls, settings), (request, response) => {
    if (!door(request, response)) proxy(request, response);
  });
  server.on('upgrade', sockets.upgrade);
  server.on('clientError', (error, socket) => {
    if (socket.writable) socket.end(badHttpAnswer(error));
    else socket.destroy();
  });
  return { server, sockets };
}

function tlsOf(pem: Pem, { ticketKeys }: GatewaySettings): Tls {
  return { ...pem, ticketKeys: Buffer.from(ticketKeys) };
}
