import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { agentPaths, type ChannelMessage, callBytesHeader } from '@tenkai/protocol/agent/channel.ts';
import { WebSocketServer } from 'ws';
import { forAgents, open, Refusal, refusalOf, type State } from './agent-routes.ts';
import { answerCalls } from './channel-calls.ts';
import type { SmallSite } from './site.ts';
import { makeSiteKeys } from './site-keys.ts';

/** @param host where it listens */
export async function startSmallSite(host = 'localhost'): Promise<SmallSite> {
  const keys = await makeSiteKeys(host);
  const state: State = {
    machines: new Map(),
    nonces: new Map(),
    tokens: new Map(),
    acknowledged: new Map(),
    sockets: new Map(),
    content: new Map(),
  };
  const connections = new Set<Duplex>();
  const server = createServer(keys.tls, (request, response) => void answer(site, state, request, response));
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
  });
  const sockets = new WebSocketServer({ noServer: true });
  sockets.on('headers', (headers) => {
    if (site.callBytes > 0) headers.push(`${callBytesHeader}: ${site.callBytes}`);
  });
  server.on('upgrade', (request, socket, head) => {
    site.requests.push(`UPGRADE ${request.url}`);
    const machineId = machineOf(state, request);
    if (machineId === undefined || request.url !== agentPaths.channel)
      return void socket.end('HTTP/1.1 401 Refused\r\n\r\n');
    sockets.handleUpgrade(request, socket, head, (accepted) => {
      state.sockets.set(machineId, accepted);
      answerCalls(site, state, { socket: accepted, token: tokenOf(request) });
      accepted.on(
        'close',
        () => state.sockets.get(machineId) === accepted && state.sockets.delete(machineId),
      );
    });
  });
  const port = await listen(server, host, 0);
  const cut = () => {
    for (const socket of connections) socket.destroy();
  };
  const site: SmallSite = {
    url: `https://${host}:${port}`,
    keys,
    orders: new Map(),
    available: new Map(),
    reports: [],
    progress: [],
    enrollments: [],
    requests: [],
    enrollment: {},
    tickets: undefined,
    reply: {},
    clockOffsetMs: 0,
    callBytes: 0,
    intercept: () => false,
    interceptCall: () => false,
    nudge(machineId) {
      const socket = state.sockets.get(machineId);
      socket?.send(JSON.stringify({ type: 'nudge' } satisfies ChannelMessage));
      return socket !== undefined;
    },
    send: (machineId, message) => state.sockets.get(machineId)?.send(JSON.stringify(message)),
    sendText: (machineId, text) => state.sockets.get(machineId)?.send(text),
    freeze: (machineId) => state.sockets.get(machineId)?.pause(),
    connected: () => [...state.sockets.keys()],
    cut,
    forgetMachine: (machineId) => void state.machines.delete(machineId),
    forgetTokens: () => state.tokens.clear(),
    serve: (path, body) => void state.content.set(path, Buffer.from(body)),
    async close() {
      const closed = once(server, 'close');
      server.close();
      cut();
      await closed;
    },
    async reopen() {
      await listen(server, host, port);
    },
  };
  return site;
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  server.listen(port, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const tokenOf = (request: IncomingMessage) => request.headers.authorization?.replace('Bearer ', '') ?? '';

function machineOf(state: State, request: IncomingMessage): string | undefined {
  return state.tokens.get(tokenOf(request));
}

async function answer(site: SmallSite, state: State, request: IncomingMessage, response: ServerResponse) {
  const key = `${request.method} ${request.url}`;
  site.requests.push(key);
  try {
    if (site.intercept(request, response)) return;
    const machineId = machineOf(state, request);
    if (request.method === 'GET' && request.url?.startsWith(agentPaths.content)) {
      if (machineId === undefined) throw new Refusal(401, 'agent-token-invalid');
      return sendContent(state.content.get(request.url), request, response);
    }
    const handler = open[key] ?? (machineId === undefined ? undefined : forAgents[key]);
    if (!handler)
      throw new Refusal(forAgents[key] ? 401 : 404, forAgents[key] ? 'agent-token-invalid' : 'not-found');
    const reply = handler(site, state, { body: await readBody(request), machineId: machineId ?? '' });
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(reply));
  } catch (error) {
    const { status, problem } = refusalOf(error);
    if (!response.headersSent) response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(problem));
  }
}

function sendContent(body: Buffer | undefined, request: IncomingMessage, response: ServerResponse): void {
  if (!body) throw new Refusal(404, 'not-found');
  const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const range = { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` };
  response.writeHead(from > 0 ? 206 : 200, {
    ...(from > 0 ? range : {}),
    'content-length': body.length - from,
  });
  response.end(body.subarray(from));
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString();
  return text === '' ? undefined : JSON.parse(text);
}
