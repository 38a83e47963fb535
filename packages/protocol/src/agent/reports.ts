import { DeliveryFigures } from '@tenkai/domain/deployment/multicast.ts';
import { InventoryDifference } from '@tenkai/domain/machine/difference.ts';
import { Inventory } from '@tenkai/domain/machine/inventory.ts';
import { Reason } from '@tenkai/domain/scenario/frozen-step.ts';
import { StepResult } from '@tenkai/domain/scenario/run-progress.ts';
import type { Static } from 'typebox';
import * as Type from 'typebox';

/**
 * What an agent says. Every report lies in the agent's outbox on disk, under a number that only grows, until the
 * server has acknowledged that number (law 9). The server takes each number of a machine once.
 */
export const HeartbeatReport = Type.Object({
  kind: Type.Literal('heartbeat'),
  agentVersion: Type.String({ maxLength: 64 }),
  bootId: Type.String({ maxLength: 64 }),
  bootedAt: Type.Integer(),
  state: Type.Union([
    Type.Literal('starting'),
    Type.Literal('running'),
    Type.Literal('restarting'),
    Type.Literal('shutting-down'),
  ]),
  /** Runs in progress, so that the server can miss none. */
  activeRuns: Type.Array(Type.Object({ runId: Type.String(), attempt: Type.Integer() }), { maxItems: 100 }),
  freeBytes: Type.Optional(Type.Integer()),
});
export type HeartbeatReport = Static<typeof HeartbeatReport>;

/** A whole inventory (`base` null), or the difference to the one with digest `base`. */
export const InventoryReport = Type.Object({
  kind: Type.Literal('inventory'),
  base: Type.Union([Type.String(), Type.Null()]),
  /** SHA-256 of the canonical JSON of the inventory after this report, hex. */
  digest: Type.String(),
  whole: Type.Union([Inventory, Type.Null()]),
  difference: Type.Union([InventoryDifference, Type.Null()]),
});
export type InventoryReport = Static<typeof InventoryReport>;

const run = {
  runId: Type.String({ maxLength: 64 }),
  attempt: Type.Integer({ minimum: 1 }),
  at: Type.Integer(),
};

/** The run as a whole moved on. `phase` says where: installed system, or boot environment. */
export const RunReport = Type.Object({
  kind: Type.Literal('run'),
  ...run,
  event: Type.Union([
    Type.Literal('received'),
    Type.Literal('delivering'),
    Type.Literal('delivered'),
    /** Left for the next start of the machine. */
    Type.Literal('staged'),
    Type.Literal('executing'),
    /** People have put off the restart that was announced to them; `postponed` says how. */
    Type.Literal('restart-postponed'),
    Type.Literal('restarting'),
    Type.Literal('shutting-down'),
    Type.Literal('resumed'),
    Type.Literal('verifying'),
    Type.Literal('finished'),
    Type.Literal('cancelled'),
    Type.Literal('refused'),
  ]),
  phase: Type.Union([Type.Literal('installed-system'), Type.Literal('boot-environment')]),
  /** For `restart-postponed`: `until` by the machine's clock, as `at` is. */
  postponed: Type.Optional(
    Type.Object({
      until: Type.Integer(),
      user: Type.String({ maxLength: 256 }),
      timesLeft: Type.Integer({ minimum: 0 }),
    }),
  ),
  /** For `executing` of a step that waits for people, beside `reason`: until when at the most, by the machine's clock. */
  waitsUntil: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
  /** For `finished`: whether all went well; for `refused` and failures: why. */
  succeeded: Type.Optional(Type.Boolean()),
  reason: Type.Optional(Type.Union([Reason, Type.Null()])),
  /** For `delivered` of an order that says `multicast`: how the content came. */
  delivery: Type.Optional(DeliveryFigures),
  /** For `finished`: detection of everything installed, looked at again after the last restart. */
  verified: Type.Optional(
    Type.Array(
      Type.Object({
        index: Type.Integer(),
        isDetected: Type.Boolean(),
        found: Type.String({ maxLength: 1024 }),
      }),
    ),
  ),
});
export type RunReport = Static<typeof RunReport>;

export const StepStartedReport = Type.Object({
  kind: Type.Literal('step-started'),
  ...run,
  index: Type.Integer({ minimum: 0 }),
});
export type StepStartedReport = Static<typeof StepStartedReport>;

