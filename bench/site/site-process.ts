import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';

/** A program under measurement, in a process of its own. */
export interface MeasuredProcess {
  readonly pid: number;
  /** What it said when it was ready. */
  readonly ready: RegExpMatchArray;
  /** From the call of `spawn` to the line that says so, milliseconds. */
  readonly readyMs: number;
  /** Ends it in good order and waits for that. */
  stop(): Promise<void>;
  /** `kill -9`. */
  kill(): Promise<void>;
}

export interface StartOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The line of standard output that says that it can do its work. */
  readonly readyLine: RegExp;
  readonly limitMs?: number;
}

/** Starts a program and waits until it says that it is ready. Its standard error is ours. */
export async function startProcess(options: StartOptions): Promise<MeasuredProcess> {
  const { command, args, env = {}, readyLine, limitMs = 60_000 } = options;
  const startedAt = performance.now();
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const endWithUs = () => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  const ready = await waitForLine(child, readyLine, AbortSignal.timeout(limitMs));
  const readyMs = performance.now() - startedAt;
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal);
      await once(child, 'exit');
    }
    process.off('exit', endWithUs);
  };
  return { pid: child.pid ?? 0, ready, readyMs, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}

async function waitForLine(child: ChildProcess, pattern: RegExp, signal: AbortSignal) {
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const { promise, resolve, reject } = Promise.withResolvers<RegExpMatchArray>();
  const seen: string[] = [];
  // Everything is read to the end, so that the program never waits for a full pipe.
  lines.on('line', (line) => {
    const match = line.match(pattern);
    if (match) resolve(match);
    if (seen.length < 20) seen.push(line);
  });
  child.once('error', reject);
  child.once('exit', (code, by) =>
    reject(new Error(`it ended with ${code ?? by} before it was ready:\n${seen.join('\n')}`)),
  );
  signal.addEventListener('abort', () => reject(new Error(`it is not ready:\n${seen.join('\n')}`)));
  try {
    return await promise;
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

/** Processor time that a process has used, milliseconds (proc_pid_stat(5): fields 14 and 15, in ticks of 10 ms). */
export async function cpuMsOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Resident memory, bytes (proc_pid_status(5), VmRSS). */
export async function residentBytesOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) * 1024;
}
