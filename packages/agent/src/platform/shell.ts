import { type ChildProcess, spawn } from 'node:child_process';
import { systemEnvironment } from './windows/environment.ts';

export interface RunOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  readonly env?: Readonly<Record<string, string>>;
  /** What is printed beyond this is dropped. */
  readonly outputLimitBytes?: number;
  /** Absent: it prints UTF-8. */
  readonly decode?: (bytes: Buffer) => string;
  /** On Windows: the words are quoted already, as the program reads its command line itself. */
  readonly isVerbatim?: boolean;
}

/** What became of a short program that we asked something. `code` is null where it could not run or was ended. */
export interface RunResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Why there is no exit code; empty otherwise. */
  readonly problem: string;
}

const defaultOutputLimitBytes = 64 * 1024 * 1024;
/** A descendant that stays behind may hold the output open; it is not waited for longer than this. */
const afterExitMs = 500;

/**
 * Asks a program of the system something, without a shell and without standard input. Never throws: what cannot be run has a `problem`. At the
 * limit its whole process group is ended. For programs of packages, which may take long and must survive us, there
 * is `Processes`.
 */
export async function run(program: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  if (options.signal?.aborted) return { code: null, stdout: '', stderr: '', problem: 'not started' };
  const child = spawn(program, args, {
    env: options.env ?? plainEnvironment(),
    // Elsewhere a group of its own; on Windows that would be a window of its own.
    detached: process.platform !== 'win32',
    windowsHide: true,
    windowsVerbatimArguments: options.isVerbatim ?? false,
    // Not a pipe: Node's are sockets, and bash(1) takes a socket for a remote shell and reads ~/.bashrc first. Debian's
    // rpm asks bash for its database's place.
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stdout = collect(child.stdout, options);
  const stderr = collect(child.stderr, options);
  const end = await ended(child, options);
  return { ...end, stdout: stdout(), stderr: stderr() };
}

function ended(
  child: ChildProcess,
  { timeoutMs, signal }: RunOptions,
): Promise<Pick<RunResult, 'code' | 'problem'>> {
  return new Promise((resolve) => {
    let problem = '';
    const stop = (why: string) => {
      problem ||= why;
      endGroup(child);
    };
    const abort = () => stop('cancelled');
    const limit = setTimeout(() => stop(`no answer within ${timeoutMs} ms`), timeoutMs);
    signal?.addEventListener('abort', abort, { once: true });
    const settle = (code: number | null) => {
      clearTimeout(limit);
      signal?.removeEventListener('abort', abort);
      for (const stream of child.stdio) stream?.destroy();
      resolve({ code: problem === '' ? code : null, problem });
    };
    child.on('error', (error) => {
      problem ||= error.message;
      settle(null);
    });
    child.on('exit', (code, by) => {
      if (code === null) problem ||= `ended by ${by}`;
      const patience = setTimeout(() => settle(code), afterExitMs);
      child.on('close', () => {
        clearTimeout(patience);
        settle(code);
      });
    });
  });
}

function endGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}

/** Programs answer in a form that we can read only in the C locale. Windows' own need to know where Windows is. */
export function plainEnvironment(): Record<string, string> {
  if (process.platform === 'win32') return systemEnvironment();
  return { PATH: programPath, LC_ALL: 'C.UTF-8', HOME: '/root' };
}

export const programPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

function collect(
  stream: NodeJS.ReadableStream,
  { outputLimitBytes = defaultOutputLimitBytes, decode }: RunOptions,
) {
  const parts: Buffer[] = [];
  let bytes = 0;
  stream.on('data', (part: Buffer) => {
    bytes += part.length;
    if (bytes <= outputLimitBytes) parts.push(part);
  });
  return () => (decode ? decode(Buffer.concat(parts)) : Buffer.concat(parts).toString('utf8'));
}
