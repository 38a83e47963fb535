import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { createAccess } from '../kernel/access/access.ts';
import { createAgentTokens } from '../kernel/access/agent-token.ts';
import { createAgentChannel } from '../kernel/agent-channel.ts';
import { asFailure, badHttpAnswer } from '../kernel/http/refuse.ts';
import { createLog } from '../kernel/log.ts';
import { answerFailure, answerJson } from './answer.ts';
import { type Calls, createCalls } from './calls.ts';
import { createForwarder } from './forward.ts';
import type { FromGateway, GatewaySetup, ToGateway } from './messages.ts';

/** Larger bodies are streamed through instead of being held here. */
const maxBatchedBytes = 64 * 1024;
const stopWithinMs = 9000;
/**
 * Linux spreads connections over all who listen on a port, and keeps none for one that died. Elsewhere the site's
 * process accepts and hands over.
 */
export const sharesPorts = process.platform === 'linux';

export interface Gateway {
  receive(message: ToGateway): void;
  /** Says goodbye, lets requests in progress finish, and ends. */
  stop(): Promise<void>;
}

/**
 * The front of a site in a process of its own: it speaks TLS, holds the agents' sockets, checks their tokens and
 * hands their reports over in batches. It has no database; what it does not know it passes on.
 */
export function startGateway(setup: GatewaySetup, send: (message: FromGateway) => void): Gateway {
  const log = createLog({ level: setup.logLevel }).child({ component: 'gateway', pid: process.pid });
  const agentTokens = createAgentTokens({ key: Buffer.from(setup.tokenKey), now: Date.now });
  const access = createAccess({ agentTokens });
  const channel = createAgentChannel({ access, log });
  const calls = createCalls((batch) => send({ kind: 'calls', calls: batch }));
  const forward = createForwarder(setup.upstream);
  const batched = new Set(setup.batched);
  const server = createServer(
    { ...setup.tls, minVersion: 'TLSv1.2', keepAliveTimeout: 72_000 },
    (request, response) => {
      const route = `${request.method} ${request.url}`;
      if (!batched.has(route) || !isSmall(request)) return forward(request, response);
      carryOut({ access, calls }, route, request, response).catch((error: unknown) => {
        if (!response.headersSent) answerFailure(response, asFailure(error));
      });
    },
  );
  channel.onPresence((machineId, isOnline) => send({ kind: 'presence', machineId, isOnline }));
  server.on('upgrade', channel.upgrade);
  server.on('clientError', (error, socket) => {
    if (socket.writable) socket.end(badHttpAnswer(error));
    else socket.destroy();
  });
  listen(server, setup, send);
  return {
    receive(message) {
      if (message.kind === 'nudge') channel.nudge(message.machineId);
      else if (message.kind === 'drop') channel.drop(message.machineId);
      else if (message.kind === 'answers') calls.settle(message.answers);
      else if (message.kind === 'tls') server.setSecureContext(message.tls);
    },
    async stop() {
      const closed = close(server);
      await channel.stop();
      await closed;
    },
  };
}

function isSmall({ method, headers }: IncomingMessage): boolean {
  if (method === 'GET') return true;
  const isJson = headers['content-type']?.startsWith('application/json') === true;
  return isJson && Number(headers['content-length'] ?? Number.POSITIVE_INFINITY) <= maxBatchedBytes;
}

async function carryOut(
  { access, calls }: { access: ReturnType<typeof createAccess>; calls: Calls },
  route: string,
  request: IncomingMessage,
  response: ServerResponse,
) {
  const agent = access.admitAgent(request.headers);
  const body = request.method === 'GET' ? null : await readText(request);
  const answer = await calls.carryOut(route, agent, body);
  answerJson(response, answer.status, answer.body);
}

async function readText(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

function listen(server: Server, { listen: host, port }: GatewaySetup, send: (message: FromGateway) => void) {
  server.on('error', ({ message, code }: NodeJS.ErrnoException) =>
    send({ kind: 'failed', message, code: code ?? '' }),
  );
  server.listen({ host, port, reusePort: sharesPorts }, () => {
    send({ kind: 'listening', port: (server.address() as { port: number }).port });
  });
}

/** No new connections; those that are busy finish, and are closed as they become idle. */
async function close(server: Server) {
  const idle = setInterval(() => server.closeIdleConnections(), 100);
  const limit = setTimeout(() => server.closeAllConnections(), stopWithinMs);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  clearInterval(idle);
  clearTimeout(limit);
}
