import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';

/** A program under measurement, in a process of its own. */
export interface MeasuredProcess {
  readonly pid: number;
  /** Ends it in good order and waits for that. */
  stop(): Promise<void>;
  /** `kill -9`. */
  kill(): Promise<void>;
}

export interface StartOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a program. Its standard error is ours; of its output `onLine` hears every line. */
export function startProcess(
  { command, args, env = {} }: StartOptions,
  onLine: (line: string) => void = () => {},
): MeasuredProcess & { readonly ended: Promise<string> } {
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const endWithUs = () => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  // Read to the end, so that the program never waits for a full pipe.
  createInterface({ input: child.stdout }).on('line', onLine);
  const ended = once(child, 'exit').then(([code, signal]) => String(signal ?? code));
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    child.kill(signal);
    await ended;
    process.off('exit', endWithUs);
  };
  return { pid: child.pid ?? 0, ended, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}

export interface ReadyProcess extends MeasuredProcess {
  /** What it said when it was ready. */
  readonly ready: RegExpMatchArray;
  /** From the call until the line that says so, milliseconds. */
  readonly readyMs: number;
}

const readyWithinMs = 60_000;

/** Starts a program and waits for the line that says that it can do its work. */
export async function startUntilReady(options: StartOptions, readyLine: RegExp): Promise<ReadyProcess> {
  const startedAt = performance.now();
  const { promise, resolve, reject } = Promise.withResolvers<RegExpMatchArray>();
  const seen: string[] = [];
  const { ended, ...started } = startProcess(options, (line) => {
    const match = line.match(readyLine);
    if (match) resolve(match);
    else if (seen.length < 20) seen.push(line);
  });
  const fail = (why: string) => reject(new Error(`${why}:\n${seen.join('\n')}`));
  void ended.then((how) => fail(`it ended with ${how} before it was ready`));
  const limit = setTimeout(() => fail('it is not ready in time'), readyWithinMs);
  try {
    return { ...started, ready: await promise, readyMs: performance.now() - startedAt };
  } catch (error) {
    await started.kill();
    throw error;
  } finally {
    clearTimeout(limit);
  }
}

/** Processor time that a process and its children have used, milliseconds. */
export function cpuMsOf(pid: number): Promise<number> {
  return sumOfFamily(pid, ownCpuMs);
}

/** Resident memory of a process and its children, bytes. */
export function residentBytesOfAll(pid: number): Promise<number> {
  return sumOfFamily(pid, residentBytesOf);
}

async function sumOfFamily(pid: number, of: (pid: number) => Promise<number>): Promise<number> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  const pids = [pid, ...children.split(' ').filter(Boolean).map(Number)];
  return (await Promise.all(pids.map(of))).reduce((sum, each) => sum + each, 0);
}

/** proc_pid_stat(5): fields 14 and 15, in ticks of 10 ms. */
async function ownCpuMs(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Resident memory, bytes (proc_pid_status(5), VmRSS). */
export async function residentBytesOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) * 1024;
}
