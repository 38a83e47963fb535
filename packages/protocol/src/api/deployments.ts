import {
  DeploymentDraft,
  FrozenStep,
  MaintenanceWindow,
  Reason,
  RunStatus,
  StepResult,
} from '@tenkai/domain';
import { type Static, Type } from 'typebox';
import { PerMachineResult } from './machines.ts';
import { Done, IdParams, Nullable, Page, pageQuery } from './paging.ts';
import { defineRoute } from './route.ts';

/** Machines by where their run is; what the bar of a deployment is drawn from. */
export const RunCounts = Type.Record(RunStatus, Type.Integer());

export const DeploymentRow = Type.Object({
  id: Type.String(),
  draft: DeploymentDraft,
  name: Type.String(),
  subjectName: Type.String(),
  collectionName: Type.String(),
  status: Type.Union([
    Type.Literal('scheduled'),
    Type.Literal('active'),
    Type.Literal('completed'),
    Type.Literal('cancelled'),
  ]),
  createdAt: Type.Integer(),
  createdBy: Type.String(),
  nextStartAt: Nullable(Type.Integer()),
  startedAt: Nullable(Type.Integer()),
  finishedAt: Nullable(Type.Integer()),
  targetCount: Type.Integer(),
  counts: RunCounts,
});
export type DeploymentRow = Static<typeof DeploymentRow>;

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
  /** True until an operator clears it (BSCN-36). */
  isInError: Type.Boolean(),
  /** For the table of versions: of the last package that the run installed. */
  versionBefore: Nullable(Type.String()),
  versionAfter: Nullable(Type.String()),
  verifiedBy: Nullable(Type.String()),
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

/** What will happen, before it happens: from the function that plans the real thing. */
export const DeploymentPreview = Type.Object({
  machines: Type.Array(
    Type.Object({
      machineId: Type.String(),
      machineName: Type.String(),
      isApplicable: Type.Boolean(),
      reasons: Type.Array(Reason),
      bytes: Type.Integer(),
      restarts: Type.Integer(),
      /** Epoch milliseconds; null: never (no window fits) or not known. */
      earliestStartAt: Nullable(Type.Integer()),
      isOnline: Type.Boolean(),
    }),
  ),
  targetCount: Type.Integer(),
  applicableCount: Type.Integer(),
  totalBytes: Type.Integer(),
  totalRestarts: Type.Integer(),
  warnings: Type.Array(Reason),
  /** True: there are more machines than listed; counts are of all. */
  isTruncated: Type.Boolean(),
});
export type DeploymentPreview = Static<typeof DeploymentPreview>;

const RunIds = Type.Object({
  runIds: Type.Array(Type.String({ maxLength: 64 }), { minItems: 1, maxItems: 10_000 }),
});

export const deploymentRoutes = {
  list: defineRoute({
    method: 'GET',
    path: '/api/v1/deployments',
    permission: 'view',
    summary: 'Deployments, newest first.',
    query: Type.Object({ ...pageQuery, status: Type.Optional(Type.String({ maxLength: 16 })) }),
    reply: Page(DeploymentRow),
  }),
  get: defineRoute({
    method: 'GET',
    path: '/api/v1/deployments/:id',
    permission: 'view',
    summary: 'One deployment with its counts.',
    params: IdParams,
    reply: DeploymentRow,
  }),
  preview: defineRoute({
    method: 'POST',
    path: '/api/v1/deployments/preview',
    permission: 'view',
    summary: 'Which machines, why not the others, bytes, restarts.',
    body: DeploymentDraft,
    reply: DeploymentPreview,
  }),
  create: defineRoute({
    method: 'POST',
    path: '/api/v1/deployments',
    permission: 'operate',
    summary: 'Makes a deployment, which starts by its schedule.',
    body: DeploymentDraft,
    reply: DeploymentRow,
  }),
  cancel: defineRoute({
    method: 'POST',
    path: '/api/v1/deployments/:id/cancel',
    permission: 'operate',
    summary: 'Stops a deployment: waiting runs end at once, running ones are told to.',
    params: IdParams,
    reply: Done,
  }),
  runs: defineRoute({
    method: 'GET',
    path: '/api/v1/deployments/:id/runs',
    permission: 'view',
    summary: 'Runs of a deployment, a page at a time.',
    params: IdParams,
    query: Type.Object({
      ...pageQuery,
      status: Type.Optional(RunStatus),
      search: Type.Optional(Type.String({ maxLength: 255 })),
    }),
    reply: Page(RunRow),
  }),
  run: defineRoute({
    method: 'GET',
    path: '/api/v1/runs/:id',
    permission: 'view',
    summary: 'One run with every step and its result.',
    params: IdParams,
    reply: RunDetail,
  }),
  machineRuns: defineRoute({
    method: 'GET',
    path: '/api/v1/machines/:id/runs',
    permission: 'view',
    summary: 'Runs of one machine, newest first.',
    params: IdParams,
    query: Type.Object(pageQuery),
    reply: Page(RunRow),
  }),
  cancelRuns: defineRoute({
    method: 'POST',
    path: '/api/v1/runs/cancel',
    permission: 'operate',
    summary: 'Cancels runs one by one.',
    body: RunIds,
    reply: PerMachineResult,
  }),
  retryRuns: defineRoute({
    method: 'POST',
    path: '/api/v1/runs/retry',
    permission: 'operate',
    summary: 'Clears the error and runs again, as a new attempt of the same run.',
    body: RunIds,
    reply: PerMachineResult,
  }),
  requestRuns: defineRoute({
    method: 'POST',
    path: '/api/v1/runs/request',
    permission: 'operate',
    summary: 'Starts runs of an available deployment, as the user of the machine would.',
    body: RunIds,
    reply: PerMachineResult,
  }),
};

/** Maintenance windows belong to a collection. */
export const WindowRow = Type.Object({ collectionId: Type.String(), window: MaintenanceWindow });

export const windowRoutes = {
  list: defineRoute({
    method: 'GET',
    path: '/api/v1/collections/:id/windows',
    permission: 'view',
    summary: 'Maintenance windows of a collection.',
    params: IdParams,
    reply: Type.Object({ items: Type.Array(MaintenanceWindow) }),
  }),
  replace: defineRoute({
    method: 'PUT',
    path: '/api/v1/collections/:id/windows',
    permission: 'manage-collections',
    summary:
      'Replaces the maintenance windows of a collection; none: its members may be changed at any time.',
    params: IdParams,
    body: Type.Object({ windows: Type.Array(MaintenanceWindow, { maxItems: 50 }) }),
    reply: Done,
  }),
};
