/** Runs a program to its end and keeps what it wrote, for the rig's own use and for tests. */
import { type ChildProcess, spawn } from 'node:child_process';

export interface CommandResult {
  /** Exit status; 128 + n when signal n ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** After this long the program and its process group are killed, and the promise rejects; default 120 s. */
  readonly timeoutMs?: number;
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

export interface Oversight {
  /** Ends a program that takes too long, with everything that it started; default: its process group. */
  readonly killAll?: (child: ChildProcess) => void;
  /** Told when it has been started. */
  readonly onStart?: (child: ChildProcess) => void;
}

const defaultTimeoutMs = 120_000;

/** @throws Error when it cannot be started or takes too long; never for its exit status */
export function runCommand(
  argv: readonly string[],
  options: CommandOptions = {},
  { killAll = ({ pid }) => killGroup(pid), onStart }: Oversight = {},
): Promise<CommandResult> {
  const [program = '', ...args] = argv;
  // A process group of its own, so that the time limit reaches what it started.
  const child = spawn(program, args, {
    detached: true,
    env: options.env,
    cwd: options.cwd,
    // Where nothing is said to it, no socket either: bash(1) would take it for a remote shell and read ~/.bashrc.
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  onStart?.(child);
  child.stdin?.on('error', () => undefined).end(options.input);
  const limit = { timeoutMs: options.timeoutMs ?? defaultTimeoutMs, killAll };
  return collect(child, argv, limit);
}

/** Runs it and gives its standard output. @throws Error with its words when the exit status is not 0 */
export async function output(argv: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await runCommand(argv, options);
  if (code !== 0)
    throw new Error(`${argv.join(' ')}: status ${code}: ${(stderr || stdout).trim().slice(-4000)}`);
  return stdout;
}

function collect(
  child: ChildProcess,
  argv: readonly string[],
  { timeoutMs, killAll }: { timeoutMs: number; killAll: (child: ChildProcess) => void },
): Promise<CommandResult> {
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (chunk: string) => {
      texts[name] += chunk;
    });
  }
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      killAll(child);
      reject(
        new Error(
          `${argv.join(' ')}: not done after ${timeoutMs / 1000} s: ${(texts.stderr || texts.stdout).slice(-2000)}`,
        ),
      );
    }, timeoutMs);
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code: code ?? 128 + signalNumber(signal), ...texts });
    });
  });
}

const numbers: Partial<Record<NodeJS.Signals, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };
const signalNumber = (signal: NodeJS.Signals | null) => (signal && numbers[signal]) ?? 0;

/** Kills a process group; one that is gone already is what was wanted. */
export function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
