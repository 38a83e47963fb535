import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Manifest } from '@tenkai/transfer';
import { memberKey, newSession } from '@tenkai/transfer/multicast/session.ts';
import type { Namespace } from '../rig/network.ts';
import { spawnOwned } from '../rig/own-process.ts';
import type { CheckConfig, ProgramConfig, ReceiveConfig, RelayConfig, SendConfig } from './program.ts';

/** Sessions between processes in network namespaces. */
export interface MulticastRig {
  send(at: Namespace, options: Pick<SendConfig, 'expected'> & Partial<SendConfig>): Promise<Running>;
  receive(
    at: Namespace,
    options: Pick<ReceiveConfig, 'member' | 'target'> & Partial<ReceiveConfig>,
  ): Promise<Running>;
  /** A representative, which also sends: members of its subnet need it as their `senderAddress`. */
  relay(
    at: Namespace,
    options: Pick<RelayConfig, 'expected' | 'target' | 'sources'> & Partial<RelayConfig>,
  ): Promise<Running>;
  check(at: Namespace, options?: Partial<CheckConfig>): Promise<Running>;
  /** Ends whatever still runs. */
  end(): Promise<void>;
  /** What a stranger on the segment can see of the session. */
  readonly session: number;
}

export interface Running {
  readonly child: ChildProcess;
  /** Lines so far. */
  readonly lines: readonly Line[];
  /** The first line of a kind. @throws Error when the process ends without one, or the time is over */
  line(what: Line['what'], holds?: (line: Line) => boolean): Promise<Line>;
  /** Ends it, as a power cut would. */
  kill(): Promise<void>;
}

export interface Line {
  readonly what: 'ready' | 'progress' | 'chunk' | 'heard' | 'sent' | 'done';
  // biome-ignore lint/suspicious/noExplicitAny: lines of all kinds; tests look at what they need
  readonly [name: string]: any;
}

const sources = join(import.meta.dirname, 'program.ts');
const LINE_MS = 120_000;

export interface RigOptions {
  readonly home: string;
  readonly manifest: Manifest;
  readonly store: string;
  readonly senderAddress: string;
  readonly group?: string;
  /** The program as it ships, in one file; absent: its sources. */
  readonly program?: string;
}

export function multicastRig({
  home,
  manifest,
  store,
  senderAddress,
  group = '239.255.77.7',
  program = sources,
}: RigOptions): MulticastRig {
  const keys = newSession();
  const common = {
    ...{ manifest, session: keys.session, group, port: 56_100, senderPort: 56_101, window: 8 },
    groupKey: keys.groupKey.toString('base64'),
  };
  const masterKey = keys.masterKey.toString('base64');
  const all: Running[] = [];
  const started = async (at: Namespace, config: ProgramConfig) => {
    const running = await start({ home, program }, at, config);
    all.push(running);
    return running;
  };
  return {
    async end() {
      for (const running of all) await running.kill();
    },
    session: keys.session,
    send: (at, options) =>
      started(at, {
        ...{ ...common, role: 'send', store, masterKey },
        ...{ interfaceAddress: at.address, ...options },
      }),
    relay: (at, options) =>
      started(at, { ...common, role: 'relay', masterKey, interfaceAddress: at.address, ...options }),
    check: (at, options) =>
      started(at, { ...common, role: 'check', interfaceAddress: at.address, ...options }),
    receive: (at, options) =>
      started(at, {
        ...{ ...common, role: 'receive', senderAddress, sources: [], interfaceAddress: at.address },
        ...{ memberKey: memberKey(keys.masterKey, options.member).toString('base64'), ...options },
      }),
  };
}

async function start(
  { home, program }: { home: string; program: string },
  at: Namespace,
  config: ProgramConfig,
): Promise<Running> {
  await mkdir(home, { recursive: true });
  const file = join(home, `${randomBytes(6).toString('hex')}.json`);
  await writeFile(file, JSON.stringify(config), { mode: 0o600 });
  const [command = '', ...args] = at.command([process.execPath, program, file]);
  const child = spawnOwned(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: Line[] = [];
  const listeners = new Set<() => void>();
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (text) => {
    lines.push(JSON.parse(text) as Line);
    for (const listener of listeners) listener();
  });
  child.once('close', () => {
    for (const listener of listeners) listener();
  });
  const running: Running = {
    child,
    lines,
    line: (what, holds = () => true) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`no line ${what} in ${LINE_MS} ms`)), LINE_MS);
        const listener = () => {
          const found = lines.find((line) => line.what === what && holds(line));
          const isOver = child.exitCode !== null || child.signalCode !== null;
          if (!found && !isOver) return;
          clearTimeout(timer);
          listeners.delete(listener);
          if (found) resolve(found);
          else reject(new Error(`ended without a line ${what}`));
        };
        listeners.add(listener);
        listener();
      }),
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGKILL');
      await ended;
    },
  };
  await running.line('ready');
  return running;
}
