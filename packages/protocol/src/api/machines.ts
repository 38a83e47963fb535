import {
  type CertificateState,
  certificateStates,
  type InboundState,
  Inventory,
  inboundStates,
  PowerState,
} from '@tenkai/domain';
import { Diagnosis } from '@tenkai/domain/diagnosis/index.ts';
import type { Static } from 'typebox';
import * as Type from 'typebox';
import { Done, IdParams, Nullable, Page, pageQuery } from './paging.ts';
import { defineRoute } from './route.ts';

/** How far a machine is on its way into the site. */
export const EnrollmentStatus = Type.Union([
  Type.Literal('enrolled'),
  Type.Literal('pending'),
  Type.Literal('refused'),
  Type.Literal('quarantined'),
]);
export type EnrollmentStatus = Static<typeof EnrollmentStatus>;

/** What the machine is doing (BCON-08, BSRV-26); power is a column of its own. */
export const MachineActivity = Type.Union([
  Type.Literal('idle'),
  Type.Literal('waiting'),
  /** A scenario or program that somebody deployed. */
  Type.Literal('running'),
  /** A run of automatic update (パッチ適用中). */
  Type.Literal('patching'),
  Type.Literal('error'),
]);
export type MachineActivity = Static<typeof MachineActivity>;

const CertificateStateView = Type.Unsafe<CertificateState>(
  Type.Union(certificateStates.map((state) => Type.Literal(state))),
);

const InboundStateView = Type.Unsafe<InboundState>(
  Type.Union(inboundStates.map((state) => Type.Literal(state))),
);

/** A row of the machine list. */
export const MachineRow = Type.Object({
  id: Type.String(),
  name: Type.String(),
  enrollment: EnrollmentStatus,
  powerState: PowerState,
  isOnline: Type.Boolean(),
  activity: MachineActivity,
  operatingSystem: Type.String(),
  servicePack: Type.String(),
  architecture: Type.String(),
  address: Type.String(),
  agentVersion: Type.String(),
  /** The worst that is wrong with its certificates (IDENT-15). */
  certificates: CertificateStateView,
  /** Whether its firewall lets in what the site sends; its agent reports all the same (BAGT-21). */
  inbound: InboundStateView,
  lastSeenAt: Nullable(Type.Integer()),
  /** Name and final state of the last run (BSRV-25). */
  lastRun: Nullable(
    Type.Object({ deploymentName: Type.String(), status: Type.String(), at: Type.Integer() }),
  ),
});
export type MachineRow = Static<typeof MachineRow>;

export const MachineDetail = Type.Object({
  ...MachineRow.properties,
  enrolledAt: Type.Integer(),
  hardwareFingerprint: Type.String(),
  properties: Type.Record(Type.String(), Type.String()),
  inventory: Nullable(Inventory),
  inventoryAt: Nullable(Type.Integer()),
  collections: Type.Array(Type.Object({ id: Type.String(), name: Type.String() })),
  /** Deployments for which the machine is in error until cleared (BSCN-36). */
  errors: Type.Array(
    Type.Object({
      runId: Type.String(),
      deploymentId: Type.String(),
      deploymentName: Type.String(),
      at: Type.Integer(),
    }),
  ),
  /** Runs that wait on the machine for its next start, and how many it may keep (BSCN-23). */
  pendingStarts: Type.Object({ count: Type.Integer(), limit: Type.Integer() }),
});
export type MachineDetail = Static<typeof MachineDetail>;

/** One line of a machine's history. */
export const TimelineEntry = Type.Object({
  id: Type.Integer(),
  at: Type.Integer(),
  severity: Type.Union([Type.Literal('info'), Type.Literal('warning'), Type.Literal('error')]),
  code: Type.String(),
  message: Type.String(),
  params: Type.Record(Type.String(), Type.Unknown()),
  runId: Nullable(Type.String()),
});
export type TimelineEntry = Static<typeof TimelineEntry>;

/** Source: AGENT-30. */
export const LostProperty = Type.Object({
  machineId: Type.String(),
  machineName: Type.String(),
  property: Type.String(),
  /** The last value. */
  value: Type.String(),
  at: Type.Integer(),
  /** What took it: `patch`, `installation` or `other`. */
  origin: Type.String(),
  /** Of the agent. */
  version: Type.String(),
});
export type LostProperty = Static<typeof LostProperty>;

export const MachineIds = Type.Object({
  machineIds: Type.Array(Type.String({ maxLength: 64 }), { minItems: 1, maxItems: 10_000 }),
});

