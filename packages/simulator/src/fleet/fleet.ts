import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '@tenkai/domain/failure.ts';
import { greetSite } from '@tenkai/protocol/agent/link/index.ts';
import '../failures.ts';
import type { Profile } from '../profiles/profile.ts';
import { checkLimits, countProcesses, readLimits } from './limits.ts';
import type { FromWorker, ToWorker, WorkerSettings } from './messages.ts';
import { isOnLoopback } from './site-clients.ts';
import { planAddresses, splitFleet } from './split.ts';
import { openStateFolder, type StateFolder } from './state-folder.ts';
import { createTallyBook, sumOf, type Tally } from './tally.ts';

export interface FleetOptions {
  /** `https://host:port`. */
  readonly url: string;
  readonly count: number;
  readonly seed: number;
  readonly profile: Profile;
  /** How many times faster than life; 1 unless told. */
  readonly speed?: number;
  readonly stateFolder: string;
  /** Absent: as many as the limits of this system ask for. */
  readonly processes?: number;
  /**
   * Asked where machines are not enrolled yet, with their number: a ticket for as many, and the site's root.
   * Null as ticket: they ask for approval.
   */
  readonly admit: (machines: number) => Promise<Admission>;
  readonly onTally?: (tally: Tally) => void;
  readonly signal?: AbortSignal;
}

export interface Admission {
  readonly ticket: string | null;
  /** SHA-256 of the site's root key, hex. */
  readonly rootFingerprint: string;
}

/** A simulated fleet, running in processes of its own. */
export interface Fleet {
  tally(): Tally;
  readonly processes: readonly number[];
  /** Resolves when every machine was enrolled and started once; rejects where a process ended before. */
  begun(): Promise<void>;
  /** Ends in good order: lines are closed, what machines know is on disk. */
  stop(): Promise<Tally>;
  /** Rejects when a process ends by itself. */
  readonly broken: Promise<never>;
}

/**
 * Starts a seeded fleet that speaks the agents' protocol with a real site. The same seed, profile and folder are the
 * same machines again.
 * @throws Failure simulator-*: before any machine is enrolled; site-root-mismatch, site-unreachable
 */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const { url, seed, profile, count } = options;
  const folder = await openStateFolder(options.stateFolder, { url, seed, profile: profile.name });
  try {
    return await startIn(folder, options);
  } catch (error) {
    folder.close();
    throw error;
  }
  async function startIn(state: StateFolder, given: FleetOptions) {
    const limits = await readLimits();
    const processes = Math.min(count, given.processes ?? countProcesses(count, limits));
    checkLimits({ count, processes }, limits);
    const isLoopback = await isOnLoopback(url);
    planAddresses({ count, host: new URL(url).hostname, isLoopback, limits });
    const { ticket, rootCertificate } = await meetSite(state, given);
    const common = {
      plan: { seed, profile, speed: given.speed ?? 1 },
      url,
      rootCertificate,
      ticket,
      secret: state.identity.secret,
      stateFolder: state.path,
      isLoopback,
      count,
    };
    const ranges = splitFleet(count, processes);
    return superviseAll(
      ranges.map(({ from, to }) => ({ ...common, from, to, memories: memoriesOf(state, from, to) })),
      { ...given, close: state.close },
    );
  }
}

function memoriesOf({ machines }: StateFolder, from: number, to: number) {
  return [...machines].filter(([index]) => index >= from && index < to);
}

async function meetSite(state: StateFolder, { url, count, admit, signal }: FleetOptions) {
  const known = [...state.machines].filter(
    ([index, { machineId }]) => index < count && machineId !== '',
  ).length;
  const isKnown = known >= count && state.identity.rootFingerprint !== '';
  const admission = isKnown
    ? { ticket: null, rootFingerprint: state.identity.rootFingerprint }
    : await admit(count - known);
  const { rootFingerprint } = admission;
  const greeting = await greetSite({ url, rootFingerprint, ...(signal ? { signal } : {}) });
  if (state.identity.rootFingerprint !== rootFingerprint) await state.saveRoot(rootFingerprint);
  return { ticket: admission.ticket, rootCertificate: greeting.rootCertificate };
}

interface Worker {
  readonly child: ChildProcess;
  tally: Tally;
  readonly begun: Promise<void>;
  readonly ended: Promise<string>;
}

type Supervision = Pick<FleetOptions, 'onTally'> & { readonly close: () => void };

function superviseAll(all: readonly WorkerSettings[], { onTally, close }: Supervision): Fleet {
  let stopping: Promise<Tally> | undefined;
  const tally = () => sumOf(workers.map((worker) => worker.tally));
  const workers = all.map((settings) => startWorker(settings, () => onTally?.(tally())));
  const endWithUs = () => {
    for (const { child } of workers) child.kill('SIGKILL');
  };
  process.once('exit', endWithUs);
  const broken = Promise.race(
    workers.map(async ({ ended }) => {
      const how = await ended;
      // One that was asked to end is not broken: this promise then stays open.
      if (stopping) return new Promise<never>(() => {});
      throw new Failure('simulator-process-ended', { how });
    }),
  );
  broken.catch(() => {});
  const stop = async () => {
    await Promise.all(workers.map(stopWorker));
    process.off('exit', endWithUs);
    close();
    return tally();
  };
  return {
    tally,
    processes: workers.map(({ child }) => child.pid ?? 0),
    broken,
    begun: () => Promise.race([Promise.all(workers.map(({ begun }) => begun)).then(() => {}), broken]),
    stop() {
      stopping ??= stop();
      return stopping;
    },
  };
}

/**
 * What thousands of machines do at once is soon over, but not as soon as the usual room for it is full: then most of it
 * is copied, and kept, for nothing.
 */
const roomForTheYoung = '--max-semi-space-size=64';

function startWorker(settings: WorkerSettings, onTally: () => void): Worker {
  const child = fork(mainFile(), ['worker'], {
    execArgv: [...process.execArgv.filter((option) => !option.startsWith('--test')), roomForTheYoung],
    env: ownEnvironment(),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  const { promise: begun, resolve } = Promise.withResolvers<void>();
  const worker: Worker = {
    child,
    tally: createTallyBook().read(),
    begun,
    ended: once(child, 'exit').then(([code, signal]) => String(signal ?? code)),
  };
  child.on('message', (message: FromWorker) => {
    if (message.type === 'begun') {
      resolve();
      return;
    }
    worker.tally = message.tally;
    onTally();
  });
  child.send({ type: 'begin', settings } satisfies ToWorker);
  return worker;
}

/** Time for machines to close their lines; then the process is ended all the same. */
const stopWithinMs = 20_000;

async function stopWorker({ child, ended }: Worker): Promise<void> {
  if (child.connected) child.send({ type: 'stop' } satisfies ToWorker, () => {});
  const limit = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
  await ended;
  clearTimeout(limit);
}

/** The simulator's program: in the sources beside this folder, in a bundle the one file that holds us too. */
function mainFile(): string {
  const inSources = join(import.meta.dirname, '..', 'main.ts');
  return existsSync(inSources) ? inSources : import.meta.filename;
}

/** A test runner's own variables would make a child report to it. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  return env;
}
