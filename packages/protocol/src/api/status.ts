import type { Static } from 'typebox';
import * as Type from 'typebox';
import { Nullable, Page, pageQuery } from './paging.ts';
import { defineRoute } from './route.ts';

export const StatusSeverity = Type.Union([
  Type.Literal('info'),
  Type.Literal('warning'),
  Type.Literal('error'),
]);
export type StatusSeverity = Static<typeof StatusSeverity>;

export const StatusParams = Type.Record(
  Type.String({ maxLength: 64 }),
  Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]),
);
export type StatusParams = Static<typeof StatusParams>;

/** An object that a message is about, so that its page can show its timeline. */
export const ObjectRef = Type.Object({
  /** Singular noun: machine, deployment, run, package, collection, scenario, user. */
  kind: Type.String({ maxLength: 32 }),
  id: Type.String({ maxLength: 64 }),
});
export type ObjectRef = Static<typeof ObjectRef>;

/** Something that happened; never changed afterwards (STAT-08). */
export const StatusMessage = Type.Object({
  /** Order in which messages were recorded. */
  seq: Type.Integer(),
  at: Type.Integer(),
  /** Numeric id of the kind of message, stable for ever; the console has its sentence. */
  id: Type.Integer(),
  code: Type.String(),
  /** English sentence, for CLI and exports. */
  message: Type.String(),
  severity: StatusSeverity,
  /** Part of the site or of an agent that speaks. */
  component: Type.String(),
  siteCode: Type.String(),
  machineId: Nullable(Type.String()),
  machineName: Nullable(Type.String()),
  objects: Type.Array(ObjectRef),
  params: StatusParams,
});
export type StatusMessage = Static<typeof StatusMessage>;

export const listStatusMessages = defineRoute({
  method: 'GET',
  path: '/api/v1/status-messages',
  permission: 'view',
  summary: 'Status messages, newest first, or oldest first (DIST-17).',
  query: Type.Object({
    ...pageQuery,
    order: Type.Optional(Type.Union([Type.Literal('newest'), Type.Literal('oldest')])),
    severity: Type.Optional(StatusSeverity),
    component: Type.Optional(Type.String({ maxLength: 64 })),
    code: Type.Optional(Type.String({ maxLength: 64 })),
    machineId: Type.Optional(Type.String({ maxLength: 64 })),
    /** `kind:id`, such as `deployment:0198…`. */
    object: Type.Optional(Type.String({ maxLength: 100, pattern: '^[a-z-]+:.+$' })),
    from: Type.Optional(Type.Integer()),
    until: Type.Optional(Type.Integer()),
  }),
  reply: Page(StatusMessage),
});

export const ComponentStatus = Type.Object({
  component: Type.String(),
  infos: Type.Integer(),
  warnings: Type.Integer(),
  errors: Type.Integer(),
  lastAt: Type.Integer(),
});

export const listComponents = defineRoute({
  method: 'GET',
  path: '/api/v1/status-components',
  permission: 'view',
  summary: 'Components with their messages of a time span, by severity (STAT-16).',
  query: Type.Object({ from: Type.Optional(Type.Integer()) }),
  reply: Type.Object({ items: Type.Array(ComponentStatus) }),
});

export const AuditRecord = Type.Object({
  seq: Type.Integer(),
  at: Type.Integer(),
  actor: Type.String(),
  actorName: Type.String(),
  action: Type.String(),
  object: Type.String(),
  /** Its present name, or that which it had; null: it has none but its id. */
  objectName: Nullable(Type.String()),
  details: Type.Record(Type.String(), Type.Unknown()),
  hash: Type.String(),
});
export type AuditRecord = Static<typeof AuditRecord>;

export const listAudit = defineRoute({
  method: 'GET',
  path: '/api/v1/audit',
  permission: 'view-audit',
  summary: 'Who did what, newest first.',
  query: Type.Object({
    ...pageQuery,
    actor: Type.Optional(Type.String({ maxLength: 64 })),
    action: Type.Optional(Type.String({ maxLength: 64 })),
    object: Type.Optional(Type.String({ maxLength: 200 })),
    from: Type.Optional(Type.Integer()),
    until: Type.Optional(Type.Integer()),
  }),
  reply: Page(AuditRecord),
});

export const verifyAuditLog = defineRoute({
  method: 'POST',
  path: '/api/v1/audit/verify',
  permission: 'view-audit',
  summary: 'Check the whole audit log for an edit, a deletion and a cut-off tail.',
  reply: Type.Object({
    ok: Type.Boolean(),
    checked: Type.Integer(),
    firstBadSeq: Type.Optional(Type.Integer()),
    problem: Type.Optional(
      Type.Union([
        Type.Literal('edited'),
        Type.Literal('missing'),
        Type.Literal('cut-off'),
        Type.Literal('anchor-missing'),
        Type.Literal('anchor-invalid'),
      ]),
    ),
  }),
});
