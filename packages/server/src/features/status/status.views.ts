import { statusMessageText } from '@tenkai/domain/status-message.ts';
import type { QueryOf } from '@tenkai/protocol/api/route.ts';
import type {
  AuditRecord,
  listAudit,
  listStatusMessages,
  StatusMessage,
} from '@tenkai/protocol/api/status.ts';
import type { Caller } from '../../kernel/access/caller.ts';
import type { Param, Reader } from '../../kernel/database/database.ts';
import type { AuditRow } from '../../kernel/database/kernel-tables.ts';
import { decodeCursor, defaultPageSize, toPage } from '../../kernel/paging.ts';
import { objectNames } from './object-names.ts';
import type { Severity } from './status.store.ts';

interface Where {
  readonly text: string;
  readonly params: readonly Param[];
}

interface MessageRow {
  readonly seq: number;
  readonly at: number;
  readonly message_id: number;
  readonly code: string;
  readonly severity: Severity;
  readonly component: string;
  readonly machine_id: string | null;
  readonly machine_name: string | null;
  readonly params: string;
}

/** Newest first, or oldest first as a story is told (DIST-17). Counting a million messages would cost more than the page, so there is no total. */
export async function listMessages(
  read: Reader,
  {
    query,
    caller,
    siteCode,
  }: { query: QueryOf<typeof listStatusMessages>; caller: Caller; siteCode: string },
) {
  const limit = query.limit ?? defaultPageSize;
  const isOldestFirst = query.order === 'oldest';
  const where = all([
    keyset(query.cursor, 'm.seq', isOldestFirst ? '>' : '<'),
    equal('m.severity', query.severity),
    equal('m.component', query.component),
    equal('m.code', query.code),
    equal('m.machine_id', query.machineId),
    query.from === undefined ? undefined : { text: 'm.at >= ?', params: [query.from] },
    query.until === undefined ? undefined : { text: 'm.at < ?', params: [query.until] },
    query.object === undefined ? undefined : about(query.object),
    visibleTo(caller),
  ]);
  const rows = await read.all<MessageRow>(
    `SELECT m.*, machines.name AS machine_name FROM status_messages m
     LEFT JOIN machines ON machines.id = m.machine_id
     WHERE ${where.text} ORDER BY m.seq ${isOldestFirst ? 'ASC' : 'DESC'} LIMIT ?`,
    [...where.params, limit + 1],
  );
  const objects = await objectsOf(read, rows.slice(0, limit));
  const item = (row: MessageRow) => toMessage(row, siteCode, objects.get(row.seq) ?? []);
  return { ...toPage(rows, limit, { item, key: (row) => [row.seq] }), total: null };
}

/** Messages of each component since a time, by severity (STAT-16). */
export async function listComponents(read: Reader, { from, caller }: { from: number; caller: Caller }) {
  const where = all([{ text: 'm.at >= ?', params: [from] }, visibleTo(caller)]);
  return read.all<{ component: string; infos: number; warnings: number; errors: number; lastAt: number }>(
    `SELECT m.component AS component,
       sum(CASE WHEN m.severity = 'info' THEN 1 ELSE 0 END) AS infos,
       sum(CASE WHEN m.severity = 'warning' THEN 1 ELSE 0 END) AS warnings,
       sum(CASE WHEN m.severity = 'error' THEN 1 ELSE 0 END) AS errors,
       max(m.at) AS "lastAt"
     FROM status_messages m WHERE ${where.text} GROUP BY m.component ORDER BY m.component`,
    where.params,
  );
}

/** The audit log, newest first. */
export async function listAuditRecords(read: Reader, query: QueryOf<typeof listAudit>) {
  const limit = query.limit ?? defaultPageSize;
  const where = all([
    keyset(query.cursor, 'seq'),
    equal('actor', query.actor),
    equal('action', query.action),
    equal('object', query.object),
    query.from === undefined ? undefined : { text: 'at >= ?', params: [query.from] },
    query.until === undefined ? undefined : { text: 'at < ?', params: [query.until] },
  ]);
  const rows = await read.all<AuditRow>(
    `SELECT * FROM kernel_audit WHERE ${where.text} ORDER BY seq DESC LIMIT ?`,
    [...where.params, limit + 1],
  );
  const names = await objectNames(
    read,
    rows.map(({ object }) => object),
  );
  const item = (row: AuditRow) => toAuditRecord(row, names);
  return { ...toPage(rows, limit, { item, key: (row) => [row.seq] }), total: null };
}

async function objectsOf(read: Reader, rows: readonly MessageRow[]) {
  const found = new Map<number, { kind: string; id: string }[]>();
  if (rows.length === 0) return found;
  const objects = await read.all<{ kind: string; id: string; seq: number }>(
    `SELECT kind, id, seq FROM status_objects WHERE seq IN (${rows.map(() => '?').join(', ')}) ORDER BY kind, id`,
    rows.map((row) => row.seq),
  );
  for (const { kind, id, seq } of objects) found.set(seq, [...(found.get(seq) ?? []), { kind, id }]);
  return found;
}

function toMessage(row: MessageRow, siteCode: string, objects: StatusMessage['objects']): StatusMessage {
  const params = JSON.parse(row.params);
  return {
    seq: row.seq,
    at: row.at,
    id: row.message_id,
    code: row.code,
    message: statusMessageText(row.code, params),
    severity: row.severity,
    component: row.component,
    siteCode,
    machineId: row.machine_id,
    machineName: row.machine_name,
    objects,
    params,
  };
}

function toAuditRecord(row: AuditRow, names: ReadonlyMap<string, string>): AuditRecord {
  const details = JSON.parse(row.details);
  const former = typeof details.name === 'string' ? details.name : null;
  return {
    seq: row.seq,
    at: row.at,
    actor: row.actor,
    actorName: row.actor_name,
    action: row.action,
    object: row.object,
    objectName: names.get(row.object) ?? former,
    details,
    hash: row.hash,
  };
}

/** A caller with a collection scope reads of its machines, and of what is not about a machine at all. */
function visibleTo(caller: Caller): Where | undefined {
  const scope = caller.collectionScope;
  if (scope === null || scope.includes('all')) return undefined;
  const marks = scope.map(() => '?').join(', ');
  const members = `SELECT machine_id FROM collections_members WHERE collection_id IN (${marks})`;
  const text =
    scope.length === 0 ? 'm.machine_id IS NULL' : `(m.machine_id IS NULL OR m.machine_id IN (${members}))`;
  return { text, params: scope };
}

function about(object: string): Where {
  const at = object.indexOf(':');
  return {
    text: 'm.seq IN (SELECT seq FROM status_objects WHERE kind = ? AND id = ?)',
    params: [object.slice(0, at), object.slice(at + 1)],
  };
}

function keyset(cursor: string | undefined, column: string, side: '<' | '>' = '<'): Where | undefined {
  const last = decodeCursor<[number]>(cursor, ['number'])?.[0];
  return last === undefined ? undefined : { text: `${column} ${side} ?`, params: [last] };
}

function equal(column: string, value: string | undefined): Where | undefined {
  return value === undefined ? undefined : { text: `${column} = ?`, params: [value] };
}

function all(parts: readonly (Where | undefined)[]): Where {
  const present = parts.filter((part) => part !== undefined);
  return {
    text: present.map((part) => part.text).join(' AND ') || '1 = 1',
    params: present.flatMap((part) => part.params),
  };
}
