import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';

/** One kept-alive HTTP/1.1 connection over TLS that carries one exchange at a time, with as little work as can be. */
export interface HttpConnection {
  /** Sends the bytes of a request; the answer is read to its end. */
  exchange(request: string): Promise<{ status: number; body: string }>;
  close(): void;
}

export interface ConnectOptions {
  readonly port: number;
  readonly rootCertificate: string;
  /** Source address: 127.0.0.0/8 has room for more ports than one address. */
  readonly localAddress: string;
  /** A session to resume, as reconnecting agents do. */
  readonly session?: Buffer;
}

const limitMs = 60_000;

export async function openConnection(options: ConnectOptions): Promise<HttpConnection> {
  const socket = await handshake(options);
  const state: State = { received: '', waiting: null };
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => take(state, text));
  socket.on('close', () => state.waiting?.reject(new Error('the connection was closed')));
  socket.on('error', (error) => state.waiting?.reject(error));
  return {
    exchange: (request) =>
      new Promise((resolve, reject) => {
        state.waiting = { resolve, reject };
        socket.write(request, 'latin1');
      }),
    close: () => socket.destroy(),
  };
}

interface State {
  received: string;
  waiting: { resolve(answer: { status: number; body: string }): void; reject(error: Error): void } | null;
}

function take(state: State, text: string) {
  state.received = state.received === '' ? text : state.received + text;
  const { received, waiting } = state;
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd < 0) return;
  const lengthAt = received.search(/content-length: /i);
  const bodyBytes = Number.parseInt(received.slice(lengthAt + 16, lengthAt + 26), 10);
  const end = headEnd + 4 + bodyBytes;
  if (received.length < end) return;
  state.received = '';
  state.waiting = null;
  waiting?.resolve({ status: Number(received.slice(9, 12)), body: received.slice(headEnd + 4, end) });
}

function handshake({ port, rootCertificate, localAddress, session }: ConnectOptions): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    // `localAddress` is handed on to net.connect, which the types of tls.connect do not say.
    const where: ConnectionOptions & { localAddress: string } = {
      host: '127.0.0.1',
      servername: 'localhost',
      port,
      localAddress,
      ca: rootCertificate,
      timeout: limitMs,
      ...(session ? { session } : {}),
    };
    const socket = connect(where);
    socket.setNoDelay(true);
    socket.once('secureConnect', () => resolve(socket.setTimeout(0)));
    socket.once('timeout', () => socket.destroy(new Error('no handshake in time')));
    socket.once('error', reject);
  });
}
