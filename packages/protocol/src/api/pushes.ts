import { propertyNames } from '@tenkai/domain/assignment/properties.ts';
import { hostStates } from '@tenkai/domain/push/host-state.ts';
import type { Static, TLiteral } from 'typebox';
import * as Type from 'typebox';
import { Done, IdParams, Nullable } from './paging.ts';
import { defineRoute } from './route.ts';

const secret = Type.String({ minLength: 1, maxLength: 1024 });

/** Given once: held in memory for the push and nowhere else. `site-key`: the site's own keys sign in. */
export const PushCredentials = Type.Union([
  Type.Object({ kind: Type.Literal('site-key'), sudoPassword: Type.Optional(secret) }),
  /** For `sudo`, too. */
  Type.Object({ kind: Type.Literal('password'), password: secret }),
  Type.Object({
    kind: Type.Literal('private-key'),
    privateKey: Type.String({ minLength: 1, maxLength: 20_000 }),
    passphrase: Type.Optional(secret),
    sudoPassword: Type.Optional(secret),
  }),
]);
export type PushCredentials = Static<typeof PushCredentials>;

/** What happens at a machine whose host key is not known: somebody is asked, or it is believed this first time. */
export const HostKeyPolicy = Type.Union([Type.Literal('ask'), Type.Literal('accept-new')]);
export type HostKeyPolicy = Static<typeof HostKeyPolicy>;

const hosts = Type.Array(Type.String({ minLength: 1, maxLength: 300 }), { maxItems: 2000 });

export const PushRequest = Type.Object({
  /** `HOST`, `HOST:PORT`, `USER@HOST`, `[IPV6]:PORT`. */
  hosts,
  /** Who signs in where the host names nobody. */
  user: Type.String({ minLength: 1, maxLength: 32 }),
  credentials: PushCredentials,
  hostKeys: HostKeyPolicy,
  /** Lines of a known_hosts file that are believed beside those that are known here. */
  knownHosts: Type.String({ maxLength: 262_144 }),
  /** Address of the site as the machines see it, where neither this push nor the site names one by the property MP. */
  managementPoint: Type.String({ pattern: '^https://[^\\s\'"]+$', maxLength: 1024 }),
  /** Machines at a time. */
  parallel: Type.Integer({ minimum: 1, maximum: 32 }),
  /** Further tries where a machine does not answer or its package manager is at work. */
  retries: Type.Integer({ minimum: 0, maximum: 10 }),
  /** Whether machines that the site manages already are pushed to again. */
  includesManaged: Type.Boolean(),
  /** `NAME=VALUE` for the agent, before the site's `pushProperties`; `NAME=` takes a property away (AGENT-16). */
  properties: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 1200 }), { maxItems: 50 })),
});
export type PushRequest = Static<typeof PushRequest>;

export const HostState = Type.Union(
  hostStates.map((state) => Type.Literal(state)) as unknown as [TLiteral<(typeof hostStates)[number]>],
);
export const PushState = Type.Union([
  Type.Literal('awaiting-approval'),
  Type.Literal('running'),
  Type.Literal('interrupted'),
  Type.Literal('failed'),
  Type.Literal('cancelled'),
  Type.Literal('done'),
]);

/** Why it failed, with the way out. */
export const PushProblem = Type.Object({
  code: Type.String(),
  message: Type.String(),
  remedy: Type.String(),
  /** What the other side said of it, in a line. */
  detail: Type.String(),
  params: Type.Record(Type.String(), Type.Unknown()),
});
export type PushProblem = Static<typeof PushProblem>;

/** `already`: this version was there; `managed`: the site managed it before, and nothing was done. */
export const PushOutcome = Type.Union([
  Type.Literal('installed'),
  Type.Literal('already'),
  Type.Literal('managed'),
]);
export type PushOutcome = Static<typeof PushOutcome>;

export const PushHost = Type.Object({
  /** From 0, as the list was given. */
  position: Type.Integer(),
  host: Type.String(),
  state: HostState,
  outcome: Nullable(PushOutcome),
  /** 0 before the first. */
  attempt: Type.Integer(),
  problem: Nullable(PushProblem),
  /** Of the agent. */
  version: Nullable(Type.String()),
  /** Exit status of the package manager or of ssh. */
  exitCode: Nullable(Type.Integer()),
  /** Fingerprints that it shows, where somebody must look at them. */
  offered: Type.Array(Type.String()),
  /** Those that were believed, where it shows others. */
  known: Type.Array(Type.String()),
  /** Of `push-host-keys`, where they stand in the way. */
  hostKeysId: Nullable(Type.String()),
  /** What came of it. */
  machineId: Nullable(Type.String()),
  hasLog: Type.Boolean(),
  updatedAt: Type.Integer(),
});
export type PushHost = Static<typeof PushHost>;

const row = {
  id: Type.String(),
  createdAt: Type.Integer(),
  by: Type.String(),
  user: Type.String(),
  signIn: Type.Union([Type.Literal('site-key'), Type.Literal('password'), Type.Literal('private-key')]),
  /** Whether a password or key was given for it that is not stored. */
  usesSecret: Type.Boolean(),
  /** Whether that one is still held; without it nothing more can be done until it is given again. */
  hasSecret: Type.Boolean(),
  hostKeys: HostKeyPolicy,
  managementPoint: Type.String(),
  parallel: Type.Integer(),
  retries: Type.Integer(),
  state: PushState,
  hostCount: Type.Integer(),
  /** Machines by state; states without any are left out. */
  counts: Type.Record(Type.String(), Type.Integer()),
};
export const PushRow = Type.Object(row);
export type PushRow = Static<typeof PushRow>;

