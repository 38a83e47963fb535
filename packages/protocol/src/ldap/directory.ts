import { once } from 'node:events';
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls, getCACertificates, type TLSSocket } from 'node:tls';
import { Failure } from '@tenkai/domain/failure.ts';
import { element, integer, readElement, tags } from './ber.ts';
import './failures.ts';
import {
  addRequest,
  bindRequest,
  type DirectoryEntry,
  operations,
  pageControl,
  type Reply,
  readReply,
  removeRequest,
  replaceRequest,
  resultName,
  type Search,
  searchRequest,
  startTlsRequest,
  unbindRequest,
} from './messages.ts';

export interface DirectoryOptions {
  /** `ldaps://host[:port]`, or `ldap://host[:port]`, where TLS begins before anything is said (StartTLS). */
  readonly server: string;
  /** PEM of the authorities that may have issued its certificate; absent: those that this machine trusts. */
  readonly ca?: string | undefined;
  /** Who asks; absent: nobody in particular. */
  readonly user?: { readonly name: string; readonly secret: string } | undefined;
  /** For each answer. */
  readonly timeoutMs?: number;
}

/** A connection to a directory. One question at a time; after a failure it is of no use any more. */
export interface Directory {
  /** @returns undefined where there is no such base. @throws Failure directory-* */
  search(search: Search): Promise<DirectoryEntry[] | undefined>;
  add(entry: DirectoryEntry): Promise<void>;
  /** Each named attribute gets exactly these values. */
  replace(entry: DirectoryEntry): Promise<void>;
  remove(dn: string): Promise<void>;
  close(): void;
}

const ports: Readonly<Record<string, number>> = { 'ldap:': 389, 'ldaps:': 636 };
const messageLimitBytes = 1 << 20;
/** A site publishes 5,000 boundaries at most; several sites may share a container. */
const entryLimit = 50_000;
const pageSize = 500;
const noSuchObject = 32;

/**
 * Connects, always over TLS with a verified certificate, and says who asks. A library was left out on purpose
 * (docs/decisions/0064): an answer is bounded, and nothing is ever sent again over another connection.
 * @throws Failure directory-unreachable, directory-refused, directory-answer-invalid; the signal's reason
 */
export async function openDirectory(options: DirectoryOptions, signal: AbortSignal): Promise<Directory> {
  const { server, user, timeoutMs = 15_000 } = options;
  const socket = await openSocket(options, signal);
  const ask = createAsking(socket, { server, timeoutMs, signal });
  try {
    // The name alone, without a secret, would be taken as nobody in particular (RFC 4513, section 5.1.2).
    if (user) await expectDone(ask(bindRequest(user.name, user.secret)), server, 'sign in');
  } catch (error) {
    socket.destroy();
    throw error;
  }
  const act = async (request: Buffer, what: string) => void (await expectDone(ask(request), server, what));
  return {
    search: (search) => searchAll(ask, search, server),
    add: (entry) => act(addRequest(entry), 'add an entry'),
    replace: (entry) => act(replaceRequest(entry), 'change an entry'),
    remove: (dn) => act(removeRequest(dn), 'remove an entry'),
    close: () => socket.end(message(0, unbindRequest())),
  };
}

type Ask = (request: Buffer, control?: Buffer) => Promise<Reply[]>;

async function expectDone(asked: Promise<Reply[]>, server: string, what: string): Promise<Reply[]> {
  const replies = await asked;
  const { result = 0 } = replies.at(-1) ?? {};
  if (result !== 0) throw new Failure('directory-refused', { server, what, result: resultName(result) });
  return replies;
}

async function searchAll(ask: Ask, search: Search, server: string): Promise<DirectoryEntry[] | undefined> {
  const found: DirectoryEntry[] = [];
  for (let cookie = Buffer.alloc(0); ; ) {
    const replies = await ask(searchRequest(search), pageControl(pageSize, cookie));
    if (replies.at(-1)?.result === noSuchObject) return undefined;
    await expectDone(Promise.resolve(replies), server, 'search');
    found.push(...replies.flatMap(({ entry }) => entry ?? []));
    cookie = Buffer.from(replies.at(-1)?.cookie ?? []);
    if (cookie.length === 0) return found;
    if (found.length > entryLimit) throw invalid(server, `more than ${entryLimit} entries`);
  }
}

