import { DeploymentDraft, Reason, UpdatePolicy, UpdateState } from '@tenkai/domain';
import type { Static } from 'typebox';
import * as Type from 'typebox';
import { Nullable, Page, pageQuery } from './paging.ts';

/** What may be asked of a list that was just computed. Answers are kept for a minute. */
const listQuery = {
  ...pageQuery,
  /** `askedAt` of an earlier answer to the same question: its list goes on, as long as it is kept. */
  asOf: Type.Optional(Type.Integer()),
  /** Words of the machine's name. */
  search: Type.Optional(Type.String({ maxLength: 255 })),
  /** Only machines with a reason of this code. */
  reason: Type.Optional(Type.String({ maxLength: 64 })),
  /** And with exactly these parameters of it. */
  reasonParams: Type.Optional(Reason.properties.params),
};

/** Where bytes go, most first, at most two hundred; null: machines that have told no address. */
const subnets = Type.Array(
  Type.Object({
    subnet: Nullable(Type.String()),
    machineCount: Type.Integer(),
    bytes: Type.Integer(),
    /** That cross the subnet's line: once where one of its machines fetches for the others. */
    lineBytes: Type.Integer(),
  }),
);

/** `waits`: for an event that nobody can date. `never`: no maintenance window will ever hold it. */
export const ForecastOutcome = Type.Union([
  Type.Literal('starts'),
  Type.Literal('waits'),
  Type.Literal('never'),
  Type.Literal('not-applicable'),
]);

export const DeploymentWhatIfRow = Type.Object({
  machineId: Type.String(),
  machineName: Type.String(),
  outcome: ForecastOutcome,
  reasons: Type.Array(Reason),
  /** Where every run before it ends at once; epoch milliseconds. */
  startsAt: Nullable(Type.Integer()),
  /** Where every run before it takes its longest; null: later than is looked ahead, or never. */
  latestStartAt: Nullable(Type.Integer()),
  wave: Nullable(Type.Integer()),
  bytes: Type.Integer(),
  restarts: Type.Integer(),
  isOnline: Type.Boolean(),
});
export type DeploymentWhatIfRow = Static<typeof DeploymentWhatIfRow>;

/** Who gets what and when, who does not and why: by the rules that release the real runs. */
export const DeploymentWhatIf = Type.Object({
  askedAt: Type.Integer(),
  /** When the schedule starts it. */
  startsAt: Type.Integer(),
  targetCount: Type.Integer(),
  counts: Type.Record(ForecastOutcome, Type.Integer()),
  /** Machines by what keeps or delays them, most frequent first; at most fifty. */
  reasons: Type.Array(Type.Object({ outcome: ForecastOutcome, reason: Reason, count: Type.Integer() })),
  /** At most two hundred. */
  waves: Type.Array(
    Type.Object({
      number: Type.Integer(),
      cause: Type.String(),
      startsAt: Type.Integer(),
      machineCount: Type.Integer(),
    }),
  ),
  waveCount: Type.Integer(),
  /** Bytes that leave the source that machines ask first; null: content that is nowhere yet. */
  sources: Type.Array(
    Type.Object({ source: Nullable(Type.String()), machineCount: Type.Integer(), bytes: Type.Integer() }),
  ),
  /** Bytes by the subnet of the machine. */
  subnets,
  /** Also of those that are not listed. */
  subnetCount: Type.Integer(),
  /** Of the machines that start or wait. */
  totalBytes: Type.Integer(),
  totalRestarts: Type.Integer(),
  /** When the last of those that start does so. */
  lastStartsAt: Nullable(Type.Integer()),
  latestStartAt: Nullable(Type.Integer()),
  warnings: Type.Array(Reason),
  machines: Page(DeploymentWhatIfRow),
});
export type DeploymentWhatIf = Static<typeof DeploymentWhatIf>;

export const DeploymentWhatIfQuestion = Type.Object({
  draft: DeploymentDraft,
  outcome: Type.Optional(ForecastOutcome),
  ...listQuery,
});
export type DeploymentWhatIfQuestion = Static<typeof DeploymentWhatIfQuestion>;

/** One package on one machine; `startsAt` null: not now, or not to be dated. */
const UpdateExpectation = Type.Object({
  state: UpdateState,
  reason: Nullable(Reason),
  startsAt: Nullable(Type.Integer()),
  ring: Type.Integer(),
});

/** `gains`: gets a date; `loses`: has none any more. */
export const UpdateChange = Type.Union([
  Type.Literal('gains'),
  Type.Literal('loses'),
  Type.Literal('sooner'),
  Type.Literal('later'),
  Type.Literal('otherwise'),
  Type.Literal('same'),
]);

export const UpdateWhatIfRow = Type.Object({
  machineId: Type.String(),
  machineName: Type.String(),
  packageId: Type.String(),
  change: UpdateChange,
  present: UpdateExpectation,
  proposed: UpdateExpectation,
});
export type UpdateWhatIfRow = Static<typeof UpdateWhatIfRow>;

/** What other settings of automatic update would change, for which machine. */
export const UpdateWhatIf = Type.Object({
  askedAt: Type.Integer(),
  machineCount: Type.Integer(),
  /** Pairs of machine and package by what changes for them. */
  counts: Type.Record(UpdateChange, Type.Integer()),
  /** Why they would wait under the proposed settings, most frequent first; at most fifty. */
  reasons: Type.Array(Type.Object({ change: UpdateChange, reason: Reason, count: Type.Integer() })),
  /** Bytes that would be delivered under the proposed settings to machines with a date. */
  totalBytes: Type.Integer(),
  /** Restarts that their packages ask for. */
  totalRestarts: Type.Integer(),
  subnets,
  subnetCount: Type.Integer(),
  /** Those that change, unless another change is asked for. */
  pairs: Page(UpdateWhatIfRow),
});
export type UpdateWhatIf = Static<typeof UpdateWhatIf>;

export const UpdateWhatIfQuestion = Type.Object({
  policy: Type.Partial(UpdatePolicy),
  change: Type.Optional(UpdateChange),
  packageId: Type.Optional(Type.String({ maxLength: 64 })),
  ...listQuery,
});
export type UpdateWhatIfQuestion = Static<typeof UpdateWhatIfQuestion>;
