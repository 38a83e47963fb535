import { createResponseReader, type ResponseHead, type ResponseReader } from './http1-response.ts';
import { createSocketPool, type HttpSocket, type SocketPool, type SocketUser } from './http1-socket.ts';
import type { RateLimiter } from './rate-limit.ts';
import type { ContentSource } from './source-choice.ts';

/** Kept-alive connections to one source. */
export interface Connection {
  readonly source: ContentSource;
  readonly pool: SocketPool;
  readonly timeouts: Timeouts;
  readonly limiter: RateLimiter;
  /** The token that the source answered with 401 last. */
  refusedToken: string | undefined;
}

export interface Timeouts {
  /** Until TCP and TLS are up. */
  readonly connectTimeoutMs: number;
  /** Longest silence, before the answer and within it. */
  readonly idleTimeoutMs: number;
}

export interface GetOptions {
  /** Below the source's base URL. */
  readonly path: string;
  /** Asks for the bytes from this one on. */
  readonly fromByte?: number;
  readonly signal: AbortSignal;
  /** The head has come; false: the body is not wanted. */
  readonly onHead: (head: Head) => boolean;
  /** False ends the request: more came than there should be. The bytes are the caller's only during the call. */
  readonly onBytes: (bytes: Uint8Array) => boolean;
}

export interface Head {
  readonly status: number;
  /** First byte of what follows, where the server sends a part of the file; 0 for a whole one. */
  readonly fromByte: number;
  readonly isEncoded: boolean;
}

/** What became of a request; `problem` is empty when the body ended as it should. */
export interface GetResult {
  /** 0 where no answer came. */
  readonly status: number;
  readonly problem: string;
  /** The caller's onBytes said that more came than there should be. */
  readonly isTooLong: boolean;
}

export function connect(
  source: ContentSource,
  limits: { timeouts: Timeouts; limiter: RateLimiter },
): Connection {
  const baseUrl = new URL(source.baseUrl.endsWith('/') ? source.baseUrl : `${source.baseUrl}/`);
  return { source, pool: createSocketPool({ baseUrl, ca: source.ca }), refusedToken: undefined, ...limits };
}

/** One GET. Never throws for what the network or the server does; throws the signal's reason when aborted. */
export async function get(connection: Connection, options: GetOptions): Promise<GetResult> {
  for (;;) {
    options.signal.throwIfAborted();
    const token = await tokenFor(connection);
    const result = await exchange(connection, options, requestText(connection, options, token));
    if (result.status === 401) connection.refusedToken = token;
    options.signal.throwIfAborted();
    // A kept connection may have been closed by the server just when it was used again: no fault of anyone. There are
    // only so many of them, and a new one is never stale, so this ends.
    if (!result.isStale) return result;
  }
}

async function tokenFor({ source, refusedToken }: Connection): Promise<string | undefined> {
  return typeof source.bearerToken === 'function' ? source.bearerToken(refusedToken) : source.bearerToken;
}

function requestText({ pool }: Connection, options: GetOptions, token: string | undefined): string {
  const isSecret = token !== undefined && token !== '' && pool.baseUrl.protocol === 'https:';
  if (isSecret && !/^[\x21-\x7e]+$/.test(token))
    throw new TypeError('a bearer token has no blanks or controls');
  const { pathname, search } = new URL(options.path, pool.baseUrl);
  return [
    `GET ${pathname}${search} HTTP/1.1`,
    `host: ${pool.baseUrl.host}`,
    'user-agent: tenkai',
    // Compressed or otherwise encoded bytes would not be those of the hash.
    'accept-encoding: identity',
    ...(options.fromByte ? [`range: bytes=${options.fromByte}-`] : []),
    ...(isSecret ? [`authorization: Bearer ${token}`] : []),
    '\r\n',
  ].join('\r\n');
}

interface Ending extends GetResult {
  /** The server closed a kept connection instead of answering. */
  readonly isStale: boolean;
}

/** A request under way. */
interface Exchange {
  readonly connection: Connection;
  readonly options: GetOptions;
  readonly line: HttpSocket;
  readonly end: (ending: Ending) => void;
  readonly abort: () => void;
  status: number;
  isWanted: boolean;
  isOver: boolean;
  /** Arrived, and not yet accounted for with the limiter. */
  unpaidBytes: number;
  timer: NodeJS.Timeout | undefined;
}

