import type { After } from '@tenkai/protocol/agent/link/index.ts';
import type { RunOrder } from '@tenkai/protocol/agent/orders.ts';
import type { ProgressBatch, Report, RunReport } from '@tenkai/protocol/agent/reports.ts';
import type { InstalledSet } from './detect.ts';
import type { Act } from './run-script.ts';

export interface Stage {
  readonly after: After;
  readonly now: () => number;
  readonly put: (report: Report) => void;
  readonly onProgress: (batch: ProgressBatch) => void;
  readonly onReceived: (bytes: number) => void;
  readonly onInstalled: (installed: InstalledSet) => void;
  /** The run waits for the next start of the machine. */
  readonly onStaged: () => void;
  /** Takes the machine down and up again. */
  readonly onPower: (to: 'restarting' | 'shutting-down', ms: number) => Promise<void>;
  /** The machine restarts under the run, which goes on when it is up again. */
  readonly onCrash: (ms: number) => Promise<void>;
  /** Told once; null: it succeeded as far as the machine knows. */
  readonly onEnd: (end: RunEnd) => void;
}

export type RunEnd =
  | { readonly kind: 'succeeded' | 'cancelled' }
  | { readonly kind: 'failed'; readonly code: string };

/** A run on a simulated machine, being played. */
export interface Play {
  readonly order: RunOrder;
  cancel(): void;
  /** The machine lost its power: the act in hand is begun again afterwards. */
  interrupt(): void;
  /** After a start of the machine that the run did not ask for. */
  goOn(): void;
  /** The machine has started anew, and a staged run has its turn. */
  apply(): void;
}

export function playRun(stage: Stage, order: RunOrder, acts: readonly Act[]): Play {
  let place = 0;
  let openStep: number | null = null;
  let isPlaying = true;
  let isOver = false;
  let cancelWait: (() => void) | undefined;
  const { runId, attempt } = order;

  const tellRun = (facts: Pick<RunReport, 'event'> & Partial<RunReport>) =>
    stage.put({ runId, attempt, at: stage.now(), phase: 'installed-system', ...facts, kind: 'run' });
  const end = (how: RunEnd) => {
    isOver = true;
    stage.onEnd(how);
  };
  const step = () => {
    cancelWait = undefined;
    while (isPlaying && !isOver) {
      const act = acts[place];
      if (!act) return;
      if (act.kind === 'wait') {
        if (act.ms > 0) {
          cancelWait = stage.after(act.ms, () => {
            place += 1;
            step();
          });
          return;
        }
      } else if (act.kind === 'power' || act.kind === 'crash') {
        isPlaying = false;
        place += 1;
        const isUp = act.kind === 'power' ? stage.onPower(act.to, act.ms) : stage.onCrash(act.ms);
        void isUp.then(() => {
          if (isOver) return;
          isPlaying = true;
          step();
        });
        return;
      } else if (act.kind === 'await-boot') {
        isPlaying = false;
        stage.onStaged();
      } else tell(act);
      place += 1;
    }
  };
  const tell = (act: Exclude<Act, { kind: 'wait' | 'power' | 'crash' | 'await-boot' }>) => {
    const at = stage.now();
    switch (act.kind) {
      case 'run': {
        const { kind: _, ...facts } = act;
        tellRun(facts);
        if (act.event === 'finished') finished(act);
        return;
      }
      case 'step-started':
        openStep = act.index;
        stage.put({ kind: 'step-started', runId, attempt, at, index: act.index });
        return;
      case 'step-finished': {
        openStep = null;
        const result = { ...act.result, startedAt: Math.round(at - act.tookMs), finishedAt: at };
        stage.put({ kind: 'step-finished', runId, attempt, at, result });
        return;
      }
      case 'progress': {
        const { bytesDone, bytesTotal, bytesPerSecond } = act;
        stage.onProgress({
          runs: [{ runId, attempt, index: null, bytesDone, bytesTotal, bytesPerSecond }],
        });
        return;
      }
      case 'received':
        stage.onReceived(act.bytes);
        return;
      case 'installed':
        stage.onInstalled(act.installed);
    }
  };
  const finished = ({ succeeded, reason }: Extract<Act, { kind: 'run' }>) => {
    // Switching off at the end is still to come, and belongs to no run any more.
    stage.onEnd(succeeded ? { kind: 'succeeded' } : { kind: 'failed', code: reason?.code ?? 'step-failed' });
    if (place === acts.length - 1) isOver = true;
  };

  // The caller must know the play before it hears of its end.
  queueMicrotask(step);
  return {
    order,
    cancel() {
      if (isOver) return;
      cancelWait?.();
      const at = stage.now();
      if (openStep !== null)
        stage.put({ kind: 'step-finished', runId, attempt, at, result: cancelledStep(openStep, at) });
      tellRun({ event: 'cancelled' });
      end({ kind: 'cancelled' });
    },
    interrupt() {
      isPlaying = false;
      cancelWait?.();
    },
    goOn() {
      if (isPlaying || isOver) return;
      isPlaying = true;
      tellRun({ event: 'resumed' });
      step();
    },
    apply() {
      if (isPlaying || isOver) return;
      isPlaying = true;
      step();
    },
  };
}

function cancelledStep(index: number, at: number) {
  return {
    index,
    outcome: 'cancelled' as const,
    reason: { code: 'cancelled', params: {} },
    exitCode: null,
    logTail: '',
    versionBefore: null,
    versionAfter: null,
    detection: [],
    startedAt: at,
    finishedAt: at,
  };
}
