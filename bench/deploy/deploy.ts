import { join } from 'node:path';
import {
  type Fleet,
  type Profile,
  profiles,
  startFleet,
  type Tally,
} from '../../packages/simulator/src/index.ts';
import type { FleetCommand } from '../check-in/fleet-process.ts';
import type { LoadFigures } from '../check-in/load.ts';
import type { BenchOptions, BenchResult, Figure } from '../result.ts';
import { openConnection } from '../site/http-connection.ts';
import { type SeededMachine, seedMachines } from '../site/seed-machines.ts';
import { cpuMsOf, residentBytesOf, residentBytesOfAll } from '../site/site-process.ts';
import { bundleServer, type Site, startSite } from '../site/start-site.ts';
import { inWorkFolder } from '../site/work-folder.ts';
import { startWorker, type Worker } from '../site/worker.ts';
import { chooseFleet, type DeployPlan, type FleetSize } from './fleet-size.ts';
import { createPath, type Prepared, prepareSite } from './prepare.ts';

/** Machines that check in beside the fleet, and whose check-ins are timed. */
const watchers = 50;

/** As office machines, but all on, without failures, and with steps of seconds, so that their reports come at once. */
const profile: Profile = {
  ...(profiles.office as Profile),
  name: 'bench',
  failures: { exitCode: 0, exitCodes: [1], notDetected: 0, timeLimit: 0, lasting: 0 },
  wantsRestart: 0,
  latencySeconds: [0, 1],
  stepSeconds: { install: [1, 5], program: [1, 5], script: [1, 5], copy: [1, 5] },
  power: { offAtStart: 0, onMinutes: null, offMinutes: [1, 1] },
  network: { upMinutes: null, awaySeconds: [1, 1] },
};

/** Seeds, starts and measures; a real site, and a fleet that speaks with it over TLS from processes of its own. */
export async function deployTo(options: BenchOptions, plan: DeployPlan): Promise<BenchResult> {
  const { seed, flags, progress } = options;
  const size = await chooseFleet(plan, flags);
  const { machines, gateways } = size;
  for (const line of size.lines) progress(line);
  const perSecond = Number(flags['check-ins'] ?? 100);
  return inWorkFolder(async (work) => {
    const dataDir = join(work, 'site');
    const beside = await seedMachines({ dataDir, count: watchers, seed, withKeys: true });
    const prepared = await prepareSite(dataDir, machines, watchers);
    const nodeOptions =
      typeof flags.profile === 'string' ? ['--cpu-prof', `--cpu-prof-dir=${flags.profile}`] : [];
    const site = await startSite({ file: await bundleServer(work), dataDir, gateways, nodeOptions });
    const watcher = startWorker<FleetCommand>(join(import.meta.dirname, '../check-in/fleet-process.ts'));
    try {
      progress(`${machines} machines: enrolling, connecting, first inventories`);
      const fleet = await startAll(
        { site, prepared, machines, seed, stateFolder: join(work, 'fleet') },
        progress,
      );
      try {
        await signIn(watcher, site, beside);
        const measured = await measure({ site, prepared, fleet, watcher, machines, perSecond }, progress);
        return {
          figures: toFigures(size, measured),
          notes: [...size.lines, ...notesOf(perSecond, gateways)],
          raw: { fleet: size, ...measured },
        };
      } finally {
        await fleet.stop();
      }
    } finally {
      await watcher.stop();
      await site.stop();
    }
  });
}

interface Scene {
  readonly site: Site;
  readonly prepared: Prepared;
  readonly machines: number;
}

async function startAll(
  { site, prepared, machines, seed, stateFolder }: Scene & { seed: number; stateFolder: string },
  progress: (line: string) => void,
): Promise<Fleet> {
  const { ticket, rootFingerprint } = prepared;
  const url = `https://localhost:${site.port}`;
  const startedAt = performance.now();
  const fleet = await startFleet({
    url,
    count: machines,
    seed,
    profile,
    stateFolder,
    admit: async () => ({ ticket, rootFingerprint }),
  });
  await fleet.begun();
  await settled(fleet, ({ counts }) => counts.online === machines);
  const seconds = (performance.now() - startedAt) / 1000;
  progress(`all online after ${seconds.toFixed(0)} s in ${fleet.processes.length} processes`);
  await quiet(fleet);
  return fleet;
}

