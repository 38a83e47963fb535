import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

export interface CutProxy {
  readonly port: number;
  /** How many connections have been cut so far. */
  cuts(): number;
  stop(): Promise<void>;
}

export interface CutProxyOptions {
  readonly toPort: number;
  /** After how many bytes towards the client the connection number `index` (from 0) is cut; undefined: never. */
  readonly cutAfter: (index: number) => number | undefined;
  /** `reset` sends RST, as a dying machine or a firewall does; `end` closes in order; `hang` keeps silent for ever. */
  readonly how?: 'reset' | 'end' | 'hang';
}

/** A TCP proxy on loopback that breaks connections in the middle. */
export async function startCutProxy(options: CutProxyOptions): Promise<CutProxy> {
  const sockets = new Set<Socket>();
  let cuts = 0;
  let connections = 0;
  const server = createServer((client) => {
    const upstream = connect({ port: options.toPort, host: '127.0.0.1' });
    for (const socket of [client, upstream]) keep(sockets, socket);
    client.pipe(upstream);
    let left = options.cutAfter(connections++) ?? Number.POSITIVE_INFINITY;
    upstream.on('data', (bytes) => {
      if (left <= 0) return;
      client.write(bytes.subarray(0, Math.min(left, bytes.length)));
      left -= bytes.length;
      if (left > 0) return;
      cuts++;
      cut(client, options.how ?? 'reset');
    });
    upstream.on('close', () => left > 0 && client.destroy());
    client.on('close', () => upstream.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return { port, cuts: () => cuts, stop: () => stop(server, sockets) };
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
  await once(server, 'close');
}
