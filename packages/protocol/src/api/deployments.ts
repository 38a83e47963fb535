import { DeliverySettings, DeploymentDraft, EffectiveDelivery, Reason, RunStatus } from '@tenkai/domain';
import type { Static } from 'typebox';
import * as Type from 'typebox';
import { PerMachineResult } from './machines.ts';
import { Done, IdParams, Nullable, Page, pageQuery } from './paging.ts';
import { defineRoute } from './route.ts';
import { RunDetail, RunRow } from './runs.ts';
import { DeploymentWhatIf, DeploymentWhatIfQuestion } from './what-if.ts';

export * from './runs.ts';
export {
  DeploymentWhatIf,
  DeploymentWhatIfQuestion,
  DeploymentWhatIfRow,
  ForecastOutcome,
} from './what-if.ts';

/** Machines by where their run is; what the bar of a deployment is drawn from. */
export const RunCounts = Type.Record(RunStatus, Type.Integer());

/** Machines of a deployment that wait for each other (BSCN-17). */
export const WaitingGroup = Type.Object({
  ready: Type.Integer(),
  /** So many start at once; null: only the time counts. */
  wanted: Nullable(Type.Integer()),
  firstReadyAt: Type.Integer(),
  /** When the first of them start at the latest; null: there is no longest wait. */
  startsAt: Nullable(Type.Integer()),
});

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
  /** The part of the site that made it and fills it machine by machine; null: a user made it. */
  owner: Nullable(Type.Literal('updates')),
  nextStartAt: Nullable(Type.Integer()),
  startedAt: Nullable(Type.Integer()),
  finishedAt: Nullable(Type.Integer()),
  targetCount: Type.Integer(),
  counts: RunCounts,
  /** The delivery settings that count, and those that are ignored with the reason (BSCN-12). */
  delivery: EffectiveDelivery,
  /** Null: nobody waits for others. */
  group: Nullable(WaitingGroup),
  /** Its package was upgraded since it was made or last reviewed: is its collection still the right one (DIST-19)? */
  reviews: Type.Array(
    Type.Object({
      packageId: Type.String(),
      fromVersion: Type.String(),
      toVersion: Type.String(),
      since: Type.Integer(),
    }),
  ),
  /** Such as a group that is larger than what the site runs at once (BSCN-14). */
  warnings: Type.Array(Reason),
});
export type DeploymentRow = Static<typeof DeploymentRow>;

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

/** Machines that began together. */
export const WaveRow = Type.Object({
  id: Type.String(),
  number: Type.Integer(),
  cause: Type.Union([
    Type.Literal('full'),
    Type.Literal('waited'),
    Type.Literal('nobody-else'),
    Type.Literal('window'),
    Type.Literal('asked'),
  ]),
  startedAt: Type.Integer(),
  /** Who told it to; null: the site, by the settings. */
  startedBy: Nullable(Type.String()),
  machineCount: Type.Integer(),
});
export type WaveRow = Static<typeof WaveRow>;

const RunIds = Type.Object({
  runIds: Type.Array(Type.String({ maxLength: 64 }), { minItems: 1, maxItems: 10_000 }),
});

export const deploymentRoutes = {
  list: defineRoute({
    method: 'GET',
    path: '/api/v1/deployments',
    permission: 'view',
    summary: 'Deployments, newest first.',
    query: Type.Object({
      ...pageQuery,
      status: Type.Optional(Type.String({ maxLength: 16 })),
      /** Only those whose package was upgraded since somebody looked at their target. */
      needsReview: Type.Optional(Type.Boolean()),
    }),
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
  whatIf: defineRoute({
    method: 'POST',
    path: '/api/v1/deployments/what-if',
    permission: 'view',
    summary: 'Who gets what and when, who does not and why; nothing is stored.',
    body: DeploymentWhatIfQuestion,
    reply: DeploymentWhatIf,
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
    query: Type.Object({
      /** Also one that automatic update made and needs; without it that is refused (DIST-26). */
      override: Type.Optional(Type.Boolean()),
    }),
    reply: Done,
  }),
  reviewed: defineRoute({
    method: 'POST',
    path: '/api/v1/deployments/:id/reviewed',
    permission: 'operate',
    summary: 'Says that the target of a deployment was looked at after an upgrade of its package.',
    params: IdParams,
    reply: DeploymentRow,
  }),
  waves: defineRoute({
    method: 'GET',
    path: '/api/v1/deployments/:id/waves',
    permission: 'view',
    summary: 'The waves in which machines of the latest start of a deployment began.',
    params: IdParams,
    reply: Type.Object({ items: Type.Array(WaveRow) }),
  }),
  startGroup: defineRoute({
    method: 'POST',
    path: '/api/v1/deployments/:id/start-group',
    permission: 'operate',
    summary: 'Starts the machines that wait for others at once; latecomers make the next wave.',
    params: IdParams,
    reply: Type.Object({ waves: Type.Array(WaveRow) }),
  }),
  changeDelivery: defineRoute({
    method: 'PUT',
    path: '/api/v1/deployments/:id/delivery',
    permission: 'operate',
    summary: 'Changes the delivery settings; they count for the next wave.',
    params: IdParams,
    body: DeliverySettings,
    reply: DeploymentRow,
  }),
  goUnicast: defineRoute({
    method: 'POST',
    path: '/api/v1/deployments/:id/go-unicast',
    permission: 'operate',
    summary: 'Every machine that has not begun fetches by itself and waits for no other.',
    params: IdParams,
    reply: DeploymentRow,
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
  leaveGroup: defineRoute({
    method: 'POST',
    path: '/api/v1/runs/leave-group',
    permission: 'operate',
    summary: 'Takes waiting machines out of their group: each starts alone, by unicast.',
    body: RunIds,
    reply: PerMachineResult,
  }),
  runsGoUnicast: defineRoute({
    method: 'POST',
    path: '/api/v1/runs/go-unicast',
    permission: 'operate',
    summary: 'These machines fetch by themselves, now or when they become ready, also in later attempts.',
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
