import type { ServerResponse } from 'node:http';
import type { Refusal } from '../kernel/http/refuse.ts';

/** What goes back to an agent. */
export interface Answer {
  readonly status: number;
  /** JSON text. */
  readonly body: string;
  readonly retryAfterSeconds?: number;
}

/** Browsers never come here: of the headers for their sake only the one that an API needs is sent. */
export function sendAnswer(response: ServerResponse, { status, body, retryAfterSeconds }: Answer) {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
  });
  response.end(body);
}

export function sendRefusal(response: ServerResponse, { problem, ...refusal }: Refusal) {
  sendAnswer(response, { ...refusal, body: JSON.stringify(problem) });
}
