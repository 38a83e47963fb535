import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DataFolder, dataFolder, makeDataFolder } from '@tenkai/agent/data-folder.ts';
import { readSettings, type Settings, writeSettings } from '@tenkai/agent/settings.ts';
import { asUser } from '../as-user.ts';
import { compileCache } from './run-engine.ts';

const entry = fileURLToPath(import.meta.resolve('@tenkai/agent/main.ts'));
const engineEntry = fileURLToPath(import.meta.resolve('@tenkai/agent/engine/crash-points.ts'));

export interface CommandEnd {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  /** What it has printed so far. */
  readonly said: () => string;
  readonly end: Promise<CommandEnd>;
}

/** A folder with a new agent that runs as a process of its own, and stands for a machine of its own. */
export interface TestAgent {
  readonly data: DataFolder;
  readonly root: string;
  readonly bootIdFile: string;
  readonly env: Record<string, string>;
  /** Changes settings of an agent that does not run. */
  configure(settings: Settings): void;
  /** The root folder becomes another one: the disk is in another machine. */
  moveRoot(): void;
  /** Starts the service; `within` is a command before it, such as one that enters a namespace. */
  start(env?: Record<string, string>, within?: readonly string[]): ChildProcess;
  /** Every service that was started, oldest first. */
  services(): readonly ChildProcess[];
  /** Runs a command of `tenkai-agent` to its end. */
  command(...args: string[]): Promise<CommandEnd>;
  /** The same by a user of the machine without any rights. */
  commandOf(user: string, ...args: string[]): Promise<CommandEnd>;
  /** One whose words are looked at while it runs. */
  beginOf(user: string, ...args: string[]): RunningCommand;
  /** Ends the service, and every engine and installer that it left behind. */
  remove(): Promise<void>;
}

/** @param settings beside the root folder, which the agent always has */
export function newAgent(settings: Settings = {}): TestAgent {
  const folder = mkdtempSync(join(tmpdir(), 'tenkai-agent-'));
  // As on a machine: its users may pass through, and see nothing.
  chmodSync(folder, 0o711);
  const data = dataFolder(join(folder, 'data'));
  const root = join(folder, 'root');
  const bootIdFile = join(folder, 'boot-id');
  mkdirSync(root);
  writeFileSync(bootIdFile, 'boot-1');
  makeDataFolder(data);
  writeSettings(data, { root, ...settings });
  const env = {
    PATH: process.env.PATH ?? '',
    TENKAI_AGENT_DATA: data.root,
    TENKAI_BOOT_ID_FILE: bootIdFile,
    TENKAI_AGENT_ENGINE: engineEntry,
    NODE_COMPILE_CACHE: compileCache,
  };
  const services: ChildProcess[] = [];
  return {
    data,
    root,
    bootIdFile,
    env,
    services: () => services,
    configure: (change) => writeSettings(data, { ...readSettings(data), ...change }),
    moveRoot() {
      const moved = `${root}-moved`;
      mkdirSync(moved);
      writeSettings(data, { ...readSettings(data), root: moved });
    },
    start(more = {}, within = []) {
      const [program = '', ...args] = [...within, process.execPath, entry, 'run'];
      const stdio = ['ignore', 'ignore', 'inherit'] as const;
      const service = spawn(program, args, { env: { ...env, ...more }, stdio: [...stdio] });
      services.push(service);
      return service;
    },
    command: (...args) => following(spawn(process.execPath, [entry, ...args], { env })).end,
    commandOf: (user, ...args) => following(spawnAs(user, [process.execPath, entry, ...args], env)).end,
    beginOf: (user, ...args) => following(spawnAs(user, [process.execPath, entry, ...args], env)),
    async remove() {
      for (const service of services) await ended(service, 'SIGTERM');
      await endEngines(data);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function following(child: ChildProcess): RunningCommand {
  const [said, stderr] = [collect(child.stdout), collect(child.stderr)];
  const end = once(child, 'close').then(([status]) => ({ status, stdout: said(), stderr: stderr() }));
  return { said, end };
}

/** Starts a program with the rights of a user, and no more; the tests run as root. */
export function spawnAs(user: string, command: readonly string[], env: Record<string, string>): ChildProcess {
  const [program = '', ...args] = asUser(user, command);
  return spawn(program, args, { env, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] });
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  let text = '';
  stream?.on('data', (part: Buffer) => {
    text += part;
  });
  return () => text;
}

/** Ends a child with a signal and waits for it. */
export async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
}

async function endEngines(data: DataFolder): Promise<void> {
  const { openLinux } = await import('@tenkai/agent/platform/linux/index.ts');
  const { holdersOf } = await import('@tenkai/agent/lock.ts');
  const { processes } = openLinux({ root: null, powerCommand: null, bootIdFile: null, env: {} });
  const engines = () => holdersOf({ processes, folder: join(data.locks, 'engine') });
  for (const { pid } of engines()) process.kill(pid, 'SIGKILL');
  while (engines().length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
}

const untilLimitMs = 110_000;

/** Waits until something holds. @throws Error after almost two minutes: whatever was waited for will not come */
export async function until<T>(look: () => T | Promise<T>): Promise<NonNullable<T>> {
  for (const giveUpAt = performance.now() + untilLimitMs; performance.now() < giveUpAt; ) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  throw new Error(`it did not come to be: ${look}`);
}
