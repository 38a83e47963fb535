import { randomUUID } from 'node:crypto';
import { Failure } from '@tenkai/domain/failure.ts';
import { type Problem, statusOf, toProblem } from '@tenkai/protocol/problem.ts';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { Log } from '../log.ts';
import './failures.ts';

/** Statuses that say more than the failure's kind does. */
const statusByCode: Readonly<Record<string, number>> = {
  'method-not-allowed': 405,
  'unsupported-media-type': 415,
  'malformed-request': 400,
};

/** Every way out of a request that is not success ends here: one shape, one log line, nothing of the inside. */
export function refuse(log: Log, error: unknown, request: FastifyRequest, reply: FastifyReply) {
  const { status, problem, retryAfterSeconds } = refusalOf(log, asFailure(error, request), {
    requestId: request.id,
    method: request.method,
    path: request.url.split('?')[0] ?? '',
  });
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
  return reply.code(status).type('application/json; charset=utf-8').send(problem);
}

export interface Refusal {
  readonly status: number;
  readonly problem: Problem;
  readonly retryAfterSeconds?: number;
}

/** What goes back for a request that failed; the log gets its line here, with what `which` says of the request. */
export function refusalOf(log: Log, error: unknown, which: Readonly<Record<string, unknown>>): Refusal {
  const failure = asFailure(error);
  const status = httpStatusOf(failure);
  const line = { ...which, status, code: failure.code, detail: failure.detail };
  if (failure.kind === 'broken')
    log.error({ ...line, id: failure.params.id, err: failure.cause ?? failure }, 'request failed');
  else log.info(line, 'request refused');
  const isToWait = failure.kind === 'too-many' || failure.code === 'database-busy';
  const seconds = isToWait ? Number(failure.params.seconds) : 0;
  return { status, problem: toProblem(failure), ...(seconds > 0 ? { retryAfterSeconds: seconds } : {}) };
}

function httpStatusOf(failure: Failure): number {
  return statusByCode[failure.code] ?? statusOf(failure);
}

/** What the caller is told. Whatever is not a refusal of ours is a defect: it gets an id that the log has too. */
export function asFailure(error: unknown, request?: Pick<FastifyRequest, 'routeOptions'>): Failure {
  if (error instanceof Failure) return error;
  const { code, statusCode } = error as Partial<FastifyError>;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new Failure('body-too-large');
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    const expected = request?.routeOptions.config.accepts ?? 'application/json';
    return new Failure('unsupported-media-type', { expected });
  }
  // SQLSTATEs of PostgreSQL for a NUL character in a text; the embedded engine would keep it.
  if (code === '22021' || code === '22P05') {
    return new Failure('malformed-request', {}, { detail: 'a text holds a NUL character' });
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new Failure('malformed-request', {}, { detail: (error as Error).message });
  }
  return new Failure('unexpected', { id: randomUUID() }, { cause: error });
}

/** The answer to bytes that are not HTTP at all; there is no request to speak of yet. */
export function badHttpAnswer(error: Error): string {
  const body = JSON.stringify(toProblem(new Failure('malformed-request', {}, { detail: error.message })));
  const head = ['HTTP/1.1 400 Bad Request', 'content-type: application/json', 'connection: close'];
  return `${head.join('\r\n')}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}
