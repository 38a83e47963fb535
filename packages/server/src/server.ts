import { hostname } from 'node:os';
import { join } from 'node:path';
import { type App, createApp } from './app.ts';
import type { Config } from './config.ts';
import { type HostFirewallOptions, hostFirewallOf } from './features/site-health/index.ts';
import type { Doors } from './gateway/doors.ts';
import { type Clock, systemClock } from './kernel/clock.ts';
import { lockDataDir } from './kernel/data-lock.ts';
import { migrate } from './kernel/database/migrate.ts';
import { openDatabase } from './kernel/database/open-database.ts';
import { lockDatabase } from './kernel/database/site-lock.ts';
import { serveConsole } from './kernel/http/console-files.ts';
import { openKeyChain } from './kernel/keys/key-chain.ts';
import { serverNames } from './kernel/keys/key-files.ts';
import type { Log } from './kernel/log.ts';
import { migrations } from './migrations/index.ts';
import { listenForRedirects, withIpv4InReserve } from './redirects.ts';

export interface RunningServer {
  readonly app: App;
  /** `https://<name>:<port>` */
  readonly url: string;
  /** One-time link that makes the first administrator; undefined where there is one. */
  readonly setupLink: string | undefined;
  /** Lets requests in progress finish, but not for longer than ten seconds. */
  stop(): Promise<void>;
}

interface ServerDeps {
  readonly log: Log;
  readonly clock?: Clock;
}

const stopWithinMs = 10_000;
const checkTlsEveryMs = 12 * 3_600_000;

/** A site's server from its configuration: locks the data folder, migrates, listens. */
export async function startServer(
  config: Config,
  { log, clock = systemClock }: ServerDeps,
): Promise<RunningServer> {
  const unlock = await lock(config, { log, clock });
  const app = await openApp(config, { log, clock });
  const doors = await withIpv4InReserve(config.listen, (host) => app.open({ host, port: config.port }));
  const redirect = await listenForRedirects(config, doors.port);
  const url = `https://${config.names[0] ?? hostname()}:${doors.port}`;
  const stopped = new AbortController();
  void keepTlsFresh(app, doors, stopped.signal);
  const setupToken = await app.users.setupToken();
  return {
    app,
    url,
    setupLink: setupToken && `${url}/setup#${setupToken}`,
    async stop() {
      stopped.abort();
      redirect?.close();
      await stopInTime(app, log);
      await unlock();
    },
  };
}

/** @throws Error where another server works on the same folder or the same PostgreSQL database */
async function lock(
  { dataDir, databaseUrl: url }: Config,
  { log, clock }: Required<ServerDeps>,
): Promise<() => Promise<void>> {
  const unlockDir = lockDataDir(dataDir);
  if (!url) return async () => unlockDir();
  try {
    const unlockDatabase = await lockDatabase({ url, clock, log: log.child({ component: 'database' }) });
    return async () => {
      await unlockDatabase();
      unlockDir();
    };
  } catch (error) {
    unlockDir();
    throw error;
  }
}

async function openApp(config: Config, { log, clock }: Required<ServerDeps>): Promise<App> {
  const { siteCode, dataDir, databaseUrl, gateways, agentsDir } = config;
  const db = await openDatabase(databaseUrl ? { url: databaseUrl } : { file: join(dataDir, 'tenkai.db') });
  const applied = await migrate(db, migrations, clock.now());
  if (applied.length > 0) log.info({ applied }, 'database migrated');
  const keys = await openKeyChain({
    dir: join(dataDir, 'keys'),
    siteCode,
    names: serverNames(config.names),
    clock,
    log: log.child({ component: 'keys' }),
  });
  const lookAtFirewall = hostFirewallOf(firewallOf(config));
  const sides = { agentsDir, lookAtFirewall };
  const app = await createApp({ dataDir, db, clock, log, keys, siteCode, gateways, ...sides });
  app.kernel.http.fallback = await serveConsole(app.kernel.http.fastify, config.consoleDir);
  await app.start();
  // A site without them is still a site, such as where a package of that name was there before.
  await app
    .addBuiltIn(agentsDir)
    .catch((error: unknown) => log.warn({ err: error }, 'what is built in is not all there'));
  return app;
}

/** What has to come in, from the same settings as `tenkai firewall` reads. */
function firewallOf(config: Config): HostFirewallOptions {
  const { port, redirectPort, multicastPorts, firewallCheck, firewallProfiles } = config;
  const redirect = redirectPort === null ? {} : { redirect: redirectPort };
  const multicast = multicastPorts === null ? {} : { multicast: multicastPorts };
  return {
    system: process.platform,
    checkFile: firewallCheck,
    needs: { https: port, ...redirect, ...multicast },
    profiles: firewallProfiles,
    startedAt: Math.floor(performance.timeOrigin),
  };
}

async function stopInTime(app: App, log: Log) {
  const limit = setTimeout(() => {
    log.warn('requests in progress took too long and were cut off');
    app.kernel.http.fastify.server.closeAllConnections();
  }, stopWithinMs);
  await app.stop();
  clearTimeout(limit);
}

async function keepTlsFresh({ kernel }: App, doors: Doors, signal: AbortSignal) {
  const { keys, clock, log } = kernel;
  while (!signal.aborted) {
    await clock.wait(checkTlsEveryMs, signal);
    const isNew = await keys.renewTls().catch((error: unknown) => {
      log.error({ err: error }, 'the TLS certificate was not renewed');
      return false;
    });
    if (!isNew) continue;
    doors.renewTls();
    log.info('the TLS certificate was renewed');
  }
}
