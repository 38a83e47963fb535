import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import { Failure } from '@tenkai/domain/failure.ts';
import { type Problem, statusOf, toProblem } from '@tenkai/protocol/problem.ts';
import { Check, Errors } from 'typebox/value';
import { makeFolder } from '../durable-file.ts';
import type { Log } from '../log.ts';
import type { Users } from '../platform/platform.ts';
import { type DoorBody, doorBodies, doorPaths } from './door-words.ts';
import './failures.ts';
import type { OffersOfMachine } from './offers.ts';
import type { Proofs } from './proofs.ts';
import { createRateLimit } from './rate-limit.ts';
import type { RestartsOfMachine } from './restarts.ts';

export interface DoorDeps {
  readonly users: Users;
  readonly address: string;
  readonly offers: OffersOfMachine;
  readonly restarts: RestartsOfMachine;
  readonly proofs: Proofs;
  readonly log: Log;
  readonly nowMs: () => number;
}

const bodyLimitBytes = 4096;
/** Of all users together: what they can make the service do is little, and often is not needed. */
const everybody = { burst: 60, periodMs: 10_000 };
/** Of one user: requests that change something. */
const oneUser = { burst: 10, periodMs: 60_000 };
const connections = 32;
const requestLimitMs = 30_000;

type Answer = (body: unknown) => unknown;

/**
 * The users' door: a local socket for every user of the machine, without rights and without a password. Whatever
 * comes through it can see what is available, ask for it, and put off a restart within the administrator's limits;
 * there is no way to anything else (decision 0048).
 * @returns closes it
 */
export async function openDoor(deps: DoorDeps): Promise<() => void> {
  const { address, users, log } = deps;
  makeFolder(dirname(address), 0o755);
  rmSync(address, { force: true });
  const answers = answersOf(deps);
  const mayAsk = createRateLimit(everybody, deps.nowMs);
  const server = createServer(
    {
      maxHeaderSize: 4096,
      headersTimeout: 5000,
      requestTimeout: 5000,
      keepAliveTimeout: 1000,
      connectionsCheckingInterval: 1000,
    },
    (request, response) =>
      void answer(answers, mayAsk, request).then(
        (body) => send(response, 200, body),
        (error) => sendProblem(response, error, log),
      ),
  );
  server.maxConnections = connections;
  server.timeout = requestLimitMs;
  server.on('clientError', (_, socket) => socket.destroy());
  server.listen(address);
  await once(server, 'listening');
  users.letIn(address);
  return () => {
    server.close();
    server.closeAllConnections();
  };
}

function answersOf({ offers, restarts, proofs, log, nowMs }: DoorDeps): Record<string, Answer> {
  const mayAct = createRateLimit(oneUser, nowMs);
  const actor = async (proof: string, act: string): Promise<string> => {
    const user = await proofs.redeem(proof);
    if (!mayAct(user)) throw new Failure('asked-too-often');
    log.info({ user, act }, 'a user of the machine asks');
    return user;
  };
  const { available, proof, install, restart, postpone, now } = doorPaths;
  return {
    [`GET ${available}`]: () => offers.list(),
    [`GET ${restart}`]: () => restarts.status(),
    [`POST ${proof}`]: () => proofs.ask(),
    [`POST ${install}`]: async (body) => {
      const { id, proof } = body as DoorBody<typeof install>;
      return offers.install(id, await actor(proof, 'install'));
    },
    [`POST ${postpone}`]: async (body) => {
      const { minutes, proof } = body as DoorBody<typeof postpone>;
      return restarts.postpone(minutes, await actor(proof, 'postpone'));
    },
    [`POST ${now}`]: async (body) =>
      restarts.now(await actor((body as DoorBody<typeof now>).proof, 'restart-now')),
  };
}

async function answer(
  answers: Record<string, Answer>,
  mayAsk: (name: string) => boolean,
  request: IncomingMessage,
): Promise<unknown> {
  if (!mayAsk('')) throw new Failure('asked-too-often');
  const { method = '', url = '' } = request;
  const key = `${method} ${url}`;
  if (!Object.hasOwn(answers, key)) throw new Failure('door-no-such-address', { path: key.slice(0, 100) });
  return answers[key]?.(method === 'POST' ? await readBody(request, url) : undefined);
}

async function readBody(request: IncomingMessage, path: string): Promise<unknown> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    bytes += (part as Buffer).length;
    if (bytes > bodyLimitBytes) throw new Failure('request-too-large', { limit: bodyLimitBytes });
    parts.push(part as Buffer);
  }
  const body = parsed(Buffer.concat(parts).toString());
  const schema = doorBodies[path as keyof typeof doorBodies];
  if (Check(schema, body)) return body;
  const [first] = Errors(schema, body);
  throw new Failure('request-invalid', {}, { detail: `${first?.instancePath || '/'}: ${first?.message}` });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Failure('request-invalid', {}, { detail: 'not JSON' });
  }
}

function sendProblem(response: ServerResponse, error: unknown, log: Log): void {
  if (error instanceof Failure) {
    send(response, statusOf(error), toProblem(error));
    return;
  }
  log.error({ err: error }, "a request at the users' door failed");
  const problem: Problem = { code: 'unexpected', message: 'The agent failed.', detail: '', remedy: '' };
  send(response, 500, problem);
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}
