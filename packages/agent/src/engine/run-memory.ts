import type { StepOutcome, StepResult } from '@tenkai/domain';
import type { JournalEntry, JournalEvent } from './journal-entry.ts';

/** A step that was started and has no result yet. */
export interface OpenStep {
  readonly index: number;
  readonly startedAt: number;
  /** The boot in which it was last started. */
  readonly bootId: string;
  readonly tries: number;
  /** Absent until it was looked at; from then on its program may have been started. */
  readonly noted?: { readonly versionBefore: string | null };
  /** How its restart was put off, oldest first. */
  readonly postponements?: readonly Postponement[];
  /** The command to restart or shut down may have been given in this boot. */
  readonly powerBootId?: string;
}

export type Postponement = Pick<
  Extract<JournalEvent, { event: 'restart-postponed' }>,
  'until' | 'user' | 'wish'
>;

/** All that a run knows of itself, and all of it from the journal: the same after a crash as without one. */
export interface RunMemory {
  readonly isDelivered: boolean;
  /** The boot in which it was staged. */
  readonly stagedBootId: string | null;
  readonly isExecuting: boolean;
  readonly results: ReadonlyMap<number, StepResult>;
  readonly open: OpenStep | null;
  /** A program asked for a restart, and there was none since. */
  readonly wantsRestart: boolean;
  /** Something ran since the last restart of this run. */
  readonly hasActedSinceRestart: boolean;
  /** Outcome of the step just before. */
  readonly outcomeBefore: StepOutcome | null;
  /** Outcome of the last step that was not skipped: what the scenario's own conditions ask for. */
  readonly previousOutcome: StepOutcome | null;
  readonly end: Extract<JournalEntry, { event: 'finished' | 'cancelled' | 'refused' }> | null;
  /** The boot that was to end after the delivery; after the run. */
  readonly stagedPowerOffBootId: string | null;
  readonly powerOffBootId: string | null;
}

const nothingYet: RunMemory = {
  isDelivered: false,
  stagedBootId: null,
  isExecuting: false,
  results: new Map(),
  open: null,
  wantsRestart: false,
  hasActedSinceRestart: true,
  outcomeBefore: null,
  previousOutcome: null,
  end: null,
  stagedPowerOffBootId: null,
  powerOffBootId: null,
};

/** Pure: what a journal says. */
export function remember(entries: readonly JournalEntry[]): RunMemory {
  return entries.reduce(next, nothingYet);
}

function next(memory: RunMemory, entry: JournalEntry): RunMemory {
  switch (entry.event) {
    case 'delivered':
      return { ...memory, isDelivered: true };
    case 'staged':
      return { ...memory, stagedBootId: entry.bootId };
    case 'executing':
      return { ...memory, isExecuting: true };
    case 'step-started':
      return { ...memory, open: started(memory.open, entry) };
    case 'step-noted':
      return {
        ...memory,
        open: memory.open && { ...memory.open, noted: { versionBefore: entry.versionBefore } },
      };
    case 'restart-postponed':
      return { ...memory, open: memory.open && postponed(memory.open, entry) };
    case 'restarting':
    case 'shutting-down':
      return { ...memory, open: memory.open && { ...memory.open, powerBootId: entry.bootId } };
    case 'step-finished':
      return finished(memory, entry);
    case 'finished':
    case 'cancelled':
    case 'refused':
      return { ...memory, end: entry };
    case 'powering-off':
      return memory.end
        ? { ...memory, powerOffBootId: entry.bootId }
        : { ...memory, stagedPowerOffBootId: entry.bootId };
    default:
      return memory;
  }
}

type Started = Extract<JournalEntry, { event: 'step-started' }>;

function started(open: OpenStep | null, entry: Started): OpenStep {
  const isAgain = open?.index === entry.index;
  return {
    ...(isAgain ? open : {}),
    index: entry.index,
    startedAt: isAgain ? open.startedAt : entry.at,
    bootId: entry.bootId,
    tries: entry.tries,
  };
}

function postponed(open: OpenStep, { until, user, wish }: Postponement): OpenStep {
  return { ...open, postponements: [...(open.postponements ?? []), { until, user, wish }] };
}

type Finished = Extract<JournalEvent, { event: 'step-finished' }>;

function finished(memory: RunMemory, { index, result, wantsRestart, hasActed }: Finished): RunMemory {
  const hasRestarted = memory.open?.powerBootId !== undefined && result.outcome === 'succeeded';
  return {
    ...memory,
    results: new Map(memory.results).set(index, result),
    open: null,
    wantsRestart: !hasRestarted && (memory.wantsRestart || wantsRestart),
    hasActedSinceRestart: !hasRestarted && (memory.hasActedSinceRestart || hasActed),
    outcomeBefore: result.outcome,
    previousOutcome: result.outcome === 'skipped' ? memory.previousOutcome : result.outcome,
  };
}
