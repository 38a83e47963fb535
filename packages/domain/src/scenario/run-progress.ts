import type { Static } from 'typebox';
import * as Type from 'typebox';
import { DetectionResult } from '../software/detection.ts';
import { Reason } from './frozen-step.ts';

/** How one step ended on one machine. */
export const StepOutcome = Type.Union([
  Type.Literal('succeeded'),
  Type.Literal('failed'),
  Type.Literal('skipped'),
  Type.Literal('cancelled'),
]);
export type StepOutcome = Static<typeof StepOutcome>;

/** The one result of one step. */
export const StepResult = Type.Object({
  index: Type.Integer({ minimum: 0 }),
  outcome: StepOutcome,
  /** Why it failed or was skipped; null for a plain success. */
  reason: Type.Union([Reason, Type.Null()]),
  exitCode: Type.Union([Type.Integer(), Type.Null()]),
  /** Last lines of what the program printed. */
  logTail: Type.String({ maxLength: 8192 }),
  /** Version found before and after, for `install-package`. */
  versionBefore: Type.Union([Type.String({ maxLength: 256 }), Type.Null()]),
  versionAfter: Type.Union([Type.String({ maxLength: 256 }), Type.Null()]),
  /** Detection after the step (law 8); empty for kinds without detection. */
  detection: Type.Array(DetectionResult),
  startedAt: Type.Integer(),
  finishedAt: Type.Integer(),
});
export type StepResult = Static<typeof StepResult>;

/** Where a run is (design, section 5). */
export const RunStatus = Type.Union([
  Type.Literal('planned'),
  Type.Literal('waiting'),
  Type.Literal('delivering'),
  Type.Literal('executing'),
  Type.Literal('restarting'),
  Type.Literal('verifying'),
  Type.Literal('succeeded'),
  Type.Literal('failed'),
  Type.Literal('not-applicable'),
  Type.Literal('cancelled'),
]);
export type RunStatus = Static<typeof RunStatus>;

export const finalStatuses: ReadonlySet<RunStatus> = new Set([
  'succeeded',
  'failed',
  'not-applicable',
  'cancelled',
]);

/** True when nothing more will happen to the run unless somebody acts. */
export function isFinal(status: RunStatus): boolean {
  return finalStatuses.has(status);
}
