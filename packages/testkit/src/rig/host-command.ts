/** Commands inside a Debian host: to their end, or as services that start again with the host. */
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type CommandOptions, type CommandResult, killGroup, runCommand } from './command.ts';
import type { Boot } from './host-boot.ts';
import { spawnOwned } from './own-process.ts';

/** A command line; a string is given to the host's shell. */
export type HostCommand = string | readonly string[];

export type HostCommandOptions = Pick<CommandOptions, 'timeoutMs' | 'input' | 'env'>;

const logLimitChars = 1_000_000;

/** Exit status 137 when the host went down meanwhile. @throws Error when it takes too long */
export function runInHost(
  boot: Boot,
  command: HostCommand,
  options: HostCommandOptions = {},
): Promise<CommandResult> {
  // The command has a session of its own below nsenter, so its group is not nsenter's.
  return runCommand(
    inHost(boot, command),
    { ...options, env: environment(options.env) },
    { killAll: (nsenter) => killGroup(innerPid(nsenter)), onStart: keepAwake },
  );
}

/**
 * A systemd that shuts down stops every process before it kills them, and nsenter stops itself with the one it waits
 * for: the dead one would never be buried, and the host never be off.
 */
function keepAwake(nsenter: ChildProcess): void {
  const timer = setInterval(() => nsenter.kill('SIGCONT'), 1000);
  nsenter.once('exit', () => clearInterval(timer));
}

export interface HostService {
  /** What it has written since the host was made, over all its starts. */
  log(): string;
  readonly isRunning: boolean;
  /** Its process by its number out here; undefined when it does not run. */
  readonly pid: number | undefined;
  /** Resolves when it has ended. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again after it has ended; the host must be on. */
  start(): void;
}

export interface HostServiceOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Asked whenever it has ended; true starts it once more. The host must be on then. */
  readonly startsAgain?: () => boolean;
}

/** `currentBoot` gives the boot in which to start it. */
export function defineService(
  currentBoot: () => Boot,
  command: HostCommand,
  options: HostServiceOptions = {},
): HostService {
  let child: ChildProcess | undefined;
  let text = '';
  const add = (chunk: string) => {
    text = (text + chunk).slice(-logLimitChars);
  };
  const isRunning = () => child !== undefined && child.exitCode === null && child.signalCode === null;
  return {
    log: () => text,
    get isRunning() {
      return isRunning();
    },
    get pid() {
      return isRunning() ? innerPid(child) : undefined;
    },
    async kill(signal = 'SIGKILL') {
      const pid = isRunning() ? innerPid(child) : undefined;
      if (pid === undefined || child === undefined) return;
      const gone = new Promise((resolve) => child?.once('exit', resolve));
      process.kill(pid, signal);
      await gone;
    },
    start() {
      if (isRunning()) return;
      const [program = '', ...args] = inHost(currentBoot(), command);
      child = spawnOwned(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: environment(options.env) });
      keepAwake(child);
      for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', add);
      child.once('exit', () => options.startsAgain?.() && this.start());
    },
  };
}

// In its own session, as a service would be; nsenter stays outside and ends as the command does.
function inHost(boot: Boot, command: HostCommand): readonly string[] {
  const argv = typeof command === 'string' ? ['sh', '-c', command] : command;
  // The folder of process 1, which is the root: one that is named is that of out here, which nothing in there can name.
  const spaces = ['--mount', '--uts', '--ipc', '--net', '--pid', '--root', '--wd'];
  return ['nsenter', '--target', String(boot.initPid), ...spaces, 'setsid', ...argv];
}

function environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const mark = process.env.TENKAI_TEST_MARK;
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    LANG: 'C.UTF-8',
    DEBIAN_FRONTEND: 'noninteractive',
    ...(mark && { TENKAI_TEST_MARK: mark }),
    ...more,
  };
}

function innerPid(nsenter: ChildProcess | undefined): number | undefined {
  try {
    const children = readFileSync(`/proc/${nsenter?.pid}/task/${nsenter?.pid}/children`, 'utf8').trim();
    return children === '' ? undefined : Number(children.split(' ')[0]);
  } catch {
    return undefined;
  }
}
