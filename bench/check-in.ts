import { readFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@tenkai/server/kernel/database/open-database.ts';
import type { BaselineCommand } from './check-in/baseline-process.ts';
import type { FleetCommand } from './check-in/fleet-process.ts';
import type { LoadFigures } from './check-in/load.ts';
import { type BenchOptions, type BenchResult, type Figure, median } from './result.ts';
import { seedMachines } from './site/seed-machines.ts';
import { cpuMsOf } from './site/site-process.ts';
import { bundleServer, type Site, startSite } from './site/start-site.ts';
import { inWorkFolder } from './site/work-folder.ts';
import { startWorker, type Worker } from './site/worker.ts';

/**
 * Durable check-ins: one heartbeat each, acknowledged after the commit. Flags: --agents 1000,10000, --rounds 5,
 * --seconds 4, --concurrency 256, --gateways 0, --profile FOLDER (of the server; it is then not killed at the end but stopped).
 */
export async function run({ seed, flags, progress }: BenchOptions): Promise<BenchResult> {
  const plan: Plan = {
    seed,
    progress,
    rounds: Number(flags.rounds ?? 5),
    seconds: Number(flags.seconds ?? 4),
    concurrency: Number(flags.concurrency ?? 256),
    gateways: Number(flags.gateways ?? 0),
    profileTo: typeof flags.profile === 'string' ? flags.profile : null,
  };
  return inWorkFolder(async (work) => {
    const file = await bundleServer(work);
    const sizes = String(flags.agents ?? '1000,10000')
      .split(',')
      .map(Number);
    const measured: SizeResult[] = [];
    for (const agents of sizes) measured.push(await measureSize(plan, { agents, file, work }));
    return { figures: measured.flatMap(toFigures), notes: notesOf(plan), raw: measured };
  });
}

interface Plan {
  readonly seed: number;
  readonly progress: (line: string) => void;
  readonly rounds: number;
  readonly seconds: number;
  readonly concurrency: number;
  readonly gateways: number;
  readonly profileTo: string | null;
}

interface Round extends LoadFigures {
  /** Processor time of the measured server and its processes. */
  readonly serverCpuMs: number;
  /** Of this machine, one minute; above the number of processors, others are at work. */
  readonly load: number;
}

interface SizeResult {
  readonly agents: number;
  readonly lanes: number;
  readonly signInSeconds: number;
  readonly site: Round[];
  readonly baseline: Round[];
  readonly pacedPerSecond: number;
  readonly paced: Round[];
  readonly pacedBaseline: Round[];
  /** Agents whose last acknowledged number was on disk after `kill -9`. */
  readonly durable: number;
}

/** Connections for check-ins; the channels come on top, and a process holds 20,000 files here. */
const maxLanes = 2000;

async function measureSize(
  plan: Plan,
  { agents, file, work }: { agents: number; file: string; work: string },
): Promise<SizeResult> {
  const dataDir = join(work, `site-${agents}`);
  plan.progress(`${agents} agents: seeding`);
  const machines = await seedMachines({ dataDir, count: agents, seed: plan.seed, withKeys: true });
  const nodeOptions = plan.profileTo === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${plan.profileTo}`];
  const site = await startSite({ file, dataDir, gateways: plan.gateways, nodeOptions });
  const fleet = startWorker<FleetCommand>(join(import.meta.dirname, 'check-in/fleet-process.ts'));
  const baseline = startWorker<BaselineCommand>(join(import.meta.dirname, 'check-in/baseline-process.ts'));
  try {
    const keys = machines.map(({ id, signingKey }) => ({
      id,
      key: signingKey?.export({ type: 'pkcs8', format: 'der' }).toString('base64') ?? '',
    }));
    return await measureAll(plan, { site, fleet, baseline, keys, dataDir });
  } finally {
    await fleet.stop();
    await baseline.stop();
    await site.stop();
  }
}

type Unaddressed =
  | Omit<Extract<FleetCommand, { type: 'unpaced' }>, 'to'>
  | Omit<Extract<FleetCommand, { type: 'paced' }>, 'to'>;

interface Scene {
  readonly site: Site;
  readonly fleet: Worker<FleetCommand>;
  readonly baseline: Worker<BaselineCommand>;
  readonly keys: readonly { id: string; key: string }[];
  readonly dataDir: string;
}

async function measureAll(plan: Plan, scene: Scene): Promise<SizeResult> {
  const { site, fleet, baseline, keys, dataDir } = scene;
  const agents = keys.length;
  const address = { port: site.port, rootCertificate: site.rootCertificate };
  plan.progress(`${agents} agents: tokens by signed challenges, channels, connections`);
  const startedAt = performance.now();
  await fleet.ask({ type: 'sign-in', site: address, keys });
  await fleet.ask({ type: 'channels', site: address });
  const signInSeconds = (performance.now() - startedAt) / 1000;
  const basePort = await baseline.ask<number>({ type: 'listen', tls: await readTls(dataDir) });
  const lanes = await fleet.ask<number>({ type: 'lanes', to: 'site', site: address, count: maxLanes });
  await fleet.ask({ type: 'lanes', to: 'baseline', site: { ...address, port: basePort }, count: maxLanes });
  // The first heartbeat of each says that it was started, which is more work than the later ones.
  await fleet.ask({ type: 'once', to: 'site' });

  const load = async (to: 'site' | 'baseline', command: FleetCommand): Promise<Round> => {
    const pid = to === 'site' ? site.pid : baseline.pid;
    const cpuBefore = await cpuMsOf(pid);
    const figures = await fleet.ask<LoadFigures>(command);
    if (figures.errors > 0) throw new Error(`${figures.errors} check-ins failed: ${figures.firstError}`);
    const round = { ...figures, serverCpuMs: (await cpuMsOf(pid)) - cpuBefore, load: loadavg()[0] ?? 0 };
    plan.progress(`${agents} agents, ${command.type} ${to}: ${describe(round)}`);
    return round;
  };
  const { concurrency, seconds } = plan;
  const inTurns = async (command: Unaddressed, first: number) => {
    const rounds = { site: [] as Round[], baseline: [] as Round[] };
    for (let round = first; round < plan.rounds; round += 1) {
      for (const to of ['baseline', 'site'] as const) {
        const figures = await load(to, { ...command, to });
        if (round >= 0) rounds[to].push(figures);
      }
    }
    return rounds;
  };
  // One round of each before it counts: the compilers of both have then done their work.
  const peak = await inTurns({ type: 'unpaced', concurrency, seconds }, -1);
  const pacedPerSecond = Math.round(median(peak.site.map(({ perSecond }) => perSecond)) / 2);
  const paced = await inTurns({ type: 'paced', perSecond: pacedPerSecond, seconds }, 0);
  const durable = await countDurable(scene, plan.profileTo === null);
  return {
    agents,
    lanes,
    signInSeconds,
    ...peak,
    pacedPerSecond,
    paced: paced.site,
    pacedBaseline: paced.baseline,
    durable,
  };
}

function describe({ perSecond, p50Ms, p95Ms, serverCpuMs, clientCpuMs, count }: Round): string {
  const perCheckIn = (ms: number) => `${((ms * 1000) / count).toFixed(0)} us`;
  return [
    `${perSecond.toFixed(0)}/s`,
    `p50 ${p50Ms.toFixed(1)} ms`,
    `p95 ${p95Ms.toFixed(1)} ms`,
    `server ${perCheckIn(serverCpuMs)}, client ${perCheckIn(clientCpuMs)} of processor each`,
  ].join(', ');
}

async function readTls(dataDir: string) {
  const read = (name: string) => readFile(join(dataDir, 'keys', name), 'utf8');
  return { key: await read('tls.key'), cert: (await read('tls.crt')) + (await read('issuing.crt')) };
}

/** The proof of "durable": the server is killed, and the database opened again. */
async function countDurable({ site, fleet, dataDir }: Scene, isKilled: boolean): Promise<number> {
  const acknowledged = await fleet.ask<[string, number][]>({ type: 'acknowledged' });
  await (isKilled ? site.kill() : site.stop());
  const db = await openDatabase({ file: join(dataDir, 'tenkai.db') });
  try {
    const rows = await db.read.all<{ machine_id: string; taken: number }>(
      'SELECT machine_id, taken FROM machines_presence',
    );
    const taken = new Map(rows.map((row) => [row.machine_id, row.taken]));
    const lost = acknowledged.filter(([id, number]) => (taken.get(id) ?? 0) < number);
    if (lost.length > 0) throw new Error(`acknowledged check-ins of ${lost.length} machines were lost`);
    return acknowledged.length;
  } finally {
    await db.close();
  }
}

function toFigures({ agents, site, baseline, pacedPerSecond, paced, pacedBaseline }: SizeResult): Figure[] {
  const count = agents.toLocaleString('en');
  const middle = (rounds: readonly Round[], of: (round: Round) => number) => median(rounds.map(of));
  const cpu = (round: Round) => (round.serverCpuMs * 1000) / round.count;
  return [
    {
      what: `durable check-ins, ${count} agents, peak`,
      unit: '1/s',
      value: middle(site, (round) => round.perSecond),
      baseline: middle(baseline, (round) => round.perSecond),
      target: { of: 'ratio', atLeast: 0.5 },
    },
    {
      what: `p95 at peak, ${count} agents`,
      unit: 'ms',
      value: middle(site, (round) => round.p95Ms),
      baseline: middle(baseline, (round) => round.p95Ms),
    },
    {
      what: `p95 at ${pacedPerSecond.toLocaleString('en')}/s, ${count} agents`,
      unit: 'ms',
      value: middle(paced, (round) => round.p95Ms),
      baseline: middle(pacedBaseline, (round) => round.p95Ms),
      target: { of: 'value', atMost: 100 },
    },
    {
      what: `processor time of the server for each, ${count} agents`,
      unit: 'us',
      value: middle(site, cpu),
      baseline: middle(baseline, cpu),
    },
  ];
}

function notesOf({ rounds, seconds, concurrency, gateways }: Plan): string[] {
  return [
    'Baseline: a bare fastify route on the same TLS certificate; same client, body, headers and connections; no token, schema, channel or database.',
    `Peak: ${concurrency} check-ins at a time, medians of ${rounds} rounds of ${seconds} s, baseline and site in turns. Paced: half of that peak, as many rounds, each check-in measured from when it was due.`,
    `Every agent has its channel open and a token of its own; check-ins go over at most ${maxLanes} kept-alive connections. Gateways: ${gateways === 0 ? 'in the server process' : gateways}.`,
    'Durable: at the end the server is killed with SIGKILL and every acknowledged number is found in the database.',
  ];
}
