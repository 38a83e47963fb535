import { Agent, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { Failure } from '@tenkai/domain/failure.ts';
import { refusalOf } from '../kernel/http/refuse.ts';
import type { Log } from '../kernel/log.ts';
import { sendRefusal } from './answer.ts';
import './failures.ts';

/** Of one connection alone (RFC 9110, section 7.6.1), or for us to say rather than for a client. */
const notHandedOn = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authorization',
  'te',
  'trailer',
  'upgrade',
  'forwarded',
  'expect',
]);

/** Larger bodies wait until the core wants them, so that a refusal comes back whole. */
const invitedAboveBytes = 64 * 1024;

/** Streams every other request to the core and its answer back; whose request it is the core learns from us. */
export function createProxy({ corePath, log }: { corePath: string; log: Log }) {
  const agent = new Agent({ keepAlive: true });
  return (request: IncomingMessage, response: ServerResponse) => {
    const waits = hasLargeBody(request);
    const upstream = ask({
      socketPath: corePath,
      agent,
      method: request.method,
      path: request.url,
      headers: { ...headersFor(request), ...(waits ? { expect: '100-continue' } : {}) },
      setHost: false,
    });
    if (waits) upstream.on('continue', () => request.pipe(upstream));
    else request.pipe(upstream);
    upstream.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers));
      // Streams of events begin before their first byte.
      response.flushHeaders();
      // A body that nobody wanted is never sent: that connection is of no further use.
      pipeline(answer, response, () => void (upstream.writableEnded || upstream.destroy()));
    });
    upstream.on('error', (cause) => {
      request.unpipe(upstream).resume();
      // An answer that has begun ends by itself: whole, or cut off with its stream.
      if (response.headersSent) return;
      const failure = new Failure('core-unreachable', {}, { detail: cause.message, cause });
      sendRefusal(response, refusalOf(log, failure, whichOf(request)));
    });
    // Whoever hangs up, or stops listening, ends the work for it.
    response.on('close', () => void upstream.destroy());
  };
}

function hasLargeBody({ headers }: IncomingMessage): boolean {
  return (
    headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > invitedAboveBytes
  );
}

function whichOf({ method = '', url = '' }: IncomingMessage) {
  return { method, path: url.split('?')[0] ?? '' };
}

function headersFor({ headers, socket }: IncomingMessage) {
  const kept = Object.entries(endToEnd(headers)).filter(([name]) => !name.startsWith('x-forwarded-'));
  return {
    ...Object.fromEntries(kept),
    'x-forwarded-for': socket.remoteAddress ?? '',
    'x-forwarded-proto': 'https',
  };
}

function endToEnd(headers: IncomingMessage['headers']): IncomingMessage['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !notHandedOn.has(name)));
}
