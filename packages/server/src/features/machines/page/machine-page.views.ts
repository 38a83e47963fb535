import { Failure } from '@tenkai/domain/failure.ts';
import { statusMessageText } from '@tenkai/domain/status-message.ts';
import type { MachineDetail, machineRoutes, TimelineEntry } from '@tenkai/protocol/api/machines.ts';
import type { QueryOf } from '@tenkai/protocol/api/route.ts';
import type { Reader } from '../../../kernel/database/database.ts';
import { decodeCursor, defaultPageSize, toPage } from '../../../kernel/paging.ts';
import { findInventory, toInventories } from '../inventory/inventory.store.ts';
import { type ListedMachine, listedColumns, toMachineRow } from '../list/machines.views.ts';
import type { Deps } from '../needs.ts';

/** What the page of one machine shows, apart from its runs. */
export async function machineDetail(
  { db, channel, catalogue }: Pick<Deps, 'db' | 'channel' | 'catalogue'>,
  id: string,
): Promise<Omit<MachineDetail, 'errors' | 'pendingStarts'>> {
  const row = await db.read.one<ListedMachine & { properties: string }>(
    `SELECT ${listedColumns}, m.properties FROM machines m JOIN machines_presence p ON p.machine_id = m.id
     WHERE m.id = ?`,
    [id],
  );
  if (!row) throw new Failure('not-found', { what: 'machine', id });
  const stored = await findInventory(db.read, id);
  const [inventory] = stored ? await toInventories(db.read, catalogue, [stored]) : [];
  return {
    ...toMachineRow(row, channel.isOnline(id)),
    enrolledAt: row.enrolled_at,
    hardwareFingerprint: row.hardware_fingerprint,
    properties: JSON.parse(row.properties),
    inventory: inventory ?? null,
    inventoryAt: stored?.received_at ?? null,
    collections: await collectionsOf(db.read, id, row.enrollment === 'enrolled'),
  };
}

function collectionsOf(
  read: Reader,
  id: string,
  isEnrolled: boolean,
): Promise<{ id: string; name: string }[]> {
  return read.all<{ id: string; name: string }>(
    `SELECT c.id, c.name FROM collections c WHERE c.id IN (
       SELECT collection_id FROM collections_members WHERE machine_id = ?) OR (c.id = 'all' AND ? = 1)
     ORDER BY c.name_key`,
    [id, Number(isEnrolled)],
  );
}

interface MessageRow {
  readonly seq: number;
  readonly at: number;
  readonly severity: TimelineEntry['severity'];
  readonly code: string;
  readonly params: string;
  readonly run_id: string | null;
}

/** What happened on a machine, newest first. */
export async function machineTimeline(
  read: Reader,
  id: string,
  { cursor, limit = defaultPageSize }: QueryOf<typeof machineRoutes.timeline>,
) {
  const before = decodeCursor<[number]>(cursor, ['number'])?.[0] ?? Number.MAX_SAFE_INTEGER;
  const rows = await read.all<MessageRow>(
    `SELECT s.seq, s.at, s.severity, s.code, s.params,
       (SELECT min(o.id) FROM status_objects o WHERE o.seq = s.seq AND o.kind = 'run') AS run_id
     FROM status_messages s WHERE s.machine_id = ? AND s.seq < ? ORDER BY s.seq DESC LIMIT ?`,
    [id, before, limit + 1],
  );
  return { ...toPage(rows, limit, { item: toEntry, key: (row) => [row.seq] }), total: null };
}

function toEntry(row: MessageRow): TimelineEntry {
  const params = JSON.parse(row.params);
  return {
    id: row.seq,
    at: row.at,
    severity: row.severity,
    code: row.code,
    message: statusMessageText(row.code, params),
    params,
    runId: row.run_id,
  };
}
