import { createServer as createHttpServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type App, createApp } from './app.ts';
import type { Config } from './config.ts';
import { type Clock, systemClock } from './kernel/clock.ts';
import { lockDataDir } from './kernel/data-lock.ts';
import { openDatabase } from './kernel/database/database.ts';
import { migrate } from './kernel/database/migrate.ts';
import { serveConsole } from './kernel/http/console-files.ts';
import { openKeyChain } from './kernel/keys/key-chain.ts';
import { serverNames } from './kernel/keys/key-files.ts';
import type { Log } from './kernel/log.ts';
import { migrations } from './migrations/index.ts';

export interface RunningServer {
  readonly app: App;
  /** `https://<name>:<port>` */
  readonly url: string;
  /** One-time link that makes the first administrator; undefined where there is one. */
  readonly setupLink: string | undefined;
  /** Lets requests in progress finish, but not for longer than ten seconds. */
  stop(): Promise<void>;
}

const stopWithinMs = 10_000;
const checkTlsEveryMs = 12 * 3_600_000;

/** A site's server from its configuration: locks the data folder, migrates, listens. */
export async function startServer(
  config: Config,
  { log, clock = systemClock }: { log: Log; clock?: Clock },
): Promise<RunningServer> {
  const unlock = lockDataDir(config.dataDir);
  const db = await openDatabase(
    config.databaseUrl ? { url: config.databaseUrl } : { file: join(config.dataDir, 'tenkai.db') },
  );
  const applied = await migrate(db, migrations, clock.now());
  if (applied.length > 0) log.info({ applied }, 'database migrated');
  const { siteCode, dataDir } = config;
  const keys = await openKeyChain({
    dir: join(dataDir, 'keys'),
    siteCode,
    names: serverNames(config.names),
    clock,
    log: log.child({ component: 'keys' }),
  });
  const app = await createApp({ dataDir, db, clock, log, keys, siteCode });
  const { http } = app.kernel;
  http.fallback = await serveConsole(http.fastify, config.consoleDir);
  await app.start();
  const port = await listen(app, config);
  const url = `https://${config.names[0] ?? hostname()}:${port}`;
  const redirect = config.redirectPort === null ? undefined : await listenForRedirects(config, port);
  const stopped = new AbortController();
  void keepTlsFresh(app, stopped.signal);
  const setupToken = await app.users.setupToken();
  return {
    app,
    url,
    setupLink: setupToken && `${url}/setup#${setupToken}`,
    async stop() {
      stopped.abort();
      redirect?.close();
      const limit = setTimeout(() => {
        log.warn('requests in progress took too long and were cut off');
        http.fastify.server.closeAllConnections();
      }, stopWithinMs);
      await app.stop();
      clearTimeout(limit);
      unlock();
    },
  };
}

async function listen({ kernel }: App, { listen: host, port }: Config): Promise<number> {
  const { fastify } = kernel.http;
  try {
    await fastify.listen({ host, port });
  } catch (error) {
    // A machine without IPv6 cannot listen on `::`; every IPv4 interface is then what was meant.
    const code = (error as NodeJS.ErrnoException).code;
    if (host !== '::' || (code !== 'EAFNOSUPPORT' && code !== 'EADDRNOTAVAIL')) throw error;
    await fastify.listen({ host: '0.0.0.0', port });
  }
  return (fastify.server.address() as AddressInfo).port;
}

/** Browsers that were given no `https://` find the way (BCON-15); nothing else is answered in the clear. */
async function listenForRedirects(
  { listen: host, redirectPort }: Config,
  httpsPort: number,
): Promise<Server> {
  const server = createHttpServer((request, response) => {
    const name = request.headers.host?.replace(/:\d+$/, '') ?? '';
    const isName = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)$/i.test(name);
    if (!isName) return response.writeHead(400).end();
    const port = httpsPort === 443 ? '' : `:${httpsPort}`;
    response
      .writeHead(308, { location: `https://${name}${port}${request.url ?? '/'}`, 'content-length': 0 })
      .end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen({ host, port: redirectPort ?? 0 }, resolve);
  });
  return server;
}

async function keepTlsFresh({ kernel }: App, signal: AbortSignal) {
  const { keys, clock, http, log } = kernel;
  while (!signal.aborted) {
    await clock.wait(checkTlsEveryMs, signal);
    const isNew = await keys.renewTls().catch((error: unknown) => {
      log.error({ err: error }, 'the TLS certificate was not renewed');
      return false;
    });
    if (!isNew) continue;
    (http.fastify.server as unknown as { setSecureContext(tls: object): void }).setSecureContext(keys.tls());
    log.info('the TLS certificate was renewed');
  }
}
