import { ChosenMethod, FrozenStep, Reason, RunStatus, StepResult } from '@tenkai/domain';
import type { Static } from 'typebox';
import * as Type from 'typebox';
import { Nullable } from './paging.ts';

/** Live progress of one run: the latest fact, not stored. */
export const RunProgress = Type.Object({
  bytesDone: Type.Integer(),
  bytesTotal: Type.Integer(),
  bytesPerSecond: Type.Number(),
});

/** One machine's row of a deployment. */
export const RunRow = Type.Object({
  id: Type.String(),
  deploymentId: Type.String(),
  deploymentName: Type.String(),
  machineId: Type.String(),
  machineName: Type.String(),
  status: RunStatus,
  attempt: Type.Integer(),
  /** Why it waits, failed or does not apply. */
  reason: Nullable(Reason),
  /** Earliest time at which a waiting run can go on. */
  waitsUntil: Nullable(Type.Integer()),
  stepIndex: Nullable(Type.Integer()),
  stepCount: Type.Integer(),
  stepName: Nullable(Type.String()),
  progress: Nullable(RunProgress),
  startedAt: Nullable(Type.Integer()),
  finishedAt: Nullable(Type.Integer()),
  /** Who asked for a run that is available: a user of the machine, or of the site; null: nobody had to. */
  requestedBy: Nullable(Type.String()),
  /** True until an operator clears it (BSCN-36). */
  isInError: Type.Boolean(),
  /** For the table of versions: of the last package that the run installed. */
  versionBefore: Nullable(Type.String()),
  versionAfter: Nullable(Type.String()),
  verifiedBy: Nullable(Type.String()),
  /** It waits for others of its group; `reason` counts them. */
  isInGroup: Type.Boolean(),
  /** The wave with which it began. */
  wave: Nullable(Type.Object({ id: Type.String(), number: Type.Integer() })),
  /** How its content comes, and why that way; null: not decided yet. */
  delivery: Nullable(Type.Object({ method: ChosenMethod, reason: Reason })),
});
export type RunRow = Static<typeof RunRow>;

export const RunDetail = Type.Object({
  ...RunRow.properties,
  steps: Type.Array(
    Type.Object({ step: FrozenStep, result: Nullable(StepResult), startedAt: Nullable(Type.Integer()) }),
  ),
  /** Steps that the planner left out, with the reason. */
  skipped: Type.Array(Type.Object({ stepId: Type.String(), name: Type.String(), reason: Reason })),
});
export type RunDetail = Static<typeof RunDetail>;