/** Waits until the fleet says so. */
async function settled(fleet: Fleet, isSo: (tally: Tally) => boolean, withinMs = 1_800_000): Promise<void> {
  const giveUpAt = performance.now() + withinMs;
  while (!isSo(fleet.tally())) {
    if (performance.now() > giveUpAt) throw new Error(`not in time: ${JSON.stringify(fleet.tally())}`);
    await Promise.race([new Promise((resolve) => setTimeout(resolve, 250)), fleet.broken]);
  }
}

/**
 * No report for some seconds: first inventories and heartbeats are all taken. In a large fleet somebody always has its
 * hour for a heartbeat, hence the limit.
 */
async function quiet(
  fleet: Fleet,
  { sample = () => {}, forMs = 3000, withinMs = 30_000 }: Quiet = {},
): Promise<void> {
  const enoughAt = Date.now() + withinMs;
  await settled(fleet, (tally) => {
    sample(tally);
    return Date.now() - tally.lastAt.report > forMs || Date.now() > enoughAt;
  });
}

interface Quiet {
  readonly sample?: (tally: Tally) => void;
  readonly forMs?: number;
  readonly withinMs?: number;
}

async function signIn(watcher: Worker<FleetCommand>, site: Site, beside: readonly SeededMachine[]) {
  const keys = beside.map(({ id, signingKey }) => ({
    id,
    key: signingKey?.export({ type: 'pkcs8', format: 'der' }).toString('base64') ?? '',
  }));
  await watcher.ask({ type: 'sign-in', site, keys });
  await watcher.ask({ type: 'lanes', to: 'site', site, count: watchers });
  await watcher.ask({ type: 'once', to: 'site' });
}

interface Sample {
  readonly atMs: number;
  readonly reports: number;
}

export interface Measured {
  readonly acceptedMs: number;
  readonly nudgedMs: number;
  readonly finishedMs: number;
  readonly reports: number;
  readonly reportsPerSecond: number;
  readonly checkIns: LoadFigures;
  readonly serverCpuMs: number;
  readonly fleetCpuMs: number;
  readonly serverResidentBytes: number;
  readonly fleetResidentBytes: number;
  readonly samples: readonly Sample[];
  readonly tally: Tally;
}

/** The check-ins of others are timed from a moment before the start until the last report; so long at most. */
const watchedSeconds = 600;
/** No report for so long: that was the last one. Inventories and heartbeats follow the last run within the limit. */
const lastReport = { forMs: 1000, withinMs: 5000 };

