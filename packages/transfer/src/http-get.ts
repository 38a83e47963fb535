import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { RateLimiter } from './rate-limit.ts';
import type { ContentSource } from './source-choice.ts';

/** Kept-alive connections to one source. */
export interface Connection {
  readonly source: ContentSource;
  readonly baseUrl: URL;
  readonly agent: HttpAgent | HttpsAgent;
  readonly timeouts: Timeouts;
  readonly limiter: RateLimiter;
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
  /** The head has come; false ends the request without reading the body. */
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
  const settings = { keepAlive: true, scheduling: 'lifo' as const };
  const ca =
    source.ca === undefined ? {} : { ca: typeof source.ca === 'string' ? source.ca : [...source.ca] };
  const agent =
    baseUrl.protocol === 'https:' ? new HttpsAgent({ ...settings, ...ca }) : new HttpAgent(settings);
  return { source, baseUrl, agent, ...limits };
}

/** One GET. Never throws for what the network or the server does; throws the signal's reason when aborted. */
export async function get(connection: Connection, options: GetOptions): Promise<GetResult> {
  for (let attempt = 1; ; attempt++) {
    options.signal.throwIfAborted();
    const headers = await headersFor(connection, options);
    const result = await getOnce(connection, options, headers);
    options.signal.throwIfAborted();
    // A kept connection may have been closed by the server just when it was used again: no fault of anyone.
    if (!result.isStale || attempt === 5) return result;
  }
}

async function headersFor(
  { source, baseUrl }: Connection,
  options: GetOptions,
): Promise<Record<string, string>> {
  const token = typeof source.bearerToken === 'function' ? await source.bearerToken() : source.bearerToken;
  return {
    // Compressed or otherwise encoded bytes would not be those of the hash.
    'accept-encoding': 'identity',
    ...(options.fromByte ? { range: `bytes=${options.fromByte}-` } : {}),
    ...(token && baseUrl.protocol === 'https:' ? { authorization: `Bearer ${token}` } : {}),
  };
}

function getOnce(
  connection: Connection,
  options: GetOptions,
  headers: Record<string, string>,
): Promise<GetResult & { isStale: boolean }> {
  const { baseUrl, agent, timeouts } = connection;
  const send = baseUrl.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve) => {
    let status = 0;
    const request = send(new URL(options.path, baseUrl), { agent, headers, signal: options.signal });
    const watch = watchSilence(request, timeouts);
    const end = ({ problem = '', isTooLong = false, isStale = false }) => {
      watch.stop();
      resolve({ status, problem, isTooLong, isStale });
    };
    request.on('error', (error) => {
      end({ problem: error.message || error.name, isStale: request.reusedSocket && status === 0 });
    });
    request.on('response', (response) => {
      status = response.statusCode ?? 0;
      watch.heard();
      const abandon = (ending: { problem: string; isTooLong?: boolean }) => {
        end(ending);
        request.destroy();
      };
      receive({ response, connection, options, watch, end, abandon });
    });
    request.end();
  });
}

interface Receive {
  readonly response: IncomingMessage;
  readonly connection: Connection;
  readonly options: GetOptions;
  readonly watch: SilenceWatch;
  readonly end: (ending: { problem?: string }) => void;
  /** Ends, and closes the connection, since the rest of the answer would still come over it. */
  readonly abandon: (ending: { problem: string; isTooLong?: boolean }) => void;
}

function receive({ response, connection, options, watch, end, abandon }: Receive): void {
  response.on('error', (error) => end({ problem: error.message || error.name }));
  response.on('close', () => end({ problem: 'the connection was cut' }));
  if (!options.onHead(headOf(response))) {
    const length = Number(response.headers['content-length'] ?? Number.NaN);
    if (!(length <= UNREAD_LIMIT_BYTES)) {
      abandon({ problem: 'not read' });
      return;
    }
    response.on('end', () => end({ problem: 'not read' }));
    response.resume();
    return;
  }
  response.on('end', () => end({ problem: response.complete ? '' : 'the connection was cut' }));
  response.on('data', (bytes: Buffer) => {
    watch.heard();
    if (!options.onBytes(bytes)) {
      abandon({ problem: 'longer than it should be', isTooLong: true });
      return;
    }
    const pauseMs = connection.limiter.debit(bytes.length);
    if (pauseMs > 0) watch.pause(response, pauseMs);
  });
}

/** An error page up to this size is read to its end, so that the connection can be used again. */
const UNREAD_LIMIT_BYTES = 64 * 1024;

function headOf(response: IncomingMessage): Head {
  const range = /^bytes (\d+)-/.exec(response.headers['content-range'] ?? '');
  const encoding = response.headers['content-encoding'] ?? 'identity';
  const status = response.statusCode ?? 0;
  return {
    status,
    fromByte: status === 206 && range ? Number(range[1]) : 0,
    isEncoded: encoding !== 'identity',
  };
}

interface SilenceWatch {
  heard(): void;
  /** Stops reading for a while; our own pause is not the server's silence. */
  pause(response: IncomingMessage, ms: number): void;
  stop(): void;
}

function watchSilence(request: ClientRequest, { connectTimeoutMs, idleTimeoutMs }: Timeouts): SilenceWatch {
  let timer: NodeJS.Timeout;
  const giveUpAfter = (ms: number, awaited: string) => {
    clearTimeout(timer);
    timer = setTimeout(() => request.destroy(new Error(`${awaited} for ${ms} ms`)), ms);
  };
  giveUpAfter(connectTimeoutMs, 'no connection');
  request.once('socket', (socket) => {
    const connected = () => giveUpAfter(idleTimeoutMs, 'no byte');
    if (request.reusedSocket) connected();
    else socket.once('encrypted' in socket ? 'secureConnect' : 'connect', connected);
  });
  return {
    heard: () => timer.refresh(),
    pause(response, ms) {
      response.pause();
      clearTimeout(timer);
      timer = setTimeout(() => {
        giveUpAfter(idleTimeoutMs, 'no byte');
        response.resume();
      }, ms);
    },
    stop: () => clearTimeout(timer),
  };
}
