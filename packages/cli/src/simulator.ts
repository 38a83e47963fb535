import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Failure } from '@tenkai/domain/failure.ts';
import { type Problem, RemoteProblem } from '@tenkai/protocol/problem.ts';
import './failures.ts';

/** What the simulator is told first; see `ProgramRequest` in its program.ts. */
export interface SimulatorRequest {
  readonly url: string;
  readonly count: number;
  readonly seed: number;
  readonly profile: string;
  readonly speed: number;
  readonly processes: number | null;
  readonly stateFolder: string;
}

export interface Tally {
  readonly counts: Readonly<Record<string, number>> & {
    readonly [name in
      | 'machines'
      | 'enrolled'
      | 'refused'
      | 'online'
      | 'off'
      | 'runsBegun'
      | 'runsOpen'
      | 'runsSucceeded'
      | 'runsFailed'
      | 'runsCancelled'
      | 'restarts'
      | 'crashes'
      | 'reports'
      | 'checkIns']: number;
  };
  readonly troubles: Readonly<Record<string, number>>;
  readonly runFailures: Readonly<Record<string, number>>;
}

/** Its lines, one JSON object each. */
export type SimulatorLine =
  | { readonly kind: 'admit'; readonly machines: number }
  | { readonly kind: 'started'; readonly processes: number }
  | { readonly kind: 'begun' }
  | { readonly kind: 'tally' | 'ended'; readonly tally: Tally }
  | { readonly kind: 'failed'; readonly problem: Problem };

interface SimulatorInput {
  readonly request: SimulatorRequest;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** A ticket for so many machines. It goes over a pipe, never into arguments. */
  readonly admit: (machines: number) => Promise<{ ticket: string; rootFingerprint: string }>;
  readonly onLine: (line: SimulatorLine) => void;
}

/**
 * Runs the simulator's own program until the signal aborts: packages of one level never import each other.
 * @returns what the fleet did
 * @throws Failure simulator-missing, simulator-ended; RemoteProblem with what the simulator refused
 */
export async function runSimulator({ request, env, signal, admit, onLine }: SimulatorInput): Promise<Tally> {
  const child = spawn(process.execPath, [findSimulator()], {
    env: withoutSecrets(env),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const { stdin, stdout } = child;
  stdin.on('error', () => {});
  const say = (line: object) => stdin.write(`${JSON.stringify(line)}\n`);
  const ended = once(child, 'close');
  const stop = () => stopOnce(child);
  signal.addEventListener('abort', stop, { once: true });
  let last: Tally | undefined;
  let problem: Problem | undefined;
  try {
    say(request);
    for await (const text of createInterface({ input: stdout })) {
      const line = JSON.parse(text) as SimulatorLine;
      onLine(line);
      if (line.kind === 'admit') say(await admit(line.machines));
      if (line.kind === 'ended') last = line.tally;
      if (line.kind === 'failed') problem = line.problem;
      if (line.kind === 'ended' || line.kind === 'failed') stdin.end();
    }
  } finally {
    signal.removeEventListener('abort', stop);
    stdin.end();
  }
  const [code, how] = await ended;
  if (problem) throw new RemoteProblem(500, problem);
  if (!last || code !== 0) throw new Failure('simulator-ended', { how: String(how ?? code) });
  return last;
}

/** What this program was told of sites and tokens is not the simulator's affair. */
function withoutSecrets(env: SimulatorInput['env']): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('TENKAI_')));
}

/** Ctrl C reaches the simulator as well as us; a second signal changes nothing for it. */
function stopOnce(child: ChildProcess) {
  if (child.exitCode === null) child.kill('SIGTERM');
}

/** Beside the program that runs now: in the sources a package of its own, in a bundle a file. */
function findSimulator(): string {
  const inSources = join(import.meta.dirname, '../../simulator/src/main.ts');
  const inBundle = join(import.meta.dirname, 'tenkai-simulator.mjs');
  const found = [inBundle, inSources].find((path) => existsSync(path));
  if (found === undefined) throw new Failure('simulator-missing', { path: inBundle });
  return found;
}
