import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Manifest } from '@tenkai/transfer';
import { memberKey, newSession } from '@tenkai/transfer/multicast/session.ts';
import type { Namespace } from '../rig/network.ts';
import type { ProgramConfig, ReceiveConfig, SendConfig } from './program.ts';

/** Sessions between processes in network namespaces. */
export interface MulticastRig {
  send(at: Namespace, options: Pick<SendConfig, 'expected'> & Partial<SendConfig>): Promise<Running>;
  receive(
    at: Namespace,
    options: Pick<ReceiveConfig, 'member' | 'target'> & Partial<ReceiveConfig>,
  ): Promise<Running>;
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
  readonly what: 'ready' | 'progress' | 'chunk' | 'heard' | 'done';
  // biome-ignore lint/suspicious/noExplicitAny: lines of all kinds; tests look at what they need
  readonly [name: string]: any;
}

const program = join(import.meta.dirname, 'program.ts');
const LINE_MS = 120_000;

export interface RigOptions {
  readonly home: string;
  readonly manifest: Manifest;
  readonly store: string;
  readonly senderAddress: string;
  readonly group?: string;
}

export function multicastRig({
  home,
  manifest,
  store,
  senderAddress,
  group = '239.255.77.7',
}: RigOptions): MulticastRig {
  const keys = newSession();
  const common = {
    ...{ manifest, session: keys.session, group, port: 56_100, senderPort: 56_101, window: 8 },
    groupKey: keys.groupKey.toString('base64'),
  };
  return {
    send: (at, options) =>
      start(home, at, {
        ...{ ...common, role: 'send', store, masterKey: keys.masterKey.toString('base64') },
        ...{ interfaceAddress: at.address, ...options },
      }),
    receive: (at, options) =>
      start(home, at, {
        ...{ ...common, role: 'receive', senderAddress, sources: [], interfaceAddress: at.address },
        ...{ memberKey: memberKey(keys.masterKey, options.member).toString('base64'), ...options },
      }),
  };
}

async function start(home: string, at: Namespace, config: ProgramConfig): Promise<Running> {
  await mkdir(home, { recursive: true });
  const file = join(home, `${randomBytes(6).toString('hex')}.json`);
  await writeFile(file, JSON.stringify(config), { mode: 0o600 });
  const [command = '', ...args] = at.command([process.execPath, program, file]);
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
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
