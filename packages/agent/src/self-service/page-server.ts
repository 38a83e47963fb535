import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Failure } from '@tenkai/domain/failure.ts';
import { RemoteProblem, statusOf, toProblem } from '@tenkai/protocol/problem.ts';
import type { DoorClient } from './door-client.ts';
import './failures.ts';
import { pageHtml, pageScript, pageStyle } from './page.ts';
import type { Language } from './texts.ts';

export interface PageServer {
  /** `http://127.0.0.1:PORT/#TOKEN`; good for one browser tab. */
  readonly url: string;
  close(): void;
}

/** Nobody looks at the page any more. */
const idleLimitMs = 15 * 60_000;
const bodyLimitBytes = 4096;

/** Nothing from elsewhere, no inline script, in nobody's frame (CSP Level 3). */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const everyAnswer = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'cross-origin-resource-policy': 'same-origin',
};

/**
 * The page of one user: a program with this user's rights alone, on loopback, in front of the agent's door. Other
 * users of the machine can reach the port and get no further: every act wants the session for which the token of
 * the address was exchanged, once.
 */
export async function startPage(door: DoorClient, onIdle: () => void): Promise<PageServer> {
  const tokens: Tokens = { once: secret(), session: null };
  let seenAt = performance.now();
  const server = createServer({ maxHeaderSize: 8192, requestTimeout: 10_000 }, (request, response) => {
    const { port } = server.address() as AddressInfo;
    answer({ door, tokens, port, seen: () => (seenAt = performance.now()) }, request, response).catch(
      (error) => sendProblem(response, error),
    );
  });
  server.maxConnections = 32;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const timer = setInterval(() => performance.now() - seenAt > idleLimitMs && onIdle(), 10_000);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/#${tokens.once}`,
    close() {
      clearInterval(timer);
      server.close();
      server.closeAllConnections();
    },
  };
}

interface Tokens {
  once: string | null;
  session: string | null;
}

interface Page {
  readonly door: DoorClient;
  readonly tokens: Tokens;
  readonly port: number;
  readonly seen: () => void;
}

async function answer(page: Page, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = '', url = '', headers } = request;
  // A page of somebody else must not get here under a name of its own (DNS rebinding).
  const host = `127.0.0.1:${page.port}`;
  const isForeign = headers.host !== host || (headers.origin ?? `http://${host}`) !== `http://${host}`;
  if (isForeign) throw new Failure('page-foreign');
  const file = method === 'GET' ? fileOf(url, headers['accept-language'] ?? '') : null;
  if (file) return send(response, 200, file.type, file.text);
  const body = method === 'POST' ? await readBody(request) : {};
  if (method === 'POST' && url === '/session')
    return sendJson(response, { session: enter(page.tokens, body) });
  const { session } = page.tokens;
  if (session === null || !isSame(headers.authorization ?? '', `Bearer ${session}`))
    throw new Failure('page-used');
  page.seen();
  return sendJson(response, await ask(page.door, `${method} ${url}`, body));
}

function fileOf(url: string, accepted: string): { type: string; text: string } | null {
  const language: Language = /^\s*ja\b/i.test(accepted) ? 'ja' : 'en';
  if (url === '/') return { type: 'text/html', text: pageHtml(language) };
  if (url === '/page.js') return { type: 'text/javascript', text: pageScript };
  return url === '/page.css' ? { type: 'text/css', text: pageStyle } : null;
}

/** @throws Failure page-used */
function enter(tokens: Tokens, { token }: Readonly<Record<string, unknown>>): string {
  const { once } = tokens;
  if (once === null || typeof token !== 'string' || !isSame(token, once)) throw new Failure('page-used');
  const session = secret();
  Object.assign(tokens, { once: null, session });
  return session;
}

async function ask(
  door: DoorClient,
  what: string,
  body: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  switch (what) {
    case 'GET /available':
      return door.available();
    case 'GET /restart':
      return door.restart();
    case 'POST /install':
      return door.install(String(body.id));
    case 'POST /restart/postpone':
      return door.postpone(Number(body.minutes));
    case 'POST /restart/now':
      return door.restartNow();
    default:
      throw new Failure('door-no-such-address', { path: what.slice(0, 100) });
  }
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    bytes += (part as Buffer).length;
    if (bytes > bodyLimitBytes) throw new Failure('request-too-large', { limit: bodyLimitBytes });
    parts.push(part as Buffer);
  }
  try {
    const body: unknown = JSON.parse(Buffer.concat(parts).toString());
    if (typeof body === 'object' && body !== null) return body as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw new Failure('request-invalid', {}, { detail: 'not JSON' });
}

function secret(): string {
  return randomBytes(32).toString('base64url');
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function sendProblem(response: ServerResponse, error: unknown): void {
  if (response.headersSent) response.destroy();
  else if (error instanceof RemoteProblem) sendJson(response, error.problem, error.status);
  else if (error instanceof Failure) sendJson(response, toProblem(error), statusOf(error));
  else sendJson(response, { code: 'unexpected', message: String(error), detail: '', remedy: '' }, 500);
}

function sendJson(response: ServerResponse, body: unknown, status = 200): void {
  send(response, status, 'application/json', JSON.stringify(body));
}

function send(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { ...everyAnswer, 'content-type': `${type}; charset=utf-8` }).end(text);
}
