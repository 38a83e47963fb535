import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { statesBefore } from '@tenkai/domain/push/host-state.ts';
import { watchEnrolling } from './enrolling.ts';
import { type Claim, fail, moveHost, Overtaken, takeNext } from './move.ts';
import type { Deps } from './needs.ts';
import { patiently } from './patiently.ts';
import { pushHost } from './push-host.ts';
import { findPush, type HostRow, listHostsIn } from './pushes.store.ts';

export interface Runner {
  /** Machines of this push may wait to be taken up. */
  wake(pushId: string): void;
  /** Ends what is under way at machines that were cancelled. */
  cut(pushId: string, positions: readonly number[]): void;
  /** Takes up what the last run of the server has left. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

interface Memory {
  readonly workers: Map<string, number>;
  /** Grows with each waking: a worker that found nothing looks again where it has grown meanwhile. */
  readonly wakings: Map<string, number>;
  readonly cutters: Map<string, AbortController>;
  readonly running: Set<Promise<void>>;
  readonly stopping: AbortController;
}

const nameOf = ({ push_id, position }: Pick<Claim, 'push_id' | 'position'>) => `${push_id}/${position}`;

/** Carries out pushes: of each as many machines at a time as it says. What it does is in the rows, never here alone. */
export function createRunner(deps: Deps): Runner {
  const memory: Memory = {
    workers: new Map(),
    wakings: new Map(),
    cutters: new Map(),
    running: new Set(),
    stopping: new AbortController(),
  };
  const enrolling = watchEnrolling(deps);
  const wake = (pushId: string) => {
    memory.wakings.set(pushId, (memory.wakings.get(pushId) ?? 0) + 1);
    const done = addWorkers(deps, memory, pushId, enrolling.wake)
      .catch((error: unknown) => {
        if (!memory.stopping.signal.aborted) deps.log.error({ err: error, pushId }, 'a push does not go on');
      })
      .finally(() => memory.running.delete(done));
    memory.running.add(done);
  };
  return {
    wake,
    cut(pushId, positions) {
      for (const position of positions)
        memory.cutters.get(nameOf({ push_id: pushId, position }))?.abort(new Overtaken());
    },
    async start() {
      await rm(join(deps.dataDir, 'pushes'), { recursive: true, force: true });
      for (const pushId of await takeUpAgain(deps)) wake(pushId);
      enrolling.wake();
    },
    async stop() {
      memory.stopping.abort();
      await Promise.all(memory.running);
      await enrolling.stop();
    },
  };
}

async function addWorkers(deps: Deps, memory: Memory, pushId: string, onHost: () => void): Promise<void> {
  const { signal } = memory.stopping;
  const push = await patiently(deps, signal, () => findPush(deps.db.read, pushId));
  const before = memory.workers.get(pushId) ?? 0;
  const more = Math.max((push?.parallel ?? 0) - before, 0);
  memory.workers.set(pushId, before + more);
  await Promise.all(Array.from({ length: more }, () => work(deps, memory, pushId, onHost)));
}

async function work(deps: Deps, memory: Memory, pushId: string, onHost: () => void): Promise<void> {
  const { signal } = memory.stopping;
  try {
    while (!signal.aborted) {
      const waking = memory.wakings.get(pushId);
      const host = await patiently(deps, signal, () => takeNext(deps, pushId));
      if (host) {
        await doHost(deps, memory, host);
        onHost();
      } else if (memory.wakings.get(pushId) === waking) return;
    }
  } finally {
    memory.workers.set(pushId, (memory.workers.get(pushId) ?? 1) - 1);
  }
}

async function doHost(deps: Deps, { cutters, stopping }: Memory, host: HostRow): Promise<void> {
  const cutter = new AbortController();
  cutters.set(nameOf(host), cutter);
  try {
    await pushHost(deps, host, AbortSignal.any([stopping.signal, cutter.signal]));
  } catch (error) {
    if (stopping.signal.aborted || cutter.signal.aborted || error instanceof Overtaken) return;
    deps.log.error({ err: error, host: host.host }, 'a push to a machine broke off');
    await breakOff(deps, host, error as Error, stopping.signal);
  } finally {
    if (cutters.get(nameOf(host)) === cutter) cutters.delete(nameOf(host));
  }
}

async function breakOff(deps: Deps, host: HostRow, { message }: Error, signal: AbortSignal): Promise<void> {
  const detail = message.replaceAll('\0', '');
  try {
    await patiently(deps, signal, () => fail(deps, host, 'broken', { detail }));
  } catch (error) {
    // Stopped: the next start takes it up again.
    if (!signal.aborted && !(error instanceof Overtaken)) throw error;
  }
}

/** After a start: what needs no secret goes on from the beginning of its attempt, the rest says what it lacks. */
async function takeUpAgain(deps: Deps): Promise<ReadonlySet<string>> {
  const left = await listHostsIn(deps.db.read, statesBefore('resume'));
  const again = new Set<string>();
  for (const host of left) {
    const push = await findPush(deps.db.read, host.push_id);
    const isLost = push?.uses_secret === 1;
    const change = isLost && host.state !== 'enrolling' ? { reason: 'interrupted' as const } : {};
    await deps.db.transaction((tx) => moveHost(deps, tx, host, isLost ? 'lose-secret' : 'resume', change));
    if (!isLost) again.add(host.push_id);
  }
  return again;
}
