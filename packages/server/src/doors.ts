import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttpServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App } from './app.ts';
import type { Config } from './config.ts';
import { startFront } from './gateway/front.ts';
import type { GatewayChannel } from './gateway/gateway-channel.ts';

/** Where agents, console and CLI come in. */
export interface Door {
  readonly port: number;
  /** Takes the present TLS certificate of the key chain. */
  renewTls(): void;
  /** No new requests; those in progress are answered. */
  stop(): Promise<void>;
}

/** Listens in this process. */
export async function openOwnDoor({ kernel }: App, config: Config): Promise<Door> {
  const { fastify } = kernel.http;
  await withIpv4InReserve(config.listen, (host) => fastify.listen({ host, port: config.port }));
  const server = fastify.server as unknown as { setSecureContext(tls: object): void };
  return {
    port: (fastify.server.address() as AddressInfo).port,
    renewTls: () => server.setSecureContext(kernel.keys.tls()),
    // fastify ends with the app.
    stop: async () => {},
  };
}

/** Lets gateways listen; this process answers them on a socket that only its own user can open. */
export async function openGateways({ kernel }: App, config: Config, channel: GatewayChannel): Promise<Door> {
  // Below the folder for temporary files, because the path of a socket holds 107 bytes at most.
  const folder = await mkdtemp(join(tmpdir(), 'tenkai-'));
  const upstream = process.platform === 'win32' ? `\\\\.\\pipe\\${folder.slice(-20)}` : join(folder, 'site');
  await kernel.http.fastify.listen({ path: upstream });
  const { gateways: count, port, logLevel } = config;
  const front = await withIpv4InReserve(config.listen, (listen) =>
    startFront({ kernel, channel, count, listen, port, upstream, logLevel }),
  );
  return {
    ...front,
    async stop() {
      await front.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A machine without IPv6 cannot listen on `::`; every IPv4 interface is then what was meant. */
async function withIpv4InReserve<T>(host: string, listen: (host: string) => Promise<T>): Promise<T> {
  try {
    return await listen(host);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (host !== '::' || (code !== 'EAFNOSUPPORT' && code !== 'EADDRNOTAVAIL')) throw error;
    return listen('0.0.0.0');
  }
}

/** Browsers that were given no `https://` find the way (BCON-15); nothing else is answered in the clear. */
export async function listenForRedirects(
  { listen, redirectPort }: Config,
  httpsPort: number,
): Promise<Server | undefined> {
  if (redirectPort === null) return undefined;
  const server = createHttpServer((request, response) => {
    const name = request.headers.host?.replace(/:\d+$/, '') ?? '';
    const isName = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)$/i.test(name);
    if (!isName) return response.writeHead(400).end();
    const port = httpsPort === 443 ? '' : `:${httpsPort}`;
    const location = `https://${name}${port}${request.url ?? '/'}`;
    response.writeHead(308, { location, 'content-length': 0 }).end();
  });
  await withIpv4InReserve(listen, (host) => {
    return new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen({ host, port: redirectPort }, resolve);
    });
  });
  return server;
}
