import type { Log } from '../../../kernel/log.ts';
import { createPace } from '../../../kernel/pace.ts';

/**
 * Where everything that may let a run go on comes together. One evaluation at a time, so that slots are counted
 * once; what comes meanwhile is done after it. Nothing here must survive a crash: the runs' own rows say what
 * waits, and `sweep` looks at all of them.
 */
export interface ReleaseLane {
  /** There are runs that nobody has looked at yet. */
  fresh(): void;
  /** The machine came, went, ended a run or sent its inventory. */
  machine(machineId: string): void;
  /** A slot is free, or the limit changed. */
  slots(): void;
  /** Machines may keep more for their next start, or less. */
  pending(): void;
  /** Maintenance windows changed. */
  windows(): void;
  /** Who waits in the group of the deployment, or the settings of it, changed. */
  group(deploymentId: string): void;
  /** A run of the deployment ended: perhaps it was the last one. */
  finished(deploymentId: string): void;
  /** The clock was put back by so much, or nobody knows by how much (0): what waits for a time may wait for a wrong one. */
  turnedBack(byMs: number): void;
  /** Looks at what has become due, and at everything once after a start. */
  sweep(): void;
  /** Resolves when nothing is left to do at this moment. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

export interface LaneWork {
  readonly fresh: boolean;
  readonly due: boolean;
  readonly slots: boolean;
  readonly pending: boolean;
  readonly windows: boolean;
  /** Milliseconds; null: it was not put back. */
  readonly turnedBack: number | null;
  /** Who waits for its machine waits for a time, too. */
  readonly machineGate: boolean;
  /** Deadlines were brought back: a round that is repeated must not do it again. */
  readonly broughtBack: () => void;
  readonly machineIds: readonly string[];
  readonly finishedIds: readonly string[];
  /** Deployments. */
  readonly groupIds: readonly string[];
}

/** Each round begins with the same questions, however many machines it is about; a thousand may report in a second. */
const roundEveryMs = 20;
/** A round that fails so often fails for a reason that stays; what it was about is let go, so that others go on. */
const mostFailures = 5;
const longestRestMs = 2000;

export function createReleaseLane(log: Log, evaluate: (work: LaneWork) => Promise<void>): ReleaseLane {
  let waiting = emptyWork();
  let running: Promise<void> | undefined;
  let isStopped = false;
  const pace = createPace(roundEveryMs);
  let failures = 0;
  const poke = () => {
    if (isStopped) return;
    running ??= drain();
  };
  const drain = async () => {
    while (!isStopped && hasWork(waiting)) {
      await pace.turn();
      if (isStopped) break;
      const work = waiting;
      waiting = emptyWork();
      const input = {
        ...work,
        machineIds: [...work.machines],
        finishedIds: [...work.deployments],
        groupIds: [...work.groups],
        broughtBack() {
          work.turnedBack = 0;
        },
      };
      try {
        await evaluate(input);
        failures = 0;
      } catch (error) {
        failures += 1;
        log.error({ err: error, failures }, 'releasing runs failed');
        // What it was about must not be forgotten: nobody may ever name it again.
        if (failures <= mostFailures) waiting = joined(work, waiting);
        await tryAgain(failures);
      }
    }
    running = undefined;
  };
  return {
    fresh() {
      waiting.fresh = true;
      poke();
    },
    slots() {
      waiting.slots = true;
      poke();
    },
    pending() {
      waiting.pending = true;
      poke();
    },
    windows() {
      waiting.windows = true;
      poke();
    },
    turnedBack(byMs) {
      waiting.windows = true;
      waiting.turnedBack = (waiting.turnedBack ?? 0) + byMs;
      waiting.machineGate ||= byMs > 0;
      poke();
    },
    sweep() {
      waiting.due = true;
      poke();
    },
    machine(machineId) {
      waiting.machines.add(machineId);
      poke();
    },
    finished(deploymentId) {
      waiting.deployments.add(deploymentId);
      poke();
    },
    group(deploymentId) {
      waiting.groups.add(deploymentId);
      poke();
    },
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

type Work = ReturnType<typeof emptyWork>;

function emptyWork() {
  return {
    fresh: false,
    due: false,
    slots: false,
    pending: false,
    windows: false,
    turnedBack: null as number | null,
    machineGate: false,
    machines: new Set<string>(),
    deployments: new Set<string>(),
    groups: new Set<string>(),
  };
}

function joined(first: Work, second: Work): Work {
  return {
    fresh: first.fresh || second.fresh,
    due: first.due || second.due,
    slots: first.slots || second.slots,
    pending: first.pending || second.pending,
    windows: first.windows || second.windows,
    turnedBack: sumOf(first.turnedBack, second.turnedBack),
    machineGate: first.machineGate || second.machineGate,
    machines: new Set([...first.machines, ...second.machines]),
    deployments: new Set([...first.deployments, ...second.deployments]),
    groups: new Set([...first.groups, ...second.groups]),
  };
}

function tryAgain(failures: number): Promise<void> {
  const restMs = Math.min(longestRestMs, 50 * 2 ** failures);
  return new Promise((resolve) => setTimeout(resolve, restMs).unref());
}

function hasWork(work: Work): boolean {
  return (
    work.fresh ||
    work.due ||
    work.slots ||
    work.pending ||
    work.windows ||
    work.machines.size > 0 ||
    work.deployments.size > 0 ||
    work.groups.size > 0
  );
}

function sumOf(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : a + b;
}
