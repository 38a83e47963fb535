import { Agent, type RequestOptions, request } from 'node:https';
import { urlToHttpOptions } from 'node:url';
import { Failure } from '@tenkai/domain/failure.ts';
import type { Static, TSchema } from 'typebox';
import { problemFromBody } from '../../problem.ts';
import type { Carrier, Exchanged } from './channel-calls.ts';
import { isReply } from './reply-check.ts';

/** Largest answer that is read; orders hold scripts of up to 256 KiB each. */
const replyLimitBytes = 64 * 1024 * 1024;
const defaultTimeoutMs = 30_000;

export interface SiteClientOptions {
  /** `https://host:port`. */
  readonly url: string;
  /** PEM of the pinned root: the only one whose certificates are accepted. Null: none is checked (first contact). */
  readonly rootCertificate: string | null;
  /** For many agents in one process: connections and their channels are opened by it; absent: connections of its own. */
  readonly httpsAgent?: Agent;
}

export interface SiteRequest<T extends TSchema> {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly reply: T;
  readonly body?: unknown;
  readonly token?: string;
  readonly timeoutMs?: number;
  /** Largest answer that is read, where the other side is not known yet; default: 64 MiB. */
  readonly replyLimitBytes?: number;
  readonly signal?: AbortSignal | undefined;
  /** An open channel, where the request may be asked twice and has a token; absent or null: a connection of its own. */
  readonly via?: Carrier | null | undefined;
}

export interface SiteClient {
  readonly url: string;
  readonly rootCertificate: string | null;
  /** The one that was given. */
  readonly sharedAgent: Agent | undefined;
  /**
   * @throws RemoteProblem for a refusal by the site
   * @throws Failure site-unreachable, site-answer-invalid
   */
  call<T extends TSchema>(request: SiteRequest<T>): Promise<Static<T>>;
  /** Ends idle connections. */
  close(): void;
}

/** Checked JSON over HTTPS to one site, on kept-alive connections with resumed TLS sessions. */
export function createSiteClient(options: SiteClientOptions): SiteClient {
  const url = checkedUrl(options.url);
  const agent = options.httpsAgent ?? ownAgent(options.rootCertificate);
  // Taken apart once, and not for each request.
  const site: Where = { url, agent, ...urlToHttpOptions(new URL(url)) };
  return {
    url,
    rootCertificate: options.rootCertificate,
    sharedAgent: options.httpsAgent,
    async call(input) {
      const sent = input.body === undefined ? null : JSON.stringify(input.body);
      const { status, text, retryAfter } = (await carry(input, sent)) ?? (await exchange(site, input, sent));
      const body = parse(text);
      if (status < 200 || status > 299) throw problemFromBody(status, body, retryAfter);
      if (!isReply(input.reply, body))
        throw new Failure('site-answer-invalid', { url }, { detail: input.path });
      return body as never;
    },
    close: () => agent.destroy(),
  };
}

/** An HTTPS agent that trusts the pinned root alone. */
export function ownAgent(rootCertificate: string | null): Agent {
  const trust = rootCertificate === null ? { rejectUnauthorized: false } : { ca: rootCertificate };
  return new Agent({ keepAlive: true, maxSockets: 4, minVersion: 'TLSv1.2', ...trust });
}

function checkedUrl(url: string): string {
  if (!URL.canParse(url)) throw new Failure('site-address-invalid', { url });
  const { protocol, origin, pathname } = new URL(url);
  if (protocol !== 'https:' || pathname !== '/') throw new Failure('site-address-invalid', { url });
  return origin;
}

interface Where extends RequestOptions {
  readonly url: string;
}

function carry(input: SiteRequest<TSchema>, body: string | null): Promise<Exchanged | null> | null {
  const { via, token, method, path, signal, timeoutMs = defaultTimeoutMs } = input;
  if (!via || token === undefined) return null;
  return via.carry({ route: `${method} ${path}`, body, token, timeoutMs, signal });
}

function exchange({ url, ...where }: Where, input: SiteRequest<TSchema>, body: string | null) {
  const { method, path, signal } = input;
  return new Promise<Exchanged>((resolve, reject) => {
    const fail = (cause: unknown) => reject(signal?.aborted ? signal.reason : unreachable(url, cause));
    const options = { ...where, path, method, headers: headersOf(input, body), ...(signal && { signal }) };
    const call = request(options, (response) => {
      const parts: Buffer[] = [];
      let bytes = 0;
      response.on('data', (part: Buffer) => {
        bytes += part.length;
        if (bytes > (input.replyLimitBytes ?? replyLimitBytes))
          call.destroy(new Error('the answer is too long'));
        else parts.push(part);
      });
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          text: Buffer.concat(parts).toString(),
          retryAfter: response.headers['retry-after'],
        }),
      );
      response.on('error', fail);
    });
    // A plain timer costs a fraction of a signal that ends after a time, joined with that of the caller.
    const limit = setTimeout(
      () => call.destroy(new DOMException('The operation was aborted due to timeout', 'TimeoutError')),
      input.timeoutMs ?? defaultTimeoutMs,
    );
    call.on('close', () => clearTimeout(limit));
    call.on('error', fail);
    call.end(body ?? undefined);
  });
}

function headersOf({ token }: SiteRequest<TSchema>, body: string | null) {
  return {
    accept: 'application/json',
    ...(body === null
      ? {}
      : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
}

/** A battery that is empty sets a machine back by years: nobody looks for that behind a network that is silent. */
const outOfTime = /^CERT_(NOT_YET_VALID|HAS_EXPIRED)\b/;

function unreachable(url: string, cause: unknown): Failure {
  const detail = messageOf(cause);
  if (!outOfTime.test(detail)) return new Failure('site-unreachable', { url }, { detail, cause });
  return new Failure('site-certificate-time', { url, time: new Date().toISOString() }, { detail, cause });
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return [code, error.message].filter((part) => part !== '').join(': ');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
