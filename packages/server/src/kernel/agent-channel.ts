import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { Failure } from '@tenkai/domain/failure.ts';
import { agentPaths, type ChannelMessage } from '@tenkai/protocol/agent/channel.ts';
import { statusOf, toProblem } from '@tenkai/protocol/problem.ts';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Access } from './access/access.ts';
import type { Log } from './log.ts';

/** The agents' sockets: one for each machine, for nudges and presence only (law 4). */
export interface AgentChannel {
  /** Tells the agent that there is something to fetch; false: it is not connected and will ask by itself. */
  nudge(machineId: string): boolean;
  /** Called at each nudge, also of a machine that is not connected: its next report is told then. */
  onNudge(handler: (machineId: string) => void): void;
  isOnline(machineId: string): boolean;
  online(): readonly string[];
  /** Called when a machine appears and when it is gone; a quick reconnect is no change. */
  onPresence(listener: PresenceListener): void;
  /** Ends the socket of a machine that lost its right to one (deleted, quarantined). */
  drop(machineId: string): void;
  /** Takes over requests to upgrade; the server's `upgrade` event goes here. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Says goodbye with a time span to spread the return, then closes. */
  stop(): Promise<void>;
}

export interface AgentChannelOptions {
  readonly access: Access;
  readonly log: Log;
}

/** Middleboxes forget idle connections after a minute or more. */
const pingEveryMs = 45_000;
/** 150,000 agents that return within this time are 500 handshakes a second. */
const reconnectPerAgentMs = 2;
const shortestReconnectMs = 2000;
const longestReconnectMs = 300_000;
/** Agents never send; a larger message is not one of ours. */
const maxMessageBytes = 1024;

const closeWithinMs = 2000;

const closeReplaced = 4001;
const closeDropped = 4002;
const closeGoingAway = 1001;

interface Connection {
  readonly socket: WebSocket;
  isAlive: boolean;
}

export function createAgentChannel({ access, log }: AgentChannelOptions): AgentChannel {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
  });
  const connections = new Map<string, Connection>();
  const listeners: PresenceListener[] = [];
  const book: Book = {
    connections,
    tell: (id, isOnline) => listeners.forEach((listener) => void listener(id, isOnline)),
    log,
  };
  const nudged: ((machineId: string) => void)[] = [];
  let isStopping = false;
  const pings = setInterval(() => pingAll(connections), pingEveryMs).unref();
  return {
    nudge(machineId) {
      for (const tellNudge of nudged) tellNudge(machineId);
      const connection = connections.get(machineId);
      if (connection) send(connection.socket, { type: 'nudge' });
      return connection !== undefined;
    },
    isOnline: (machineId) => connections.has(machineId),
    online: () => [...connections.keys()],
    onNudge: (listener) => void nudged.push(listener),
    onPresence: (listener) => void listeners.push(listener),
    drop: (machineId) => connections.get(machineId)?.socket.close(closeDropped, 'dropped'),
    upgrade(request, socket, head) {
      try {
        if (isStopping) throw new Failure('stopping');
        const { machineId } = admit(access, request);
        server.handleUpgrade(request, socket, head, (accepted) => accept(book, machineId, accepted));
      } catch (error) {
        refuseUpgrade(socket, error, log);
      }
    },
    async stop() {
      isStopping = true;
      clearInterval(pings);
      await sayGoodbye(connections);
      server.close();
    },
  };
}

type PresenceListener = (machineId: string, isOnline: boolean) => void;

/** Who is connected, and who wants to know. */
interface Book {
  readonly connections: Map<string, Connection>;
  readonly tell: PresenceListener;
  readonly log: Log;
}

function admit(access: Access, request: IncomingMessage) {
  const path = request.url?.split('?')[0] ?? '';
  if (path !== agentPaths.channel) throw new Failure('no-such-address', { method: 'GET', path });
  return access.admitAgent(request.headers);
}

/** A machine has one socket: the newest, for the older one may be a connection that died unnoticed. */
function accept({ connections, tell, log }: Book, machineId: string, socket: WebSocket) {
  const connection: Connection = { socket, isAlive: true };
  const previous = connections.get(machineId);
  connections.set(machineId, connection);
  previous?.socket.close(closeReplaced, 'replaced');
  socket.on('pong', () => {
    connection.isAlive = true;
  });
  socket.on('error', (error) => log.debug({ err: error, machineId }, 'agent socket failed'));
  socket.on('close', () => {
    if (connections.get(machineId) !== connection) return;
    connections.delete(machineId);
    tell(machineId, false);
  });
  if (!previous) tell(machineId, true);
}

/** Whoever has not answered the ping before is gone. */
function pingAll(connections: Map<string, Connection>) {
  for (const connection of connections.values()) {
    if (!connection.isAlive) connection.socket.terminate();
    connection.isAlive = false;
    connection.socket.ping();
  }
}

async function sayGoodbye(connections: Map<string, Connection>) {
  const spread = Math.max(shortestReconnectMs, connections.size * reconnectPerAgentMs);
  const reconnectWithinMs = Math.min(spread, longestReconnectMs);
  for (const { socket } of connections.values()) {
    send(socket, { type: 'goodbye', reconnectWithinMs });
    socket.close(closeGoingAway, 'stopping');
  }
  await closed(connections, closeWithinMs);
}

function send(socket: WebSocket, message: ChannelMessage) {
  socket.send(JSON.stringify(message));
}

/** An agent that is gone does not answer the closing handshake; it is not waited for longer than this. */
async function closed(connections: Map<string, Connection>, limitMs: number) {
  const sockets = [...connections.values()].map(({ socket }) => socket);
  const allClosed = Promise.all(
    sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve))),
  );
  const limit = setTimeout(() => {
    for (const socket of sockets) socket.terminate();
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
