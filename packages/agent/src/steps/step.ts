import type { DetectionResult, FrozenStep, Reason, StepOutcome } from '@tenkai/domain';
import type { Boundary } from '../boundary.ts';
import type { ContentOnDisk } from '../engine/content.ts';
import type { JournalEvent } from '../engine/journal-entry.ts';
import type { RunMemory } from '../engine/run-memory.ts';
import type { Log } from '../log.ts';
import type { Platform } from '../platform/platform.ts';
import type { RunFolder } from '../run-folder.ts';

/** What a step has to work with. Everything in it is the same after a crash as before. */
export interface StepContext {
  readonly run: { readonly runId: string; readonly attempt: number };
  readonly index: number;
  /** Counts from 1; more where an interrupted step is done again. */
  readonly tries: number;
  /** When the step was first started, epoch milliseconds. */
  readonly startedAt: number;
  /** The machine was restarted since this try began, by whatever reason. */
  readonly hasRestarted: boolean;
  /** Absent until `note` was called, in this life or in one before. */
  readonly noted: { readonly versionBefore: string | null } | undefined;
  readonly memory: RunMemory;
  readonly variables: Readonly<Record<string, string>>;
  readonly platform: Platform;
  /** The run's folder: where service and engine leave word for each other. */
  readonly runFolder: RunFolder;
  /** For people. */
  readonly deploymentName: string;
  /** When the maintenance window of the run closes, and what this step and the later ones may take of it. */
  readonly window: { readonly closesAt: number | null; readonly restMs: number };
  /** Kept over a crash: processes of this step, with their output and exit codes. */
  readonly folder: string;
  /** For the step's files; plain ASCII (BPKG-24). */
  readonly workFolder: string;
  readonly now: () => number;
  /** Aborts when the run is cancelled, and when the engine is to stop; the latter is not an end of the run. */
  readonly signal: AbortSignal;
  readonly isStopping: () => boolean;
  readonly isLast: boolean;
  readonly log: Log;
  readonly boundary: Boundary;
  content(contentId: string): Promise<ContentOnDisk>;
  /** From now on the program may have been started. */
  note(versionBefore: string | null): Promise<void>;
  /** Writes an event of this step into the journal, and tells the server. */
  record(event: JournalEvent): Promise<void>;
  /** Waits until the server has everything that was recorded, but no longer than this. */
  told(limitMs: number): Promise<void>;
  /** Tells the server that we are still there while a step waits, for what, and until when at the most. */
  stillHere(waitsFor?: StepWait): void;
}

/** What a step waits for on the machine; `until` in epoch milliseconds, null: for ever. */
export interface StepWait {
  readonly reason: Reason;
  readonly until: number | null;
}

/** How a step ended, without what the engine knows by itself. */
export interface StepEnd {
  readonly outcome: StepOutcome;
  readonly reason?: Reason;
  readonly exitCode?: number | null;
  readonly logTail?: string;
  readonly versionBefore?: string | null;
  readonly versionAfter?: string | null;
  readonly detection?: DetectionResult[];
  /** The program asked for a restart. */
  readonly wantsRestart?: boolean;
  /** Nothing was changed on the machine. */
  readonly hasNotActed?: boolean;
}

export type StepOf<K extends FrozenStep['kind']> = Extract<FrozenStep, { kind: K }>;
export type StepHandler<K extends FrozenStep['kind']> = (
  context: StepContext,
  step: StepOf<K>,
) => Promise<StepEnd>;

/** Thrown by a step whose program was interrupted and that may be done again from the beginning. */
export class TryAgain extends Error {
  readonly logTail: string;

  constructor(logTail: string) {
    super('the step was interrupted');
    this.name = 'TryAgain';
    this.logTail = logTail;
  }
}

export function succeeded(end: Omit<StepEnd, 'outcome'> = {}): StepEnd {
  return { ...end, outcome: 'succeeded' };
}

export function failed(
  code: string,
  params: Reason['params'] = {},
  end: Omit<StepEnd, 'outcome' | 'reason'> = {},
): StepEnd {
  return { ...end, outcome: 'failed', reason: { code, params } };
}

export function skipped(
  code: string,
  params: Reason['params'] = {},
  end: Omit<StepEnd, 'outcome' | 'reason'> = {},
): StepEnd {
  return { ...end, outcome: 'skipped', reason: { code, params }, hasNotActed: true };
}