async function openSocket(options: DirectoryOptions, signal: AbortSignal): Promise<TLSSocket> {
  const { server, ca, timeoutMs = 15_000 } = options;
  const { protocol, hostname, port } = new URL(server);
  const host = hostname.replace(/^\[|\]$/g, '');
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const place = { host, port: Number(port) || (ports[protocol] ?? 0) };
  const trust = { ca: ca ?? trusted(), ...(isIP(host) === 0 ? { servername: host } : {}) };
  let plain: Socket | undefined;
  let secure: TLSSocket | undefined;
  try {
    limit.throwIfAborted();
    if (protocol === 'ldap:') plain = await upgradable(place, { server, timeoutMs, signal: limit });
    secure = connectTls(plain ? { socket: plain, host, ...trust } : { ...place, ...trust });
    await once(secure, 'secureConnect', { signal: limit });
    return secure;
  } catch (cause) {
    secure?.destroy();
    plain?.destroy();
    signal.throwIfAborted();
    if (cause instanceof Failure) throw cause;
    const detail = limit.aborted ? 'no answer' : String((cause as Error).message);
    throw new Failure('directory-unreachable', { server }, { detail, cause });
  }
}

/** A connection whose other side is ready to begin TLS (RFC 4511, section 4.14). */
async function upgradable(place: { host: string; port: number }, asking: Asking): Promise<Socket> {
  const socket = connectPlain(place);
  try {
    await once(socket, 'connect', { signal: asking.signal });
    const ask = createAsking(socket, asking);
    await expectDone(ask(startTlsRequest()), asking.server, 'begin TLS');
    // Nothing that was said before TLS counts, and from here on TLS reads.
    for (const event of ['data', 'error', 'close']) socket.removeAllListeners(event);
    return socket.on('error', () => undefined);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** What this machine trusts: its own store, or where it has none, that of Node.js. */
function trusted(): string[] {
  const system = getCACertificates('system');
  return system.length > 0 ? system : getCACertificates('bundled');
}

interface Asking {
  readonly server: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Sends requests and collects what comes for each until its final reply. */
function createAsking(socket: Socket, { server, timeoutMs, signal }: Asking): Ask {
  let lastId = 0;
  let rest: Buffer = Buffer.alloc(0);
  let waiting: { id: number; replies: Reply[]; settle: (error?: unknown) => void } | undefined;
  const fail = (error: unknown) => {
    socket.destroy();
    waiting?.settle(error);
  };
  socket.on('data', (chunk: Buffer) => {
    try {
      rest = takeReplies(Buffer.concat([rest, chunk]), ({ id, reply }) => {
        if (!waiting || id !== waiting.id) return;
        waiting.replies.push(reply);
        if (waiting.replies.length > 2 * pageSize) throw new RangeError('more than was asked for');
        if (reply.tag !== operations.entry && reply.tag !== operations.reference) waiting.settle();
      });
    } catch (cause) {
      fail(invalid(server, (cause as Error).message));
    }
  });
  socket.on('error', (cause) => fail(new Failure('directory-unreachable', { server }, { cause })));
  socket.on('close', () => fail(invalid(server, 'the connection has ended')));
  return (request, control = Buffer.alloc(0)) =>
    new Promise<Reply[]>((resolve, reject) => {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      const late = () => fail(signal.aborted ? signal.reason : invalid(server, 'no answer'));
      const replies: Reply[] = [];
      lastId += 1;
      waiting = {
        id: lastId,
        replies,
        settle(error) {
          waiting = undefined;
          limit.removeEventListener('abort', late);
          if (error === undefined) resolve(replies);
          else reject(error);
        },
      };
      limit.addEventListener('abort', late, { once: true });
      if (limit.aborted || socket.destroyed) late();
      else socket.write(message(lastId, request, control));
    });
}

const message = (id: number, request: Buffer, control: Buffer = Buffer.alloc(0)) =>
  element(tags.sequence, integer(id), request, control);

function takeReplies(bytes: Buffer, take: (read: ReturnType<typeof readReply>) => void): Buffer {
  let rest = bytes;
  for (;;) {
    const read = readElement(rest, messageLimitBytes);
    if (!read) return rest;
    rest = read.rest;
    take(readReply(read.element));
  }
}

const invalid = (server: string, detail: string) =>
  new Failure('directory-answer-invalid', { server }, { detail });
