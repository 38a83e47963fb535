/** A way from this process's loopback into a network namespace, for tests and browsers that talk to a site in it. */
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { joinSockets } from './join-sockets.ts';
import type { Namespace } from './namespace.ts';
import { end, spawnOwned, tailOf } from './own-process.ts';
import { makeRigFolder } from './rig-folder.ts';

const relay = fileURLToPath(new URL('forward-relay.ts', import.meta.url));

export interface Forward {
  /** On 127.0.0.1 of this process's namespace. */
  readonly port: number;
  close(): Promise<void>;
}

export interface ForwardTarget {
  readonly namespace: Namespace;
  readonly host: string;
  readonly port: number;
}

/** Passes TCP connections to `host:port` in the namespace; whether anything listens there shows at each connection. */
export async function startForward({ namespace, host, port }: ForwardTarget): Promise<Forward> {
  const folder = await makeRigFolder('forward');
  const socketPath = join(folder, 'socket');
  const [program = '', ...args] = namespace.command([
    process.execPath,
    relay,
    socketPath,
    host,
    String(port),
  ]);
  const child = spawnOwned(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = tailOf(child);
  await Promise.race([
    once(child.stdout ?? child, 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error(`the forward does not start: ${said()}`))),
  ]);
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    sockets.add(client);
    client.once('close', () => sockets.delete(client));
    joinSockets(client, connect({ path: socketPath, allowHalfOpen: true }));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await end(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
