import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { collectionRoutes } from '@tenkai/protocol/api/collections.ts';
import { machineRoutes } from '@tenkai/protocol/api/machines.ts';
import { address } from '@tenkai/protocol/client.ts';
import { createAgentTokens } from '@tenkai/server/kernel/access/agent-token.ts';
import { type ListQuery, type QueryKind, queryKinds } from './console-list/queries.ts';
import type { LoadCommand, LoadResult } from './console-list/report-load.ts';
import { type BenchOptions, type BenchResult, type Figure, quantile } from './result.ts';
import { type HttpConnection, openConnection } from './site/http-connection.ts';
import { withApp } from './site/open-app.ts';
import { createRandom } from './site/random.ts';
import { seedInventories } from './site/seed-inventories.ts';
import { type SeededMachine, seedMachines } from './site/seed-machines.ts';
import { cpuMsOf } from './site/site-process.ts';
import { bundleServer, type Site, startSite } from './site/start-site.ts';
import { inWorkFolder } from './site/work-folder.ts';
import { startWorker } from './site/worker.ts';

/**
 * The machine list at 100,000 machines over HTTPS: search, filters, orders, pages; idle, and while many machines
 * report. Flags: --machines 100000, --rounds 25 (of every kind of query), --inventory-lanes 8, --heartbeat-lanes 32,
 * --profile FOLDER (of the server).
 */
export async function run({ seed, flags, progress }: BenchOptions): Promise<BenchResult> {
  const count = Number(flags.machines ?? 100_000);
  const rounds = Number(flags.rounds ?? 25);
  const inventoryLanes = Number(flags['inventory-lanes'] ?? 8);
  const heartbeatLanes = Number(flags['heartbeat-lanes'] ?? 32);
  return inWorkFolder(async (work) => {
    const dataDir = join(work, 'site');
    progress(`${count} machines with inventories: seeding`);
    const machines = await seedMachines({ dataDir, count, seed, withKeys: false });
    await seedInventories({ dataDir, seed }, machines);
    progress('a collection by query, an administrator');
    const { secret, collectionId, members } = await prepare(dataDir);
    const nodeOptions =
      typeof flags.profile === 'string' ? ['--cpu-prof', `--cpu-prof-dir=${flags.profile}`] : [];
    const site = await startSite({ file: await bundleServer(work), dataDir, nodeOptions });
    try {
      const asker = await createAsker(site, secret);
      const idle = await askAll(asker, { kinds: queryKinds(collectionId), rounds, seed });
      progress(`idle: ${describe(idle)}`);
      const load = await withLoad({ site, dataDir, machines, seed, inventoryLanes, heartbeatLanes }, () =>
        askAll(asker, { kinds: queryKinds(collectionId), rounds, seed: seed + 1 }),
      );
      progress(`while machines report: ${describe(load.asked)}; ${JSON.stringify(load.taken)}`);
      const raw = {
        count,
        members,
        idle,
        loaded: load.asked,
        load: load.taken,
        serverCpuMs: load.serverCpuMs,
      };
      return { figures: toFigures(count, idle, load), notes: notesOf(load, rounds), raw };
    } finally {
      await site.stop();
    }
  });
}

/** A collection whose members a rule has found, and somebody who may ask. */
async function prepare(dataDir: string) {
  return withApp(dataDir, async ({ kernel, users }) => {
    const { secret } = await users.createWithToken({ name: 'benchmark', role: 'administrator' });
    const answer = await kernel.http.fastify.inject({
      method: 'POST',
      url: collectionRoutes.create.path,
      headers: { authorization: `Bearer ${secret}` },
      payload: {
        name: 'Tokyo',
        limitingCollectionId: null,
        rules: [{ kind: 'query', name: 'by name', query: 'name matches "tokyo-*"' }],
      },
    });
    if (answer.statusCode !== 200) throw new Error(answer.body);
    const { id } = answer.json<{ id: string }>();
    await kernel.jobs.idle();
    await kernel.events.idle();
    const row = await kernel.db.read.one<{ n: number }>(
      'SELECT count(*) AS n FROM collections_members WHERE collection_id = ?',
      [id],
    );
    return { secret, collectionId: id, members: row?.n ?? 0 };
  });
}

/** Asks for one thing after another on one kept-alive connection, as a browser does for one person. */
interface Asker {
  list(query: ListQuery): Promise<{ ms: number; nextCursor: string | null; count: number }>;
  /** The cheapest answer that the same server can give, for comparison. */
  health(): Promise<number>;
}

async function createAsker(site: Site, secret: string): Promise<Asker> {
  const { port, rootCertificate } = site;
  const connection = await openConnection({ port, rootCertificate, localAddress: '127.0.0.1' });
  return {
    async list(query) {
      const startedAt = performance.now();
      const { status, body } = await get(connection, address(machineRoutes.list.path, {}, query), secret);
      const ms = performance.now() - startedAt;
      if (status !== 200) throw new Error(`${status} ${body}`);
      const { items, nextCursor } = JSON.parse(body);
      return { ms, nextCursor, count: items.length };
    },
    async health() {
      const startedAt = performance.now();
      await get(connection, '/healthz', secret);
      return performance.now() - startedAt;
    },
  };
}

