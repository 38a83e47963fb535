import type { Log } from '../../kernel/log.ts';
import { createPace } from '../../kernel/pace.ts';

/**
 * Everything that may change what automatic update says of a machine meets here, one piece of work at a time, so that
 * a machine gets one order at once. Nothing here must survive a crash: after a start every machine is judged.
 */
export interface UpdateLane {
  machine(machineId: string): void;
  machines(machineIds: readonly string[]): void;
  /** A run ended: what it showed is noted before its machine is judged. */
  ended(runId: string): void;
  /** Numbers of the package changed: its rings are looked at. */
  counted(packageId: string): void;
  idle(): Promise<void>;
  stop(): Promise<void>;
}

export interface LaneWork {
  readonly machineIds: readonly string[];
  readonly runIds: readonly string[];
  readonly packageIds: readonly string[];
}

const batchSize = 200;
/** The questions of a round are the same for one machine and for two hundred. */
const roundEveryMs = 100;
const countAtLeastEveryMs = 1000;

export function createUpdateLane(log: Log, work: (work: LaneWork) => Promise<void>): UpdateLane {
  const waiting = { machines: new Set<string>(), runs: new Set<string>(), packages: new Set<string>() };
  let running: Promise<void> | undefined;
  let isStopped = false;
  const pace = createPace(roundEveryMs);
  let countedAt = 0;
  const isEmpty = () => Object.values(waiting).every((set) => set.size === 0);
  const isSmall = () => waiting.machines.size < batchSize && waiting.runs.size < batchSize;
  const drain = async () => {
    while (!isStopped && !isEmpty()) {
      if (isSmall()) await pace.turn();
      else await new Promise(setImmediate);
      const runIds = takeSome(waiting.runs);
      const machineIds = takeSome(waiting.machines);
      // Rings are counted when the machines are done, once for a thousand changes; but a roll-out must not keep the count
      // of its own failures waiting.
      const isDone = waiting.machines.size === 0 && runIds.length === 0;
      const isLate = performance.now() - countedAt > countAtLeastEveryMs;
      const packageIds = isDone || isLate ? takeSome(waiting.packages) : [];
      if (packageIds.length > 0) countedAt = performance.now();
      await work({ runIds, machineIds, packageIds }).catch((error: unknown) =>
        log.error({ err: error }, 'judging updates failed'),
      );
    }
    running = undefined;
  };
  const add = (set: Set<string>, ids: readonly string[]) => {
    for (const id of ids) set.add(id);
    if (!isStopped && !isEmpty()) running ??= drain();
  };
  return {
    machine: (id) => add(waiting.machines, [id]),
    machines: (ids) => add(waiting.machines, ids),
    ended: (id) => add(waiting.runs, [id]),
    counted: (id) => add(waiting.packages, [id]),
    async idle() {
      while (running) {
        pace.hurry(running);
        await running;
      }
    },
    async stop() {
      isStopped = true;
      if (running) pace.hurry(running);
      await running;
    },
  };
}

function takeSome(set: Set<string>): string[] {
  const taken = [...set].slice(0, batchSize);
  for (const id of taken) set.delete(id);
  return taken;
}
