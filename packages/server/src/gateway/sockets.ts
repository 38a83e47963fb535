import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { Failure } from '@tenkai/domain/failure.ts';
import {
  agentPaths,
  type ChannelMessage,
  callBytesHeader,
  longestHeadBytes,
} from '@tenkai/protocol/agent/channel.ts';
import { statusOf, toProblem } from '@tenkai/protocol/problem.ts';
import { type WebSocket, WebSocketServer } from 'ws';
import type { AgentClaims, TokenHolder } from '../kernel/access/agent-token.ts';
import type { AgentFront, DropReason } from '../kernel/agent-channel.ts';
import type { Log } from '../kernel/log.ts';
import { type ChannelCallsOptions, createChannelCalls } from './channel-calls.ts';
import { largestBodyBytes } from './door.ts';
import { createPings } from './pings.ts';

/** The WebSockets of agents that this process holds. */
export interface AgentSockets extends AgentFront {
  /** Takes over requests to upgrade; the server's `upgrade` event goes here. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  count(): number;
  /** Says goodbye with a time span over which the agents spread their return, then closes. */
  stop(reconnectWithinMs: number): Promise<void>;
}

export interface AgentSocketsOptions extends ChannelCallsOptions {
  /** A quick reconnect with the same key is no change. */
  readonly onPresence: (agent: TokenHolder, isOnline: boolean) => void;
}

interface Held {
  readonly socket: WebSocket;
  readonly agent: TokenHolder;
}

/** A larger message is not one of ours. */
const maxMessageBytes = longestHeadBytes + largestBodyBytes;
const closeWithinMs = 2000;
const closeGoingAway = 1001;
const closeCodes: Readonly<Record<DropReason, number>> = { replaced: 4001, dropped: 4002 };

/** 150,000 agents that return within this time are 500 handshakes a second. */
const reconnectPerAgentMs = 2;
const shortestReconnectMs = 2000;
const longestReconnectMs = 300_000;

/** Over how long so many agents return. */
export function reconnectSpreadMs(agents: number): number {
  return Math.min(Math.max(shortestReconnectMs, agents * reconnectPerAgentMs), longestReconnectMs);
}

export function createAgentSockets(options: AgentSocketsOptions): AgentSockets {
  const { access, log, onPresence } = options;
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
  });
  server.on('headers', (headers) => headers.push(`${callBytesHeader}: ${largestBodyBytes}`));
  const calls = createChannelCalls(options);
  const sockets = new Map<string, Held>();
  const pings = createPings();
  let isStopping = false;

  const accept = (agent: AgentClaims, socket: WebSocket) => {
    const { machineId, keyThumbprint } = agent;
    const previous = sockets.get(machineId);
    sockets.set(machineId, { socket, agent });
    // A machine has one socket: the newest, for the older one may be a connection that died unnoticed.
    previous?.socket.close(closeCodes.replaced, 'replaced');
    pings.add(socket);
    calls.serve(socket, agent);
    socket.on('error', (error) => log.debug({ err: error, machineId }, 'agent socket failed'));
    socket.on('close', () => {
      if (sockets.get(machineId)?.socket !== socket) return;
      sockets.delete(machineId);
      onPresence(agent, false);
    });
    if (previous?.agent.keyThumbprint !== keyThumbprint) onPresence(agent, true);
  };

  return {
    nudge(machineId, withinMs) {
      const held = sockets.get(machineId);
      if (held) send(held.socket, withinMs === 0 ? { type: 'nudge' } : { type: 'nudge', withinMs });
    },
    drop(machineId, why) {
      const held = sockets.get(machineId);
      if (!held) return;
      const { socket, agent } = held;
      // Forgotten at once: one that delays the closing handshake must not be taken for a connection that is still there.
      sockets.delete(machineId);
      socket.close(closeCodes[why], why);
      setTimeout(() => socket.terminate(), closeWithinMs).unref();
      onPresence(agent, false);
    },
    upgrade(request, socket, head) {
      try {
        if (isStopping) throw new Failure('stopping');
        const agent = admit(access, request);
        server.handleUpgrade(request, socket, head, (accepted) => accept(agent, accepted));
      } catch (error) {
        refuseUpgrade(socket, error, log);
      }
    },
    count: () => sockets.size,
    async stop(reconnectWithinMs) {
      isStopping = true;
      pings.stop();
      const all = [...sockets.values()].map(({ socket }) => socket);
      for (const socket of all) send(socket, { type: 'goodbye', reconnectWithinMs });
      // What was asked is answered, but nobody waits long for it: a report without an answer comes again.
      await calls.idle(closeWithinMs);
      for (const socket of all) socket.close(closeGoingAway, 'stopping');
      await closed(all, closeWithinMs);
      server.close();
    },
  };
}

function admit(access: AgentSocketsOptions['access'], request: IncomingMessage) {
  const path = request.url?.split('?')[0] ?? '';
  if (path !== agentPaths.channel) throw new Failure('no-such-address', { method: 'GET', path });
  return access.admitAgent(request.headers);
}

function send(socket: WebSocket, message: ChannelMessage) {
  socket.send(JSON.stringify(message));
}

/** An agent that is gone does not answer the closing handshake; it is not waited for longer than this. */
async function closed(sockets: readonly WebSocket[], limitMs: number) {
  const open = sockets.filter(({ readyState, CLOSED }) => readyState !== CLOSED);
  const allClosed = Promise.all(
    open.map((socket) => new Promise((resolve) => socket.once('close', resolve))),
  );
  const limit = setTimeout(() => {
    for (const socket of open) socket.terminate();
  }, limitMs);
  await allClosed;
  clearTimeout(limit);
}

function refuseUpgrade(socket: Duplex, error: unknown, log: Log) {
  const failure = error instanceof Failure ? error : new Failure('malformed-request', {}, { cause: error });
  log.info({ code: failure.code, detail: failure.detail }, 'agent channel refused');
  const body = JSON.stringify(toProblem(failure));
  const head = [
    `HTTP/1.1 ${statusOf(failure)} Refused`,
    'content-type: application/json',
    'connection: close',
  ];
  socket.on('error', () => {});
  socket.end(`${head.join('\r\n')}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}
