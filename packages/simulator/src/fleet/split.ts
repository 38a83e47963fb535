import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { Failure } from '@tenkai/domain/failure.ts';
import '../failures.ts';

/** What this system allows. */
export interface SystemLimits {
  /** Open files of one process. */
  readonly files: number;
  /** Ports of one source address towards one destination. */
  readonly ports: number;
  readonly cores: number;
}

/** Beyond it the garbage collector of one process is busier than its machines. */
const mostMachines = 12_000;
const fewMachines = 500;
/** Files that a process has open for itself. */
const ownFiles = 200;

/** Machines that share a source address: the site bounds what one address may ask in a time. */
export const machinesPerAddress = 100;
/** Connections that the machines of one address share for all but their channels. */
export const connectionsPerAddress = 8;

/** proc_pid_limits(5), ip_sysctl; what other systems do not tell is taken from Linux's defaults. */
export async function readLimits(): Promise<SystemLimits> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const range = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').catch(() => '32768 60999');
  const [first = 0, last = 0] = range.trim().split(/\s+/).map(Number);
  const files = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? 1024);
  return { files, ports: last - first + 1, cores: availableParallelism() };
}

/** As few processes as files and memory ask for, and no more than there are cores unless they do. */
export function countProcesses(count: number, { files, cores }: SystemLimits): number {
  const perMachine = 1 + connectionsPerAddress / machinesPerAddress;
  const fitting = Math.max(1, Math.min(mostMachines, Math.floor((files - ownFiles) / perMachine)));
  return Math.max(Math.ceil(count / fitting), Math.min(cores, Math.ceil(count / fewMachines)), 1);
}

/** The numbers of each process: every machine in exactly one, in ranges of nearly the same size. */
export function splitFleet(
  count: number,
  processes: number,
): { readonly from: number; readonly to: number }[] {
  return Array.from({ length: processes }, (_, place) => ({
    from: Math.floor((count * place) / processes),
    to: Math.floor((count * (place + 1)) / processes),
  })).filter(({ from, to }) => from < to);
}

/**
 * The loopback address from which a machine speaks; null where the site is elsewhere and loopback leads nowhere.
 * @throws Failure simulator-too-many-machines where a single address has too few ports
 */
export function planAddresses(input: {
  readonly count: number;
  readonly host: string;
  readonly isLoopback: boolean;
  readonly limits: SystemLimits;
}): (index: number) => string | null {
  const { count, host, isLoopback, limits } = input;
  if (isLoopback) return loopbackAddress;
  const needed = Math.ceil(count * (1 + connectionsPerAddress / machinesPerAddress));
  if (needed > limits.ports)
    throw new Failure('simulator-too-many-machines', { count, needed, host, ports: limits.ports });
  return () => null;
}

/** 127.1.0.1 and up: RFC 6890 gives 127.0.0.0/8 to the host itself, and Linux answers to all of it. */
function loopbackAddress(index: number): string {
  const block = Math.floor(index / machinesPerAddress);
  return `127.1.${Math.floor(block / 250)}.${1 + (block % 250)}`;
}
