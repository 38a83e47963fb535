import { Reason, UpdatePolicy, UpdateState, Urgency } from '@tenkai/domain';
import type { Static } from 'typebox';
import * as Type from 'typebox';
import { Done, IdParams, Nullable, Page, pageQuery } from './paging.ts';
import { defineRoute } from './route.ts';
import { UpdateWhatIf, UpdateWhatIfQuestion } from './what-if.ts';

export {
  UpdateChange,
  UpdateWhatIf,
  UpdateWhatIfQuestion,
  UpdateWhatIfRow,
} from './what-if.ts';

/** Machines by state (BAUT-27); a package counts those that it concerns. */
export const UpdateCounts = Type.Record(UpdateState, Type.Integer());

export const UpdatePackageRow = Type.Object({
  packageId: Type.String(),
  name: Type.String(),
  version: Type.String(),
  revision: Type.Integer(),
  urgency: Urgency,
  /** From 0; `ringCount - 1` is everybody who is in no ring. */
  openRing: Type.Integer(),
  ringCount: Type.Integer(),
  /** When the next ring begins; epoch milliseconds. */
  nextRingAt: Nullable(Type.Integer()),
  /** Why nobody gets it. */
  held: Nullable(Reason),
  counts: UpdateCounts,
});
export type UpdatePackageRow = Static<typeof UpdatePackageRow>;

export const UpdateMachineRow = Type.Object({
  machineId: Type.String(),
  machineName: Type.String(),
  packageId: Type.String(),
  state: UpdateState,
  reason: Nullable(Reason),
  until: Nullable(Type.Integer()),
  ring: Type.Integer(),
  attempts: Type.Integer(),
  /** How the last failed attempt ended; null after a success. */
  lastError: Nullable(Reason),
  /** The run that is open. */
  runId: Nullable(Type.String()),
  /** For whose sake the last run was: another package where this one was a prerequisite. */
  goalId: Nullable(Type.String()),
});
export type UpdateMachineRow = Static<typeof UpdateMachineRow>;

export const MachineUpdates = Type.Object({
  machineId: Type.String(),
  isOptedOut: Type.Boolean(),
  ring: Type.Integer(),
  /** A restart waits for a maintenance window (BAUT-20). */
  isRestartPending: Type.Boolean(),
  /** An update that is installed waits for a restart of the machine, whether one is planned or was cancelled. */
  isRestartNeeded: Type.Boolean(),
  /** All packages that take part, also those that do not concern it, with the reason. */
  items: Type.Array(UpdateMachineRow),
});
export type MachineUpdates = Static<typeof MachineUpdates>;

/** What would begin or change now, by the function that judges the real thing. */
export const UpdatePreview = Type.Object({
  machineCount: Type.Integer(),
  /** Runs that would begin at once; listed up to a thousand. */
  startCount: Type.Integer(),
  starts: Type.Array(
    Type.Object({
      machineId: Type.String(),
      machineName: Type.String(),
      packageId: Type.String(),
      goalId: Type.String(),
      variant: Type.Union([Type.Literal('plain'), Type.Literal('in-window'), Type.Literal('restart-later')]),
    }),
  ),
  packages: Type.Array(
    Type.Object({
      packageId: Type.String(),
      counts: UpdateCounts,
      /** Most frequent first; at most ten. */
      reasons: Type.Array(Type.Object({ reason: Reason, count: Type.Integer() })),
    }),
  ),
});
export type UpdatePreview = Static<typeof UpdatePreview>;

const id = Type.String({ minLength: 1, maxLength: 64 });
const MachineIds = Type.Array(id, { minItems: 1, maxItems: 10_000 });

export const OptOuts = Type.Object({
  machines: Type.Array(Type.Object({ id: Type.String(), name: Type.String() })),
  collections: Type.Array(Type.Object({ id: Type.String(), name: Type.String() })),
});
export type OptOuts = Static<typeof OptOuts>;

export const updateRoutes = {
  policy: defineRoute({
    method: 'GET',
    path: '/api/v1/updates/policy',
    permission: 'view',
    summary: 'How automatic update works on this site: set time, windows, rings, limits.',
    reply: UpdatePolicy,
  }),
  setPolicy: defineRoute({
    method: 'PATCH',
    path: '/api/v1/updates/policy',
    permission: 'manage-site',
    summary: 'Changes what is named; every machine is judged again.',
    body: Type.Partial(UpdatePolicy),
    reply: UpdatePolicy,
  }),
  packages: defineRoute({
    method: 'GET',
    path: '/api/v1/updates/packages',
    permission: 'view',
    summary: 'Packages that take part in automatic update, with machines by state.',
    reply: Type.Object({ items: Type.Array(UpdatePackageRow) }),
  }),
  machines: defineRoute({
    method: 'GET',
    path: '/api/v1/updates/packages/:id/machines',
    permission: 'view',
    summary: 'Machines that a package concerns, each with state and reason.',
    params: IdParams,
    query: Type.Object({ ...pageQuery, state: Type.Optional(UpdateState) }),
    reply: Page(UpdateMachineRow),
  }),
  ofMachine: defineRoute({
    method: 'GET',
    path: '/api/v1/machines/:id/updates',
    permission: 'view',
    summary: 'Every package of automatic update on one machine, with state and reason.',
    params: IdParams,
    reply: MachineUpdates,
  }),
  preview: defineRoute({
    method: 'POST',
    path: '/api/v1/updates/preview',
    permission: 'view',
    summary: 'What automatic update would do now, also under another policy; nothing is stored.',
    body: Type.Object({ policy: Type.Optional(Type.Partial(UpdatePolicy)) }),
    reply: UpdatePreview,
  }),
  whatIf: defineRoute({
    method: 'POST',
    path: '/api/v1/updates/what-if',
    permission: 'view',
    summary: 'What other settings would change, for which machine and when; nothing is stored.',
    body: UpdateWhatIfQuestion,
    reply: UpdateWhatIf,
  }),
  hold: defineRoute({
    method: 'POST',
    path: '/api/v1/updates/hold',
    permission: 'operate',
    summary: 'Holds a package back: for some machines, or for all.',
    body: Type.Object({
      packageId: id,
      machineIds: Type.Optional(MachineIds),
      note: Type.String({ minLength: 1, maxLength: 255 }),
    }),
    reply: Done,
  }),
  release: defineRoute({
    method: 'POST',
    path: '/api/v1/updates/release',
    permission: 'operate',
    summary: 'Ends holds and counts attempts anew: for some machines, or for a package as a whole.',
    body: Type.Object({ packageId: id, machineIds: Type.Optional(MachineIds) }),
    reply: Done,
  }),
  optOuts: defineRoute({
    method: 'GET',
    path: '/api/v1/updates/opt-outs',
    permission: 'view',
    summary: 'Machines and collections that automatic update never touches.',
    reply: OptOuts,
  }),
  setOptOut: defineRoute({
    method: 'POST',
    path: '/api/v1/updates/opt-outs',
    permission: 'operate',
    summary: 'Excludes machines or collections from automatic update, or lets them in again.',
    body: Type.Object({
      machineIds: Type.Optional(MachineIds),
      collectionIds: Type.Optional(Type.Array(id, { minItems: 1, maxItems: 1000 })),
      isOptedOut: Type.Boolean(),
    }),
    reply: Done,
  }),
};
