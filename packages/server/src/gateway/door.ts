import type { IncomingMessage, ServerResponse } from 'node:http';
import { Failure } from '@tenkai/domain/failure.ts';
import type { Access } from '../kernel/access/access.ts';
import { refusalOf } from '../kernel/http/refuse.ts';
import type { Log } from '../kernel/log.ts';
import { sendAnswer, sendRefusal } from './answer.ts';
import type { TakeCall } from './carry-out.ts';

export interface DoorOptions {
  readonly access: Pick<Access, 'admitAgent'>;
  /** `METHOD path` */
  readonly routes: ReadonlySet<string>;
  readonly take: TakeCall;
  readonly log: Log;
}

/** Larger bodies (whole inventories) are streamed to their route rather than held and handed over here. */
export const largestBodyBytes = 64 * 1024;

/**
 * The way in for what all machines of a site send again and again: token, body, answer, and nothing else. The same
 * in the server's own process and in gateways.
 * @returns a function that is false for requests of any other kind
 */
export function createAgentDoor(options: DoorOptions) {
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    const route = `${request.method} ${request.url}`;
    if (!options.routes.has(route) || !isSmall(request)) return false;
    void serve(options, route, request, response);
    return true;
  };
}

function isSmall({ method, headers }: IncomingMessage): boolean {
  if (method === 'GET') return true;
  const isJson = headers['content-type']?.startsWith('application/json') === true;
  return isJson && Number(headers['content-length'] ?? Number.NaN) <= largestBodyBytes;
}

async function serve(
  { access, take, log }: DoorOptions,
  route: string,
  request: IncomingMessage,
  response: ServerResponse,
) {
  try {
    // Before the body is read, so that a stranger costs nothing and learns nothing.
    const agent = access.admitAgent(request.headers);
    const body = request.method === 'GET' ? null : await readBody(request);
    sendAnswer(response, await take(route, agent, body));
  } catch (error) {
    // What was not read is not waited for.
    if (!request.complete) response.setHeader('connection', 'close');
    sendRefusal(response, refusalOf(log, error, { route }));
  }
}

/** Its length is known and small. @throws Failure malformed-request where it ends too early */
function readBody(request: IncomingMessage): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => void parts.push(part));
  request.on('end', () =>
    resolve((parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)).toString()),
  );
  request.on('error', (cause) =>
    reject(new Failure('malformed-request', {}, { detail: cause.message, cause })),
  );
  return promise;
}
