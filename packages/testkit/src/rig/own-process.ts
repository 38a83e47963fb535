/**
 * Starts programs that belong to this test process: Linux ends them when it ends, even by `kill -9`, and with them
 * the namespaces and mounts that only they hold. So a killed test leaves nothing running behind.
 */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

const setpriv = '/usr/bin/setpriv';

export interface OwnProcessOptions extends SpawnOptions {
  /** What the program gets when this process dies; default KILL. */
  readonly deathSignal?: 'KILL' | 'QUIT' | 'TERM';
  /** Run as this user; only root can. */
  readonly as?: { readonly uid: number; readonly gid: number } | undefined;
}

/** Like spawn(). Where there is no setpriv (not Linux), the program simply is a child. */
export function spawnOwned(
  program: string,
  args: readonly string[],
  options: OwnProcessOptions = {},
): ChildProcess {
  const { deathSignal = 'KILL', as, ...spawnOptions } = options;
  if (!existsSync(setpriv)) return spawn(program, args, spawnOptions);
  const user = as ? [`--reuid=${as.uid}`, `--regid=${as.gid}`, '--clear-groups'] : [];
  return spawn(setpriv, [...user, '--pdeathsig', deathSignal, program, ...args], spawnOptions);
}

/** Resolves when the process has ended; at once when it has already. */
export function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}

/** Asks with `signal` (0: only waits), and after `patienceMs` kills; resolves when the process is gone. */
export async function end(
  child: ChildProcess,
  signal: NodeJS.Signals | 0 = 'SIGTERM',
  patienceMs = 10_000,
): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  await ended(child);
  clearTimeout(timer);
}

/** The last lines that a process wrote, for error messages. Reading also keeps its pipes from filling. */
export function tailOf(child: ChildProcess, limitChars = 8000): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text = (text + chunk).slice(-limitChars);
    });
  }
  return () => text;
}
