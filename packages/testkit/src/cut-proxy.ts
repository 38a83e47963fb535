import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

export interface CutProxy {
  readonly port: number;
  /** How many connections have been cut so far. */
  cuts(): number;
  /** Bytes sent towards clients so far. */
  forwardedBytes(): number;
  stop(): Promise<void>;
}

export interface CutProxyOptions {
  readonly toPort: number;
  /** After how many bytes towards the client the connection number `index` (from 0) is cut; undefined: never. */
  readonly cutAfter?: (index: number) => number | undefined;
  /** `reset` sends RST, as a dying machine or a firewall does; `end` closes in order; `hang` keeps silent for ever. */
  readonly how?: 'reset' | 'end' | 'hang';
  /** Told before each piece is sent on. */
  readonly onForward?: (forwardedBytes: number) => void;
}

/** A TCP proxy on loopback that breaks connections in the middle. */
export async function startCutProxy(options: CutProxyOptions): Promise<CutProxy> {
  const sockets = new Set<Socket>();
  const counts = { cuts: 0, forwardedBytes: 0, connections: 0 };
  const server = createServer((client) => {
    const upstream = connect({ port: options.toPort, host: '127.0.0.1' });
    for (const socket of [client, upstream]) keep(sockets, socket);
    forward({ client, upstream, options, counts });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    cuts: () => counts.cuts,
    forwardedBytes: () => counts.forwardedBytes,
    stop: () => stop(server, sockets),
  };
}

interface Forward {
  readonly client: Socket;
  readonly upstream: Socket;
  readonly options: CutProxyOptions;
  readonly counts: { cuts: number; forwardedBytes: number; connections: number };
}

function forward({ client, upstream, options, counts }: Forward): void {
  let left = options.cutAfter?.(counts.connections++) ?? Number.POSITIVE_INFINITY;
  client.pipe(upstream);
  upstream.on('data', (bytes) => {
    if (left <= 0) return;
    const piece = bytes.subarray(0, Math.min(left, bytes.length));
    left -= piece.length;
    counts.forwardedBytes += piece.length;
    options.onForward?.(counts.forwardedBytes);
    if (!client.write(piece)) pauseUntilDrained(upstream, client);
    if (left > 0) return;
    counts.cuts++;
    cut(client, options.how ?? 'reset');
  });
  upstream.on('close', () => left > 0 && client.end());
  client.on('close', () => upstream.destroy());
}

function pauseUntilDrained(upstream: Socket, client: Socket): void {
  upstream.pause();
  client.once('drain', () => upstream.resume());
}

function keep(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket);
  socket.on('close', () => sockets.delete(socket));
  // A broken connection is what this proxy is for.
  socket.on('error', () => undefined);
}

function cut(client: Socket, how: 'reset' | 'end' | 'hang'): void {
  if (how === 'reset') client.resetAndDestroy();
  if (how === 'end') client.end();
}

async function stop(server: Server, sockets: Set<Socket>): Promise<void> {
  server.close();
  for (const socket of sockets) socket.destroy();
  if (server.listening) await once(server, 'close');
}