/** What the agent gets, and by whose word: a default of the site, or this push. */
export const PushProperty = Type.Object({
  name: Type.Union(
    propertyNames.map((name) => Type.Literal(name)) as unknown as [TLiteral<(typeof propertyNames)[number]>],
  ),
  /** Null: it is taken away there. */
  value: Nullable(Type.String()),
  origin: Type.Union([Type.Literal('site'), Type.Literal('push')]),
});
export type PushProperty = Static<typeof PushProperty>;

const properties = Type.Array(PushProperty);

export const PushDetail = Type.Object({ ...row, properties, hosts: Type.Array(PushHost) });
export type PushDetail = Static<typeof PushDetail>;

/** A package of the agent that the server can push. */
export const PushPackage = Type.Object({
  kind: Type.Union([Type.Literal('deb'), Type.Literal('rpm')]),
  /** As `uname -m` has it. */
  machine: Type.String(),
  version: Type.String(),
});
export type PushPackage = Static<typeof PushPackage>;

export const CheckedHost = Type.Object({
  host: Type.String(),
  /** Why it cannot be in the list. */
  problem: Nullable(PushProblem),
  /** That the site manages by this name or address. */
  machine: Nullable(Type.Object({ id: Type.String(), name: Type.String() })),
  isKeyKnown: Type.Boolean(),
});
export type CheckedHost = Static<typeof CheckedHost>;

/** Which machines; absent: all for which it can be done. */
const positions = Type.Optional(Type.Array(Type.Integer({ minimum: 0 }), { minItems: 1, maxItems: 2000 }));

export const HostKeyDecision = Type.Object({
  position: Type.Integer({ minimum: 0 }),
  /** What was looked at: a decision about something else would be a blind one. Approved are these and no others. */
  fingerprints: Type.Array(Type.String({ maxLength: 200 }), { minItems: 1, maxItems: 20 }),
  isApproved: Type.Boolean(),
});
export type HostKeyDecision = Static<typeof HostKeyDecision>;

const base = { permission: 'push-agents' } as const;

export const pushRoutes = {
  list: defineRoute({
    ...base,
    method: 'GET',
    path: '/api/v1/pushes',
    summary: 'Pushes of the agent over SSH, the latest first; 500 at most.',
    reply: Type.Object({ items: Type.Array(PushRow) }),
  }),
  get: defineRoute({
    ...base,
    method: 'GET',
    path: '/api/v1/pushes/:id',
    summary: 'One push with every machine and where it stands.',
    params: IdParams,
    reply: PushDetail,
  }),
  check: defineRoute({
    ...base,
    method: 'POST',
    path: '/api/v1/pushes/check',
    summary: 'What is to be said of a list of hosts before anything is done; speaks with none of them.',
    body: Type.Object({ hosts }),
    reply: Type.Object({ items: Type.Array(CheckedHost), packages: Type.Array(PushPackage) }),
  }),
  create: defineRoute({
    ...base,
    method: 'POST',
    path: '/api/v1/pushes',
    summary: 'Installs the agent on machines over SSH; answers at once, the push tells how it goes.',
    body: PushRequest,
    reply: PushDetail,
  }),
  decideHostKeys: defineRoute({
    ...base,
    method: 'POST',
    path: '/api/v1/pushes/:id/host-keys',
    summary: 'Says of host keys that were looked at whether they are those of the machines.',
    params: IdParams,
    body: Type.Object({ decisions: Type.Array(HostKeyDecision, { minItems: 1, maxItems: 2000 }) }),
    reply: PushDetail,
  }),
  retry: defineRoute({
    ...base,
    method: 'POST',
    path: '/api/v1/pushes/:id/retry',
    summary: 'Tries machines again that failed, were cancelled or interrupted.',
    params: IdParams,
    body: Type.Object({
      positions,
      /** Needed where a password or key was given that is not held any more. */
      credentials: Type.Optional(PushCredentials),
    }),
    reply: PushDetail,
  }),
  cancel: defineRoute({
    ...base,
    method: 'POST',
    path: '/api/v1/pushes/:id/cancel',
    summary: 'Leaves out machines that are not done; an installation that has begun there is not cut off.',
    params: IdParams,
    body: Type.Object({ positions }),
    reply: PushDetail,
  }),
  log: defineRoute({
    ...base,
    method: 'GET',
    path: '/api/v1/pushes/:id/hosts/:position/log',
    summary: 'What the package manager of a machine has written in the last attempt.',
    params: Type.Object({ ...IdParams.properties, position: Type.String({ pattern: '^\\d{1,4}$' }) }),
    reply: Type.Object({ log: Type.String() }),
  }),
  remove: defineRoute({
    ...base,
    method: 'DELETE',
    path: '/api/v1/pushes/:id',
    summary: 'Forgets a push in which nothing is under way; the audit log keeps that it was.',
    params: IdParams,
    reply: Done,
  }),
};
