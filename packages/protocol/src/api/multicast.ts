import { Reason } from '@tenkai/domain';
import type { Static } from 'typebox';
import * as Type from 'typebox';
import { Done, IdParams, Nullable } from './paging.ts';
import { defineRoute } from './route.ts';

/** A machine's part in a session. */
export const MulticastMemberRow = Type.Object({
  machineId: Type.String(),
  machineName: Type.String(),
  runId: Type.String(),
  /** `left`: the session went on without it, and it finishes by unicast. */
  state: Type.Union([Type.Literal('active'), Type.Literal('complete'), Type.Literal('left')]),
  /** Why it was left out: silent, disk, link, loss, cancelled. */
  cause: Nullable(Type.String()),
});

/** One content that is sent once to all machines of a wave. */
export const MulticastSessionRow = Type.Object({
  id: Type.String(),
  deploymentId: Type.String(),
  contentId: Type.String(),
  contentBytes: Type.Integer(),
  address: Type.String(),
  port: Type.Integer(),
  /** Where machines report to. */
  senderPort: Type.Integer(),
  /** The sender's own address on the network to which it is sent. */
  interface: Type.String(),
  /** The network behind a router for which one of its machines fetches and sends; null: the site sends. */
  subnet: Nullable(Type.String()),
  representative: Nullable(
    Type.Object({
      machineId: Type.String(),
      machineName: Type.String(),
      /** What it had before the next best: failures, named (by hand), content, power, cable, link, disk, name, only. */
      chosenBy: Type.String(),
    }),
  ),
  /** What the representative has fetched by unicast, so what came over the line for the whole subnet. */
  lineBytes: Nullable(Type.Integer()),
  startedAt: Type.Integer(),
  endedAt: Nullable(Type.Integer()),
  /** `stopped`: with the site; `interrupted`: the site was gone without a word. */
  outcome: Nullable(
    Type.Union([
      Type.Literal('ended'),
      Type.Literal('stopped'),
      Type.Literal('failed'),
      Type.Literal('interrupted'),
    ]),
  ),
  detail: Nullable(Type.String()),
  /** Sent, and among them repairs; 1,472 bytes each. */
  datagrams: Type.Integer(),
  repairs: Type.Integer(),
  bytesPerSecond: Nullable(Type.Integer()),
  members: Type.Array(MulticastMemberRow),
});
export type MulticastSessionRow = Static<typeof MulticastSessionRow>;

export const MulticastView = Type.Object({
  /** The card by which this site sends, `10.0.0.1/24`; null: it cannot. */
  interface: Nullable(Type.String()),
  /** Why it cannot. */
  refusal: Nullable(Reason),
  /** Newest first. */
  items: Type.Array(MulticastSessionRow),
});
export type MulticastView = Static<typeof MulticastView>;

/** `named`: goes before all others that are fit; `forbidden`: never fetches for its subnet. */
export const RepresentativeRule = Type.Union([Type.Literal('named'), Type.Literal('forbidden')]);
export type RepresentativeRule = Static<typeof RepresentativeRule>;

/** What an administrator decided about a machine; the others are chosen by their merits. */
export const RepresentativeRow = Type.Object({
  machineId: Type.String(),
  machineName: Type.String(),
  rule: RepresentativeRule,
  /** Name of the administrator. */
  setBy: Type.String(),
  setAt: Type.Integer(),
});
export type RepresentativeRow = Static<typeof RepresentativeRow>;

export const multicastRoutes = {
  getSession: defineRoute({
    method: 'GET',
    path: '/api/v1/multicast/sessions/:id',
    permission: 'view',
    summary: 'One session, with each machine in it; while it runs, as its sender knows it at this moment.',
    params: IdParams,
    reply: MulticastSessionRow,
  }),
  listRepresentatives: defineRoute({
    method: 'GET',
    path: '/api/v1/multicast/representatives',
    permission: 'view',
    summary: 'Machines that an administrator named, or forbade, as those that fetch for their subnets.',
    reply: Type.Object({ items: Type.Array(RepresentativeRow) }),
  }),
  setRepresentative: defineRoute({
    method: 'PUT',
    path: '/api/v1/multicast/representatives/:id',
    permission: 'manage-machines',
    summary:
      'Names or forbids a machine as the one that fetches for its subnet; automatic: by its merits again.',
    params: IdParams,
    body: Type.Object({ rule: Type.Union([RepresentativeRule, Type.Literal('automatic')]) }),
    reply: Done,
  }),
  show: defineRoute({
    method: 'GET',
    path: '/api/v1/multicast',
    permission: 'view',
    summary: 'Whether this site can send by multicast, and its sessions with each machine in them.',
    query: Type.Object({
      deploymentId: Type.Optional(Type.String({ maxLength: 64 })),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    }),
    reply: MulticastView,
  }),
};
