import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** What listens to a socket at the moment: the request that is under way on it. */
export interface SocketUser {
  /** Bytes that are overwritten after the call; false stops reading until `resume` of the socket. */
  onData(bytes: Uint8Array): boolean;
  onReady(): void;
  /** The other side has ended, or the socket broke; `problem` is empty for an orderly end. */
  onClosed(problem: string): void;
}

/** A connection to a web server, kept for further requests. */
export interface HttpSocket {
  readonly socket: Socket;
  readonly isReused: boolean;
  use(user: SocketUser): void;
}

export interface SocketPool {
  readonly baseUrl: URL;
  /** A socket that is free, or a new one that is still connecting. */
  take(): HttpSocket;
  /** Gives a socket back after a whole answer. */
  giveBack(socket: HttpSocket): void;
  close(): void;
}

export interface PoolOptions {
  readonly baseUrl: URL;
  /** PEM certificates to trust instead of the system's. */
  readonly ca: string | readonly string[] | undefined;
}

/** TLS hands over records of 16 KiB at most, TCP what there is. */
const READ_BUFFER_BYTES = 64 * 1024;

/** Kept-alive connections to one web server, the last used first. */
export function createSocketPool(options: PoolOptions): SocketPool {
  const free: PooledSocket[] = [];
  const all = new Set<PooledSocket>();
  let session: Buffer | undefined;
  const drop = (pooled: PooledSocket) => {
    all.delete(pooled);
    const index = free.indexOf(pooled);
    if (index >= 0) free.splice(index, 1);
  };
  return {
    baseUrl: options.baseUrl,
    take() {
      const kept = free.pop();
      if (kept) return { ...kept, isReused: true };
      const pooled = openSocket(options, session);
      all.add(pooled);
      pooled.socket.on('close', () => drop(pooled));
      pooled.socket.on('session', (ticket: Buffer) => {
        session = ticket;
      });
      return { ...pooled, isReused: false };
    },
    giveBack({ socket }) {
      const pooled = [...all].find((candidate) => candidate.socket === socket);
      pooled?.use(unexpected(socket));
      if (pooled && !socket.destroyed) free.push(pooled);
    },
    close() {
      for (const { socket } of all) socket.destroy();
    },
  };
}

type PooledSocket = Omit<HttpSocket, 'isReused'>;

/** Nothing may come while nothing was asked. */
function unexpected(socket: Socket): SocketUser {
  return {
    onReady: () => undefined,
    onClosed: () => socket.destroy(),
    onData: () => {
      socket.destroy();
      return false;
    },
  };
}

function openSocket(options: PoolOptions, session: Buffer | undefined): PooledSocket {
  let user: SocketUser | undefined;
  // One buffer for all reads: a new one for every 16 KiB costs more than the decryption.
  const buffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES);
  const callback = (length: number) => user?.onData(buffer.subarray(0, length)) ?? false;
  const isTls = options.baseUrl.protocol === 'https:';
  const socket = dial({ ...options, session, onread: { buffer, callback } });
  let problem = '';
  socket.setNoDelay(true);
  socket.once(isTls ? 'secureConnect' : 'connect', () => user?.onReady());
  socket.on('error', (error) => {
    problem = problemOf(error);
  });
  socket.on('end', () => user?.onClosed(''));
  socket.on('close', () => user?.onClosed(problem));
  return {
    socket,
    use: (next) => {
      user = next;
    },
  };
}

/** A name with several addresses fails with an error for each of them, and without words of its own. */
function problemOf(error: Error): string {
  const causes: Error[] = error instanceof AggregateError ? error.errors : [error];
  return [...new Set(causes.map(({ message, name }) => message || name))].join(', ');
}

interface Dial extends PoolOptions {
  readonly session: Buffer | undefined;
  readonly onread: { readonly buffer: Buffer; readonly callback: (length: number) => boolean };
}

function dial({ baseUrl, ca, session, onread }: Dial): Socket {
  const host = baseUrl.hostname.replace(/^\[|\]$/g, '');
  const isTls = baseUrl.protocol === 'https:';
  const port = Number(baseUrl.port || (isTls ? 443 : 80));
  if (!isTls) return connectTcp({ host, port, onread });
  const tls = {
    host,
    port,
    onread,
    ALPNProtocols: ['http/1.1'],
    ...(isIP(host) ? {} : { servername: host }),
    ...(ca === undefined ? {} : { ca: typeof ca === 'string' ? ca : [...ca] }),
    ...(session ? { session } : {}),
  };
  return connectTls(tls);
}
