import { readFile } from 'node:fs/promises';
import { startHostScene } from '@tenkai/testkit/paths/host-scene.ts';
import { type ManagedHost, manageHost } from '@tenkai/testkit/paths/managed-host.ts';
import { shippedDeb } from '@tenkai/testkit/paths/shipped-deb.ts';
import { startHost } from '@tenkai/testkit/rig/debian-host.ts';
import { type BenchOptions, type BenchResult, type Figure, median } from './result.ts';
import { cpuMsOf } from './site/site-process.ts';

/**
 * The agent's package on Debian hosts: from the copy of the package to the first inventory that the site has, and
 * what the agent takes while nothing happens. Flags: --rounds 3, --idle-seconds 600.
 */
export async function run({ flags, progress }: BenchOptions): Promise<BenchResult> {
  const rounds = Number(flags.rounds ?? 3);
  const idleSeconds = Number(flags['idle-seconds'] ?? 600);
  await shippedDeb('agent');
  const scene = await startHostScene([]);
  const managed: ManagedHost[] = [];
  try {
    const installedMs: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const host = await startHost({ name: `bench-${round}`, network: scene.network });
      const startedAt = performance.now();
      managed.push(await manageHost(host, scene.site));
      installedMs.push(performance.now() - startedAt);
      progress(`${(installedMs.at(-1) as number).toFixed(0)} ms from the package to the first inventory`);
    }
    progress(`${idleSeconds} s in which nothing happens`);
    const idle = await measureIdle(managed, idleSeconds);
    return { figures: toFigures(installedMs, idle, idleSeconds), notes, raw: { installedMs, idle } };
  } finally {
    for (const host of managed) await host.destroy();
    await scene.destroy();
  }
}

interface Idle {
  /** Of one core, percent. */
  readonly processorShare: number;
  readonly ownBytes: number;
}

/** What followed from the installation may still be at work. */
const restSeconds = 20;

async function measureIdle(hosts: readonly ManagedHost[], seconds: number): Promise<Idle[]> {
  await pause(restSeconds);
  const pids = hosts.map(({ agent }) => agent.pid as number);
  const before = await Promise.all(pids.map(cpuMsOf));
  const startedAt = performance.now();
  await pause(seconds);
  const tookMs = performance.now() - startedAt;
  return Promise.all(
    pids.map(async (pid, index) => ({
      processorShare: (((await cpuMsOf(pid)) - (before[index] as number)) / tookMs) * 100,
      ownBytes: await ownBytesOf(pid),
    })),
  );
}

/** What is the process's alone (proc_pid_status(5), RssAnon), bytes. */
async function ownBytesOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) * 1024;
}

const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

function toFigures(installedMs: readonly number[], idle: readonly Idle[], seconds: number): Figure[] {
  return [
    {
      what: 'from the package to the first inventory at the site',
      unit: 's',
      value: median(installedMs) / 1000,
      target: { of: 'value', atMost: 20 },
    },
    {
      what: `processor of the idle agent over ${seconds} s, of one core`,
      unit: '%',
      value: median(idle.map(({ processorShare }) => processorShare)),
      target: { of: 'value', atMost: 0.5 },
    },
    {
      what: `memory of the agent's own after ${seconds} idle s`,
      unit: 'MB',
      value: median(idle.map(({ ownBytes }) => ownBytes)) / 1_000_000,
    },
  ];
}

const notes = [
  'Debian hosts in network namespaces with the .deb as it ships and its own Node; dpkg --install, settings with a ticket, `tenkai-agent run`, until the list of machines of the site shows the inventory. Without systemd: the agent is started by hand as soon as its settings are there.',
  'Idle: the agents are enrolled and connected, heartbeats and the power state included; all hosts at once. Processor: utime and stime of /proc/<pid>/stat with those of children, in ticks of 10 ms. Memory: RssAnon; the disks of these hosts lie in memory, so that the pages of the program itself would count as shared memory. Resident memory on a disk: the benchmark `start`.',
];
