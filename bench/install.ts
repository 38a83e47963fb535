import { type ManagedUnit, manageUnit } from '@tenkai/testkit/paths/scene/managed-unit.ts';
import { shippedDeb } from '@tenkai/testkit/paths/scene/shipped-deb.ts';
import { startSiteProcess } from '@tenkai/testkit/paths/scene/site-process.ts';
import { madeOfParts } from '@tenkai/testkit/rig/kept-parts.ts';
import { makeNetwork } from '@tenkai/testkit/rig/network.ts';
import { startSystemdHost } from '@tenkai/testkit/rig/systemd-host.ts';
import { type BenchOptions, type BenchResult, type Figure, median } from './result.ts';

/**
 * The agent's package on Debian hosts with systemd: from its copy to the first inventory that the site has, and what
 * the service takes while nothing happens. Flags: --rounds 3, --idle-seconds 600.
 */
export async function run({ flags, progress }: BenchOptions): Promise<BenchResult> {
  const rounds = Number(flags.rounds ?? 3);
  const idleSeconds = Number(flags['idle-seconds'] ?? 600);
  await shippedDeb('agent');
  const installedMs: number[] = [];
  const scene = await madeOfParts(async (keep) => {
    const network = keep(await makeNetwork());
    const site = keep(await startSiteProcess(network));
    const managed: ManagedUnit[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const host = keep(await startSystemdHost({ name: `bench-${round}`, network, diskMb: onDisk }));
      const startedAt = performance.now();
      managed.push(await manageUnit(host, network, site));
      installedMs.push(performance.now() - startedAt);
      progress(`${(installedMs.at(-1) as number).toFixed(0)} ms from the package to the first inventory`);
    }
    return { managed };
  });
  try {
    progress(`${idleSeconds} s in which nothing happens`);
    const idle = await measureIdle(scene.managed, idleSeconds);
    return { figures: toFigures(installedMs, idle, idleSeconds), notes, raw: { installedMs, idle } };
  } finally {
    await scene.destroy();
  }
}

/** Pages of a program that lies in memory count otherwise than those of one on a disk. */
const onDisk = 0;

interface Idle {
  /** Of one core, percent. */
  readonly processorShare: number;
  readonly residentBytes: number;
  /** Of these, what is the process's alone. */
  readonly ownBytes: number;
}

/** What followed from the installation may still be at work. */
const restSeconds = 20;

async function measureIdle(units: readonly ManagedUnit[], seconds: number): Promise<Idle[]> {
  await pause(restSeconds);
  const before = await Promise.all(units.map(cpuMsOf));
  const startedAt = performance.now();
  await pause(seconds);
  const tookMs = performance.now() - startedAt;
  return Promise.all(
    units.map(async (unit, index) => ({
      processorShare: (((await cpuMsOf(unit)) - (before[index] as number)) / tookMs) * 100,
      ...(await memoryOf(unit)),
    })),
  );
}

const service = 'tenkai-agent.service';

/** With all its processes, as systemd counts them (systemd.resource-control(5)). */
async function cpuMsOf({ machine: { vm } }: ManagedUnit): Promise<number> {
  return Number(await vm.ask(`systemctl show --value --property=CPUUsageNSec ${service}`)) / 1e6;
}

/** proc_pid_status(5). */
async function memoryOf({ machine }: ManagedUnit): Promise<Pick<Idle, 'residentBytes' | 'ownBytes'>> {
  const { MainPID } = await machine.unit(service);
  const status = await machine.vm.ask(['cat', `/proc/${MainPID}/status`]);
  const bytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? Number.NaN) * 1024;
  return { residentBytes: bytes('VmRSS'), ownBytes: bytes('RssAnon') };
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
      what: `resident memory of the agent after ${seconds} idle s`,
      unit: 'MB',
      value: median(idle.map(({ residentBytes }) => residentBytes)) / 1_000_000,
      target: { of: 'value', atMost: 70 },
    },
  ];
}

const notes = [
  'Debian hosts in network namespaces with systemd as process 1, and the .deb as it ships with its own Node: a file with the properties and a ticket, dpkg --install, until the list of machines of the site shows the inventory.',
  'Idle: the service as its unit starts it, enrolled and connected, heartbeats and the power state included; all hosts at once. Processor: CPUUsageNSec of the unit, children included. Memory: VmRSS of its process.',
];