function get(connection: HttpConnection, path: string, secret: string) {
  const head = [
    `GET ${path} HTTP/1.1`,
    `authorization: Bearer ${secret}`,
    'Host: localhost',
    'accept: application/json',
  ];
  return connection.exchange(`${head.join('\r\n')}\r\n\r\n`);
}

interface Asked {
  /** Milliseconds of each query, by kind. */
  readonly times: Record<string, number[]>;
  readonly health: number[];
}

interface Plan {
  readonly kinds: readonly QueryKind[];
  readonly rounds: number;
  readonly seed: number;
}

async function askAll(asker: Asker, { kinds, rounds, seed }: Plan): Promise<Asked> {
  const random = createRandom(seed);
  const asked: Asked = { times: {}, health: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, query, isPaged } of kinds) {
      const first = query(random);
      let { ms, nextCursor } = await asker.list(first);
      asked.times[name] = [...(asked.times[name] ?? []), ms];
      for (let page = 2; isPaged && page <= 3 && nextCursor !== null; page += 1) {
        ({ ms, nextCursor } = await asker.list({ ...first, cursor: nextCursor }));
        asked.times[name]?.push(ms);
      }
      asked.health.push(await asker.health());
    }
  }
  return asked;
}

interface Load {
  readonly asked: Asked;
  readonly taken: LoadResult;
  readonly serverCpuMs: number;
}

interface LoadOptions {
  readonly site: Site;
  readonly dataDir: string;
  readonly machines: readonly SeededMachine[];
  readonly seed: number;
  readonly inventoryLanes: number;
  readonly heartbeatLanes: number;
}

async function withLoad(
  { site, dataDir, machines, seed, inventoryLanes, heartbeatLanes }: LoadOptions,
  work: () => Promise<Asked>,
): Promise<Load> {
  const worker = startWorker<LoadCommand>(join(import.meta.dirname, 'console-list/report-load.ts'));
  try {
    const { port, rootCertificate } = site;
    const reporting = await tokensFor(dataDir, machines.slice(0, 5000));
    const lanes = { inventoryLanes, heartbeatLanes };
    await worker.ask({ type: 'begin', port, rootCertificate, machines: reporting, seed, ...lanes });
    const before = await cpuMsOf(site.pid);
    const asked = await work();
    const serverCpuMs = (await cpuMsOf(site.pid)) - before;
    return { asked, taken: await worker.ask<LoadResult>({ type: 'stop' }), serverCpuMs };
  } finally {
    await worker.stop();
  }
}

/** Tokens as the site itself would issue them: how agents get theirs is not what is measured here. */
async function tokensFor(dataDir: string, machines: readonly SeededMachine[]) {
  const key = Buffer.from(await readFile(join(dataDir, 'keys', 'token.key'), 'utf8'), 'base64');
  const tokens = createAgentTokens({ key, now: Date.now });
  const expiresAt = Date.now() + 3_600_000;
  return machines.map(({ id }) => ({
    id,
    token: tokens.issue({ machineId: id, keyThumbprint: 'bench', expiresAt }),
  }));
}

function all({ times }: Asked): number[] {
  return Object.values(times).flat();
}

function slowest({ times }: Asked): { name: string; ms: number } {
  const byKind = Object.entries(times).map(([name, list]) => ({ name, ms: quantile(list, 0.95) }));
  return byKind.sort((a, b) => b.ms - a.ms)[0] ?? { name: '', ms: Number.NaN };
}

function describe(asked: Asked): string {
  const worst = slowest(asked);
  const list = all(asked);
  return `${list.length} queries, p50 ${quantile(list, 0.5).toFixed(1)} ms, p95 ${quantile(list, 0.95).toFixed(1)} ms, slowest kind "${worst.name}" ${worst.ms.toFixed(1)} ms`;
}

function toFigures(count: number, idle: Asked, { asked: loaded, taken }: Load): Figure[] {
  const p95 = (asked: Asked) => quantile(all(asked), 0.95);
  const below100 = { of: 'value', atMost: 100 } as const;
  const machines = count.toLocaleString('en');
  const health = (asked: Asked) => quantile(asked.health, 0.95);
  return [
    {
      what: `p95 of the list, ${machines} machines, idle`,
      unit: 'ms',
      value: p95(idle),
      baseline: health(idle),
      target: below100,
    },
    { what: 'p95 of its slowest kind of query, idle', unit: 'ms', value: slowest(idle).ms },
    {
      what: 'p95 of the list while machines report',
      unit: 'ms',
      value: p95(loaded),
      baseline: health(loaded),
      target: below100,
    },
    { what: 'p95 of its slowest kind of query, while they do', unit: 'ms', value: slowest(loaded).ms },
    { what: 'whole inventories taken meanwhile', unit: '1/s', value: taken.inventories / taken.seconds },
    { what: 'heartbeats taken meanwhile', unit: '1/s', value: taken.heartbeats / taken.seconds },
  ];
}

function notesOf({ taken }: Load, rounds: number): string[] {
  return [
    'Baseline: /healthz on the same connection in between, whose answer is a constant.',
    `${rounds} rounds of 12 kinds of query (search, filters, orders, a collection), half of them with three pages of 100 rows; one connection, one query at a time, through TLS, session and route.`,
    `Meanwhile: ${taken.inventories} whole inventories of 700 packages and ${taken.heartbeats} heartbeats of 5,000 machines were taken durably in ${taken.seconds.toFixed(1)} s, as fast as the site takes them.`,
  ];
}