async function measure(
  scene: Scene & { fleet: Fleet; watcher: Worker<FleetCommand>; perSecond: number },
  progress: (line: string) => void,
): Promise<Measured> {
  const { site, prepared, fleet, watcher, machines, perSecond } = scene;
  const before = fleet.tally().counts;
  const cpuMs = async () => [await cpuMsOf(site.pid), await sumOf(fleet.processes, cpuMsOf)] as const;
  const cpuBefore = await cpuMs();
  progress('all is quiet: the deployment begins');
  const paced = { type: 'paced', to: 'site', perSecond, seconds: watchedSeconds } as const;
  const checkIns = watcher.ask<LoadFigures>(paced);
  const startedAt = Date.now();
  await create(site, prepared);
  const acceptedMs = Date.now() - startedAt;
  const samples: Sample[] = [];
  const isFirst = new Set<string>();
  const sample = ({ counts, lastAt }: Tally) => {
    const reports = counts.reports - before.reports;
    if (samples.at(-1)?.reports !== reports) samples.push({ atMs: lastAt.report - startedAt, reports });
  };
  await settled(fleet, (tally) => {
    const { counts } = tally;
    sample(tally);
    for (const [what, isSo] of [
      ['nudged', counts.nudged - before.nudged >= machines],
      ['begun', counts.runsBegun >= machines],
    ] as const) {
      if (!isSo || isFirst.has(what)) continue;
      isFirst.add(what);
      progress(`all ${what}: ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
    }
    return counts.runsSucceeded === machines;
  });
  const nudgedMs = fleet.tally().lastAt.nudge - startedAt;
  await quiet(fleet, { sample, ...lastReport });
  watcher.tell({ type: 'enough' });
  await quiet(fleet, { sample, ...lastReport });
  const cpuAfter = await cpuMs();
  progress('all is said');
  const tally = fleet.tally();
  const reports = tally.counts.reports - before.reports;
  const finishedMs = tally.lastAt.report - startedAt;
  return {
    acceptedMs,
    nudgedMs,
    finishedMs,
    reports,
    reportsPerSecond: rateOf(samples, reports),
    serverCpuMs: cpuAfter[0] - cpuBefore[0],
    fleetCpuMs: cpuAfter[1] - cpuBefore[1],
    serverResidentBytes: await residentBytesOfAll(site.pid),
    fleetResidentBytes: await sumOf(fleet.processes, residentBytesOf),
    checkIns: await checkIns,
    samples,
    tally,
  };
}

/** Between a tenth and nine tenths of all reports: what a burst is, without its beginning and end. */
function rateOf(samples: readonly Sample[], reports: number): number {
  const first = samples.find((sample) => sample.reports >= reports * 0.1);
  const last = samples.find((sample) => sample.reports >= reports * 0.9);
  if (!first || !last || last.atMs <= first.atMs) return Number.NaN;
  return ((last.reports - first.reports) / (last.atMs - first.atMs)) * 1000;
}

async function sumOf(pids: readonly number[], of: (pid: number) => Promise<number>): Promise<number> {
  const all = await Promise.all(pids.map(of));
  return all.reduce((sum, each) => sum + each, 0);
}

async function create({ port, rootCertificate }: Site, { token, deployment }: Prepared): Promise<void> {
  const connection = await openConnection({ port, rootCertificate, localAddress: '127.0.0.1' });
  const payload = JSON.stringify(deployment);
  const head = [
    `POST ${createPath} HTTP/1.1`,
    `authorization: Bearer ${token}`,
    'Host: localhost',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(payload)}`,
  ];
  const { status, body } = await connection.exchange(`${head.join('\r\n')}\r\n\r\n${payload}`);
  connection.close();
  if (status !== 200) throw new Error(`${status} ${body}`);
}

function toFigures({ machines, plannedWithinMs }: FleetSize, measured: Measured): Figure[] {
  const count = machines.toLocaleString('en');
  return [
    {
      what: `from start to ${count} machines planned and nudged`,
      unit: 'ms',
      value: measured.nudgedMs,
      target: { of: 'value', atMost: plannedWithinMs },
    },
    {
      what: 'reports absorbed, durable',
      unit: '1/s',
      value: measured.reportsPerSecond,
      target: { of: 'value', atLeast: 10_000 },
    },
    {
      what: 'p95 of check-ins meanwhile',
      unit: 'ms',
      value: measured.checkIns.p95Ms,
      target: { of: 'value', atMost: 100 },
    },
    { what: 'from start to the last report', unit: 'ms', value: measured.finishedMs },
    {
      what: 'processor time of the server for each report',
      unit: 'us',
      value: (measured.serverCpuMs * 1000) / measured.reports,
    },
    {
      what: 'processor time of the simulator for each report',
      unit: 'us',
      value: (measured.fleetCpuMs * 1000) / measured.reports,
    },
    { what: 'server, resident', unit: 'MB', value: measured.serverResidentBytes / 1e6 },
    {
      what: 'simulator, resident, for each machine',
      unit: 'KB',
      value: measured.fleetResidentBytes / 1e3 / machines,
    },
  ];
}

function notesOf(perSecond: number, gateways: number): string[] {
  return [
    'Each machine: enrolled by ticket, own key, own TLS WebSocket, orders with checked signatures; a run of one install, its reports in several batches.',
    'Nudged: measured on the machines, when the last of them heard its nudge; begun with the request that makes the deployment. Meanwhile the first ones fetch their orders and report.',
    'Reports: acknowledged after the commit; between a tenth and nine tenths of all. They come only as fast as the machines send them: simulator and server share the processors.',
    `Check-ins: ${watchers} other machines, ${perSecond} heartbeats a second, each measured from when it was due. Gateways: ${gateways === 0 ? 'in the server process' : gateways}.`,
  ];
}
