import { statSync } from 'node:fs';
import { join } from 'node:path';
import { createWakeUp } from '@tenkai/protocol/agent/link/wake-up.ts';
import { holdersOf } from '../lock.ts';
import type { Log } from '../log.ts';
import type { RunFolder } from '../run-folder.ts';
import { runTurns } from '../run-turns.ts';
import { type LaunchDeps, launchEngine } from './launch-engine.ts';

export interface SuperviseDeps extends LaunchDeps {
  readonly log: Log;
  readonly stop: AbortSignal;
  /** A run was closed: the machine may have changed. */
  readonly onClosed: () => void;
}

const lookEveryMs = 1000;
const idleEveryMs = 30_000;
const longestBackOffMs = 5 * 60_000;

/**
 * Sees to it that the run whose turn it is has a living engine, one at a time: after an order, after a restart of the
 * machine, and after an engine that was killed. An engine that dies without getting further is started less and
 * less often.
 */
export function createSupervisor(deps: SuperviseDeps) {
  const wakeUp = createWakeUp();
  const last = { run: '', bytes: -1, failures: 0, notBefore: 0 };

  const activeRuns = () => runTurns(deps.data, deps.platform.bootId()).active;

  const look = async (): Promise<number> => {
    const [next] = activeRuns();
    if (last.run !== '' && next?.name !== last.run) {
      last.run = '';
      deps.onClosed();
    }
    if (!next) return idleEveryMs;
    if (isEngineAlive(deps) || performance.now() < last.notBefore) return lookEveryMs;
    const bytes = journalBytes(next);
    const isStuck = last.run === next.name && last.bytes === bytes;
    const failures = isStuck ? last.failures + 1 : 0;
    const pauseMs = Math.min(longestBackOffMs, 3000 * 2 ** failures);
    Object.assign(last, { run: next.name, bytes, failures, notBefore: performance.now() + pauseMs });
    deps.log.info({ run: next.name, failures }, 'an engine is started');
    await launchEngine(deps, next.name);
    return lookEveryMs;
  };

  return {
    /** There may be a run to do. */
    poke() {
      last.notBefore = last.failures === 0 ? 0 : last.notBefore;
      wakeUp.poke();
    },
    /** What waits for the next start of the machine keeps nobody from starting it. */
    isRunning: () => activeRuns().length > 0,
    async run(): Promise<void> {
      while (!deps.stop.aborted) {
        const waitMs = await look().catch((error: unknown) => {
          deps.log.error({ err: error }, 'an engine could not be started');
          return idleEveryMs;
        });
        await wakeUp.wait(waitMs, deps.stop);
      }
    },
  };
}
export type Supervisor = ReturnType<typeof createSupervisor>;

export function isEngineAlive({ data, platform }: Pick<LaunchDeps, 'data' | 'platform'>): boolean {
  return holdersOf({ processes: platform.processes, folder: join(data.locks, 'engine') }).length > 0;
}

function journalBytes({ journal }: RunFolder): number {
  try {
    return statSync(journal).size;
  } catch {
    return 0;
  }
}