function exchange(connection: Connection, options: GetOptions, request: string): Promise<Ending> {
  return new Promise((resolve) => {
    const line = connection.pool.take();
    const state = { status: 0, isWanted: true, isOver: false, unpaidBytes: 0, timer: undefined };
    const abort = () => finish(current, { problem: 'aborted' });
    const current: Exchange = { connection, options, line, end: resolve, abort, ...state };
    options.signal.addEventListener('abort', abort, { once: true });
    giveUpAfter(current, connection.timeouts.connectTimeoutMs, 'no connection');
    line.use(listen(current, request));
    if (line.isReused) send(current, request);
  });
}

function send(current: Exchange, request: string): void {
  giveUpAfter(current, current.connection.timeouts.idleTimeoutMs, 'no byte');
  current.line.socket.write(request);
}

function listen(current: Exchange, request: string): SocketUser {
  const reader = readAnswer(current);
  return {
    onReady: () => send(current, request),
    onClosed(problem) {
      const isStale = current.line.isReused && current.status === 0;
      if (!reader.close()) finish(current, { problem: problem || 'the connection was cut', isStale });
    },
    onData(bytes) {
      current.timer?.refresh();
      try {
        reader.push(bytes);
      } catch (error) {
        finish(current, { problem: error instanceof Error ? error.message : String(error) });
      }
      // A kept socket reads on, to notice when the server closes it.
      return current.isOver || !pauseForLimit(current);
    },
  };
}

function readAnswer(current: Exchange): ResponseReader {
  const { options } = current;
  return createResponseReader({
    onHead(head) {
      current.status = head.status;
      current.isWanted = options.onHead(meaningOf(head));
      if (!current.isWanted && !isSmall(head)) finish(current, { problem: 'not read' });
    },
    onBody(bytes) {
      current.unpaidBytes += bytes.length;
      if (!current.isWanted || current.isOver || options.onBytes(bytes)) return;
      finish(current, { problem: 'longer than it should be', isTooLong: true });
    },
    onEnd: (isReusable) => finish(current, { problem: current.isWanted ? '' : 'not read', isReusable }),
  });
}

/** Our own pause is not the server's silence: the watch starts anew after it. */
function pauseForLimit(current: Exchange): boolean {
  const { limiter, timeouts } = current.connection;
  const pauseMs = limiter.debit(current.unpaidBytes);
  current.unpaidBytes = 0;
  if (pauseMs <= 0) return false;
  clearTimeout(current.timer);
  current.timer = setTimeout(() => {
    giveUpAfter(current, timeouts.idleTimeoutMs, 'no byte');
    current.line.socket.resume();
  }, pauseMs);
  return true;
}

function giveUpAfter(current: Exchange, ms: number, awaited: string): void {
  clearTimeout(current.timer);
  current.timer = setTimeout(() => finish(current, { problem: `${awaited} for ${ms} ms` }), ms);
}

function finish(current: Exchange, ending: Partial<Ending> & { isReusable?: boolean }): void {
  if (current.isOver) return;
  current.isOver = true;
  clearTimeout(current.timer);
  current.options.signal.removeEventListener('abort', current.abort);
  if (ending.isReusable) current.connection.pool.giveBack(current.line);
  else current.line.socket.destroy();
  const { problem = '', isTooLong = false, isStale = false } = ending;
  current.end({ status: current.status, problem, isTooLong, isStale });
}

function meaningOf({ status, headers }: ResponseHead): Head {
  const range = /^bytes (\d+)-/.exec(headers.get('content-range') ?? '');
  const isEncoded = (headers.get('content-encoding') ?? 'identity') !== 'identity';
  return { status, fromByte: status === 206 && range ? Number(range[1]) : 0, isEncoded };
}

/** An error page up to this size is read to its end, so that the connection can be used again. */
const UNREAD_LIMIT_BYTES = 64 * 1024;

function isSmall({ headers }: ResponseHead): boolean {
  return Number(headers.get('content-length') ?? Number.NaN) <= UNREAD_LIMIT_BYTES;
}