export const StepFinishedReport = Type.Object({
  kind: Type.Literal('step-finished'),
  ...run,
  result: StepResult,
});
export type StepFinishedReport = Static<typeof StepFinishedReport>;

/** A user of the machine asks for a run that is available to it. */
export const RunRequestReport = Type.Object({
  kind: Type.Literal('run-request'),
  runId: Type.String({ maxLength: 64 }),
  /** Name of the account on the machine, as its system says. */
  user: Type.String({ minLength: 1, maxLength: 256 }),
  at: Type.Integer(),
});
export type RunRequestReport = Static<typeof RunRequestReport>;

/** An order that was not carried out or, for `power`, that was. */
export const OrderReport = Type.Object({
  kind: Type.Literal('order'),
  orderId: Type.String(),
  accepted: Type.Boolean(),
  reason: Type.Union([Reason, Type.Null()]),
  at: Type.Integer(),
});
export type OrderReport = Static<typeof OrderReport>;

/** Something that an administrator should be able to read; becomes a status message. */
export const StatusReport = Type.Object({
  kind: Type.Literal('status'),
  severity: Type.Union([Type.Literal('info'), Type.Literal('warning'), Type.Literal('error')]),
  code: Type.String({ maxLength: 64 }),
  params: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()])),
  at: Type.Integer(),
});
export type StatusReport = Static<typeof StatusReport>;

export const Report = Type.Union([
  HeartbeatReport,
  InventoryReport,
  RunReport,
  StepStartedReport,
  StepFinishedReport,
  RunRequestReport,
  OrderReport,
  StatusReport,
]);
export type Report = Static<typeof Report>;

/** `POST /agent/v1/reports`. `outbox` is a random name made with the outbox: a wiped agent starts a new one. */
export const ReportBatch = Type.Object({
  outbox: Type.String({ minLength: 8, maxLength: 64 }),
  reports: Type.Array(Type.Object({ number: Type.Integer({ minimum: 1 }), report: Report }), {
    maxItems: 500,
  }),
});
export type ReportBatch = Static<typeof ReportBatch>;

/** What every agent of the site has to know of it; additive. Agents keep the latest over a restart. */
export const SiteFacts = Type.Object({
  /** UDP ports of multicast sessions; null: the site sends nothing by multicast. */
  multicastPorts: Type.Union([
    Type.Object({
      first: Type.Integer({ minimum: 1, maximum: 65_535 }),
      last: Type.Integer({ minimum: 1, maximum: 65_535 }),
    }),
    Type.Null(),
  ]),
  /** Where agents find the site from now on, `https://name:port`; null: where they found it so far (BAGT-25). */
  address: Type.Union([Type.String({ maxLength: 300 }), Type.Null()]),
});
export type SiteFacts = Static<typeof SiteFacts>;

/** Everything up to and with `acknowledged` is durable on the server. */
export const ReportReply = Type.Object({
  acknowledged: Type.Integer(),
  /**
   * Up to which number the site had this outbox's reports before the batch: those of the batch that are not higher were passed
   * over. Absent: none was, or the server is older than the agent.
   */
  takenBefore: Type.Optional(Type.Integer()),
  /** Reports that can never be taken, by number: the agent drops them and writes its log. */
  rejected: Type.Array(Type.Object({ number: Type.Integer(), code: Type.String() })),
  /** True: ask for orders now. */
  hasOrders: Type.Boolean(),
  /** Time until the next heartbeat; the agent adds a random part of up to `jitterMs`. */
  heartbeatMs: Type.Integer(),
  jitterMs: Type.Integer(),
  /** True: the server lacks the base of a difference; send a whole inventory. */
  wantsInventory: Type.Boolean(),
  /** Absent: the server is older than the agent. */
  site: Type.Optional(SiteFacts),
});
export type ReportReply = Static<typeof ReportReply>;

/** `POST /agent/v1/progress`: the latest fact only, never stored in the outbox; lost when the network is down. */
export const ProgressBatch = Type.Object({
  runs: Type.Array(
    Type.Object({
      runId: Type.String({ maxLength: 64 }),
      attempt: Type.Integer({ minimum: 1 }),
      index: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
      bytesDone: Type.Integer({ minimum: 0 }),
      bytesTotal: Type.Integer({ minimum: 0 }),
      bytesPerSecond: Type.Number({ minimum: 0 }),
    }),
    { maxItems: 100 },
  ),
});
export type ProgressBatch = Static<typeof ProgressBatch>;
