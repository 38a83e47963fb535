import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Role } from '@tenkai/protocol/api/permissions.ts';
import type { AnyRoute, ReplyOf } from '@tenkai/protocol/api/route.ts';
import { address, type CallInput } from '@tenkai/protocol/client.ts';
import { problemFromBody } from '@tenkai/protocol/problem.ts';
import { type App, createApp } from '@tenkai/server/app.ts';
import type { LookAtFirewall } from '@tenkai/server/features/site-health/index.ts';
import type { Doors } from '@tenkai/server/gateway/doors.ts';
import { type Clock, systemClock } from '@tenkai/server/kernel/clock.ts';
import { migrate } from '@tenkai/server/kernel/database/migrate.ts';
import { openDatabase } from '@tenkai/server/kernel/database/open-database.ts';
import type { Kernel } from '@tenkai/server/kernel/kernel.ts';
import { openKeyChain } from '@tenkai/server/kernel/keys/key-chain.ts';
import { createLog } from '@tenkai/server/kernel/log.ts';
import { serverVersion } from '@tenkai/server/kernel/version.ts';
import { migrations } from '@tenkai/server/migrations/index.ts';

export interface TestServerOptions {
  /** PostgreSQL URL of an empty database; absent: the embedded engine in a folder of its own. */
  readonly databaseUrl?: string | undefined;
  readonly clock?: Clock;
  /** Folder of a server that was stopped, to start it again; it is not removed. Absent: a new one. */
  readonly dataDir?: string;
  /** True: listens on a free port of 127.0.0.1; `baseUrl` is then set. */
  readonly listen?: boolean;
  /** Address at which it listens, beside which it has these names; for hosts of their own. */
  readonly at?: { readonly host: string; readonly names: readonly string[] };
  /** Processes that hold the agents' sockets; default: the test's own. */
  readonly gateways?: number;
  /** How long nothing may arrive before a pull from a repository ends. */
  readonly pullGiveUpAfterMs?: number;
  /** Looks at the firewall of the server's host; absent: nobody does. */
  readonly lookAtFirewall?: LookAtFirewall;
  /** Where packages of the agent lie that are pushed. */
  readonly agentsDir?: string;
  /** Each log line as JSON text. */
  readonly onLog?: (line: string) => void;
}

export interface TestServer {
  readonly app: App;
  readonly kernel: Kernel;
  readonly dataDir: string;
  readonly version: string;
  /** `https://localhost:<port>`; empty unless it listens. */
  readonly baseUrl: string;
  /** Undefined unless it listens. */
  readonly doors: Doors | undefined;
  /**
   * Calls a route through the door, as a user of that role (default administrator; null: nobody).
   * @throws RemoteProblem for every refusal
   */
  call<T extends AnyRoute>(
    route: T,
    input?: CallInput<T> & { as?: Role | null; headers?: Record<string, string> },
  ): Promise<ReplyOf<T>>;
  /** A bearer token for an agent that has already proved its key. */
  agentToken(machineId: string, keyThumbprint?: string): string;
  /** API token of a user of this role. */
  apiToken(role: Role): Promise<string>;
  stop(): Promise<void>;
}

/** The real server on a database of its own; stop it in `t.after`. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'tenkai-server-')));
  const clock = options.clock ?? systemClock;
  const log = createLog({
    level: options.onLog ? 'debug' : 'silent',
    sink: { write: (line) => options.onLog?.(line) },
  });
  const db = await openDatabase(
    options.databaseUrl ? { url: options.databaseUrl } : { file: join(dataDir, 'tenkai.db') },
  );
  await migrate(db, migrations, clock.now());
  const keys = await openKeyChain({
    dir: join(dataDir, 'keys'),
    siteCode: 'TST',
    names: ['localhost', '127.0.0.1', ...(options.at?.names ?? [])],
    clock,
    log,
  });
  const { gateways = 0 } = options;
  const app = await createApp({
    dataDir,
    db,
    clock,
    log,
    keys,
    siteCode: 'TST',
    checkReplies: true,
    gateways,
    pullGiveUpAfterMs: options.pullGiveUpAfterMs,
    lookAtFirewall: options.lookAtFirewall,
    agentsDir: options.agentsDir,
  });
  await app.start();
  // Who sets the clock forward must not meet the first round of the repeating jobs half done.
  if (options.clock) await app.kernel.jobs.idle();
  const doors = options.listen
    ? await app.open({ host: options.at?.host ?? '127.0.0.1', port: 0 })
    : undefined;
  const baseUrl = doors ? `https://localhost:${doors.port}` : '';
  const tokens = new Map<Role, Promise<string>>();
  const apiToken = (role: Role) => {
    const known =
      tokens.get(role) ??
      app.users.createWithToken({ name: `test-${role}`, role }).then(({ secret }) => secret);
    tokens.set(role, known);
    return known;
  };
  return {
    app,
    kernel: app.kernel,
    dataDir,
    version: serverVersion,
    baseUrl,
    doors,
    apiToken,
    agentToken: (machineId, keyThumbprint = 'test') =>
      app.kernel.access.agentTokens.issue({ machineId, keyThumbprint, expiresAt: clock.now() + 3_600_000 }),
    async call(route, input = {}) {
      const role = input.as === undefined ? 'administrator' : input.as;
      const answer = await app.kernel.http.fastify.inject({
        method: route.method,
        url: address(route.path, input.params, input.query),
        headers: {
          ...(role === null ? {} : { authorization: `Bearer ${await apiToken(role)}` }),
          ...input.headers,
        },
        ...(input.body === undefined ? {} : { payload: input.body as object }),
      });
      if (answer.statusCode >= 400) throw problemFromBody(answer.statusCode, answer.json());
      return answer.json();
    },
    async stop() {
      await app.stop();
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
}
