import { readFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { Failure } from '@tenkai/domain/failure.ts';
import '../failures.ts';

/** What this system allows. */
export interface SystemLimits {
  /** Open files of one process. */
  readonly files: number;
  /** Ports of one source address towards one destination. */
  readonly ports: number;
  /** Processes and threads of one user. */
  readonly tasks: number;
  /** Free now, of the machine or of the container around us. */
  readonly memoryMB: number;
  readonly cores: number;
}

/** Beyond it the garbage collector of one process is busier than its machines. */
const mostMachines = 12_000;
const fewMachines = 500;
/** Files that a process has open for itself. */
const ownFiles = 200;
/** Measured on Node 24 with 1,500 to 7,000 connected machines to a process; twice as much after a deployment. */
const memoryMBOf = { process: 120, machine: 0.21 };
/** Of V8, libuv's pool and the main one. */
const threadsPerProcess = 12;

/** Machines that share a source address: the site bounds what one address may ask in a time. */
export const machinesPerAddress = 100;
/** Connections that the machines of one address share for all but their channels; over those, too, so many of them call at once. */
export const connectionsPerAddress = 8;
/** One channel to each machine, and what they share. */
export function connectionsOf(machines: number): number {
  return machines + Math.ceil((machines * connectionsPerAddress) / machinesPerAddress);
}

/** proc_pid_limits(5), ip_sysctl. A system without /proc is taken to bound neither files nor processes. */
export async function readLimits(): Promise<SystemLimits> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const range = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').catch(() => '32768 60999');
  const [first = 0, last = 0] = range.trim().split(/\s+/).map(Number);
  return {
    files: softLimit(limits, 'Max open files'),
    tasks: softLimit(limits, 'Max processes'),
    ports: last - first + 1,
    memoryMB: Math.floor((process.availableMemory() + (await reclaimableBytes())) / 1e6),
    cores: availableParallelism(),
  };
}

/**
 * Pages of files that a container counts as its own and gives up when programs need them; of the whole machine they are
 * available already (cgroup-v2, memory.stat).
 */
async function reclaimableBytes(): Promise<number> {
  if (process.constrainedMemory() === 0 || process.constrainedMemory() >= totalmem()) return 0;
  const own = await readFile('/proc/self/cgroup', 'utf8').catch(() => '');
  const [, path = ''] = /^0::(.*)$/m.exec(own) ?? [];
  const stat = await readFile(`/sys/fs/cgroup${path}/memory.stat`, 'utf8').catch(() => '');
  return Number(/^inactive_file (\d+)$/m.exec(stat)?.[1] ?? 0);
}

function softLimit(limits: string, name: string): number {
  const [, value] = new RegExp(`^${name}\\s+(\\d+)`, 'm').exec(limits) ?? [];
  return value === undefined ? Number.POSITIVE_INFINITY : Number(value);
}

/** As few processes as files and memory ask for, and no more than there are cores unless they do. */
export function countProcesses(
  count: number,
  { files, cores }: Pick<SystemLimits, 'files' | 'cores'>,
): number {
  const shareable = ((files - ownFiles) * machinesPerAddress) / (machinesPerAddress + connectionsPerAddress);
  const fitting = Math.max(1, Math.min(mostMachines, Math.floor(shareable)));
  return Math.max(Math.ceil(count / fitting), Math.min(cores, Math.ceil(count / fewMachines)), 1);
}

/**
 * Before the first machine enrolls: a fleet that does not fit would stop half-way, and leave its machines in the site.
 * @throws Failure simulator-too-few-files, simulator-too-little-memory, simulator-too-many-processes
 */
export function checkLimits(
  { count, processes }: { readonly count: number; readonly processes: number },
  { files, tasks, memoryMB }: SystemLimits,
): void {
  const filesNeeded = ownFiles + connectionsOf(Math.ceil(count / processes));
  if (filesNeeded > files)
    throw new Failure('simulator-too-few-files', { count, processes, needed: filesNeeded, files });
  const threads = processes * threadsPerProcess;
  if (threads > tasks)
    throw new Failure('simulator-too-many-processes', { processes, needed: threads, tasks });
  const needed = Math.ceil(processes * memoryMBOf.process + count * memoryMBOf.machine);
  if (needed > memoryMB)
    throw new Failure('simulator-too-little-memory', { count, processes, needed, available: memoryMB });
}