/** Outcome of an act on many machines, one by one. */
export const PerMachineResult = Type.Object({
  results: Type.Array(
    Type.Object({
      machineId: Type.String(),
      accepted: Type.Boolean(),
      /** Why not, or what it waits for: `held-until-check-in`, `offline`, ... (BAGT-11). */
      code: Nullable(Type.String()),
    }),
  ),
});

export const machineRoutes = {
  list: defineRoute({
    method: 'GET',
    path: '/api/v1/machines',
    permission: 'view',
    summary: 'Machines, filtered and sorted, a page at a time.',
    query: Type.Object({
      ...pageQuery,
      search: Type.Optional(Type.String({ maxLength: 255 })),
      collectionId: Type.Optional(Type.String({ maxLength: 64 })),
      powerState: Type.Optional(PowerState),
      activity: Type.Optional(MachineActivity),
      enrollment: Type.Optional(EnrollmentStatus),
      certificates: Type.Optional(CertificateStateView),
      inbound: Type.Optional(InboundStateView),
      sort: Type.Optional(
        Type.Union([
          Type.Literal('name'),
          Type.Literal('-name'),
          Type.Literal('lastSeenAt'),
          Type.Literal('-lastSeenAt'),
        ]),
      ),
    }),
    reply: Page(MachineRow),
  }),
  get: defineRoute({
    method: 'GET',
    path: '/api/v1/machines/:id',
    permission: 'view',
    summary: 'One machine with properties and inventory.',
    params: IdParams,
    reply: MachineDetail,
  }),
  timeline: defineRoute({
    method: 'GET',
    path: '/api/v1/machines/:id/timeline',
    permission: 'view',
    summary: 'What happened on the machine, newest first.',
    params: IdParams,
    query: Type.Object(pageQuery),
    reply: Page(TimelineEntry),
  }),
  lostProperties: defineRoute({
    method: 'GET',
    path: '/api/v1/machines/lost-properties',
    permission: 'view',
    summary:
      'Machines whose agents have lost a property with a patch or an installation, and not got it back.',
    query: Type.Object({ property: Type.Optional(Type.String({ pattern: '^[A-Z]{2,32}$' })) }),
    reply: Type.Object({ items: Type.Array(LostProperty) }),
  }),
  diagnose: defineRoute({
    method: 'POST',
    path: '/api/v1/machines/:id/diagnosis',
    permission: 'operate',
    summary: 'Looks now which part of the connection with the machine is at fault, as seen from the site.',
    params: IdParams,
    reply: Diagnosis,
  }),
  setProperties: defineRoute({
    method: 'PUT',
    path: '/api/v1/machines/:id/properties',
    permission: 'manage-machines',
    summary: 'Replaces the properties that administrators give a machine.',
    params: IdParams,
    body: Type.Object({
      properties: Type.Record(
        Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_-]{0,62}$' }),
        Type.String({ maxLength: 1024 }),
      ),
    }),
    reply: Done,
  }),
  remove: defineRoute({
    method: 'DELETE',
    path: '/api/v1/machines/:id',
    permission: 'manage-machines',
    summary: 'Forgets a machine; its agent must enroll again.',
    params: IdParams,
    reply: Done,
  }),
  power: defineRoute({
    method: 'POST',
    path: '/api/v1/machines/power',
    permission: 'operate',
    summary: 'Wakes, restarts or shuts down machines, or asks their power state.',
    body: Type.Object({
      ...MachineIds.properties,
      action: Type.Union([
        Type.Literal('wake'),
        Type.Literal('restart'),
        Type.Literal('shut-down'),
        Type.Literal('query'),
      ]),
      delaySeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 86_400 })),
      force: Type.Optional(Type.Boolean()),
    }),
    reply: PerMachineResult,
  }),
  renewKeys: defineRoute({
    method: 'POST',
    path: '/api/v1/machines/renew-keys',
    permission: 'manage-machines',
    summary: 'Tells machines to renew their keys and certificates, at their next contact within 30 days.',
    body: MachineIds,
    reply: PerMachineResult,
  }),
  clearErrors: defineRoute({
    method: 'POST',
    path: '/api/v1/machines/clear-errors',
    permission: 'operate',
    summary: 'エラー解除: clears the error state of machines, for all deployments or one.',
    body: Type.Object({
      ...MachineIds.properties,
      deploymentId: Type.Optional(Type.String({ maxLength: 64 })),
    }),
    reply: PerMachineResult,
  }),
};
