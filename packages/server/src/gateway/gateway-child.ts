import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import type { TokenHolder } from '../kernel/access/agent-token.ts';
import type { AgentFront } from '../kernel/agent-channel.ts';
import { createGatherer } from './gather.ts';
import type { Call, CallAnswer, FromGateway, GatewaySettings, ToGateway } from './messages.ts';

/** A gateway as the core sees it. */
export interface GatewayChild extends AgentFront {
  readonly pid: number;
  /** Resolves when the process has ended, with its exit status or signal. */
  readonly ended: Promise<string>;
  send(message: ToGateway): void;
  kill(): void;
}

export interface ChildOptions {
  readonly settings: GatewaySettings;
  readonly onPresence: (front: AgentFront, agent: TokenHolder, isOnline: boolean) => void;
  /** Never rejects. */
  readonly answer: (call: Call) => Promise<CallAnswer>;
}

const listenWithinMs = 30_000;

/**
 * Starts a gateway process; resolves when it listens.
 * @throws Error with its own words and code where it cannot
 */
export async function startGatewayChild({
  settings,
  onPresence,
  answer,
}: ChildOptions): Promise<GatewayChild> {
  const child = fork(entry(), ['gateway'], {
    execArgv: nodeOptions(),
    env: environment(),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // Texts and keys go over as they are, without quoting.
    serialization: 'advanced',
  });
  const send = (message: ToGateway) => {
    // A child that has just died is noticed by its end.
    if (child.connected) child.send(message, () => {});
  };
  const nudge = createGatherer<{ machineId: string; withinMs: number }>((nudges) => {
    for (const [withinMs, together] of Map.groupBy(nudges, (one) => one.withinMs))
      send({ type: 'nudge', machineIds: together.map(({ machineId }) => machineId), withinMs });
  });
  const reply = createGatherer<CallAnswer>((answers) => send({ type: 'answers', answers }));
  const front: GatewayChild = {
    pid: child.pid ?? 0,
    ended: once(child, 'exit').then(([code, signal]) => String(signal ?? code)),
    send,
    kill: () => void child.kill('SIGKILL'),
    nudge: (machineId, withinMs) => nudge({ machineId, withinMs }),
    drop: (machineId, why) => send({ type: 'drop', machineId, why }),
  };
  child.on('message', (message: FromGateway) => {
    if (message.type === 'presence')
      for (const [agent, isOnline] of message.changes) onPresence(front, agent, isOnline);
    if (message.type === 'calls') for (const call of message.calls) void answer(call).then(reply);
  });
  send({ type: 'start', settings });
  try {
    await listening(child);
  } catch (error) {
    front.kill();
    throw error;
  }
  return front;
}

/** The program itself: of the shipped bundle its only file, of the sources the one where it begins. */
function entry(): string {
  const here = import.meta.filename;
  return here.endsWith('.ts') ? join(dirname(here), '..', 'main.ts') : here;
}

function nodeOptions(): string[] {
  return process.execArgv.filter((option) => /^--(disable-warning|max-|cpu-prof)/.test(option));
}

/** A gateway has no business with the database. */
function environment(): NodeJS.ProcessEnv {
  const { TENKAI_DATABASE: _, ...others } = process.env;
  return others;
}

async function listening(child: ChildProcess): Promise<void> {
  const signal = AbortSignal.timeout(listenWithinMs);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const look = (message: FromGateway) => {
    if (message.type === 'listening') resolve();
    if (message.type === 'failed') reject(Object.assign(new Error(message.message), { code: message.code }));
  };
  const failed = (cause: unknown) => reject(new Error(`a gateway did not start: ${cause}`));
  const late = () => failed('it took too long');
  child.on('message', look).once('error', failed).once('exit', failed);
  signal.addEventListener('abort', late);
  try {
    await promise;
  } finally {
    child.off('message', look).off('error', failed).off('exit', failed);
    signal.removeEventListener('abort', late);
  }
}
