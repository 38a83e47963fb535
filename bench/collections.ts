import type { App } from '@tenkai/server/app.ts';
import {
  changeSome,
  judgeAgain,
  judgeAllAgain,
  machinesOf,
  membersByRule,
  seedCollections,
} from './collections/fleet.ts';
import type { BenchOptions, BenchResult } from './result.ts';
import { median } from './result.ts';
import { withApp } from './site/open-app.ts';
import { seedInventories } from './site/seed-inventories.ts';
import { type SeededMachine, seedMachines } from './site/seed-machines.ts';
import { inWorkFolder } from './site/work-folder.ts';

/**
 * Collections by query over a fleet with inventories of usual size: how long from the first report of a change until
 * every collection is right again. Flags: --machines 25000, --collections 1000, --rounds 5, --without-baseline (the whole
 * fleet is not judged once before, but only those machines that will change).
 */
export async function run({ seed, flags, progress }: BenchOptions): Promise<BenchResult> {
  const machines = Number(flags.machines ?? 25_000);
  const collections = Number(flags.collections ?? 1000);
  const rounds = Number(flags.rounds ?? 5);
  return inWorkFolder(async (dataDir) => {
    await withApp(dataDir, (app) => seedCollections(app, collections));
    const seeded = await seedMachines({ dataDir, count: machines, seed, withKeys: false });
    await seedInventories({ dataDir, seed }, seeded);
    const measured = await withApp(dataDir, async (app) => {
      const all = flags['without-baseline'] ? null : await judgeOnce(app, progress);
      progress(`one in a hundred changes, ${rounds} times`);
      return { all, rounds: await measureRounds({ app, seeded, rounds, seed }) };
    });
    return { figures: toFigures(measured, machines, collections), notes, raw: measured };
  });
}

async function judgeOnce(app: App, progress: BenchOptions['progress']): Promise<Timed> {
  progress('every machine is judged by every rule once');
  const all = await timed(() => judgeAllAgain(app));
  progress(`judged in ${(all.ms / 1000).toFixed(1)} s`);
  return all;
}

interface Timed {
  readonly ms: number;
  /** Processor time of this process, the database's threads included. */
  readonly cpuMs: number;
}

interface Round extends Timed {
  readonly changed: number;
  /** Members that joined or left. */
  readonly moved: number;
}

async function measureRounds(scene: {
  app: App;
  seeded: readonly SeededMachine[];
  rounds: number;
  seed: number;
}): Promise<Round[]> {
  const { app, seeded, rounds, seed } = scene;
  const changed = Math.round(seeded.length / 100);
  const results: Round[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const change = { machines: seeded, count: changed, seed: seed + round, round };
    // Also where the fleet was not judged before, these were.
    await judgeAgain(app, machinesOf(change));
    const before = await membersByRule(app);
    const time = await timed(() => changeSome(app, change));
    const after = await membersByRule(app);
    // Also where these are judged by every rule, nobody moves: what was said to have changed was enough.
    await judgeAgain(app, machinesOf(change));
    const wrong = difference(after, await membersByRule(app));
    if (wrong > 0) throw new Error(`${wrong} members were not where they belong`);
    results.push({ ...time, changed, moved: difference(before, after) });
  }
  return results;
}

async function timed(work: () => Promise<void>): Promise<Timed> {
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  await work();
  const { user, system } = process.cpuUsage(cpuBefore);
  return { ms: performance.now() - startedAt, cpuMs: (user + system) / 1000 };
}

function difference(before: ReadonlySet<string>, after: ReadonlySet<string>): number {
  let moved = 0;
  for (const member of before) if (!after.has(member)) moved += 1;
  for (const member of after) if (!before.has(member)) moved += 1;
  return moved;
}

function toFigures(
  { all, rounds }: { all: Timed | null; rounds: readonly Round[] },
  machines: number,
  collections: number,
) {
  const count = machines.toLocaleString('en');
  return [
    {
      what: `${collections.toLocaleString('en')} collections over ${count} machines, after a change of 1 %`,
      unit: 'ms',
      value: median(rounds.map(({ ms }) => ms)),
      ...(all && { baseline: all.ms }),
      target: { of: 'value', atMost: 5000 } as const,
    },
    {
      what: 'processor time of that',
      unit: 'ms',
      value: median(rounds.map(({ cpuMs }) => cpuMs)),
      ...(all && { baseline: all.cpuMs }),
    },
    { what: 'members that joined or left', unit: '', value: median(rounds.map(({ moved }) => moved)) },
  ];
}

const notes = [
  'From the first report until no collection waits: taking the inventories of the changed machines, durably, is part of it. Median of the rounds.',
  'Baseline: every machine judged by every rule, in the same process.',
  'After each round the changed machines are judged by every rule; a member that then moves fails the benchmark.',
];
