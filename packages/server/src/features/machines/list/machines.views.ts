import type { MachineRow } from '@tenkai/protocol/api/machines.ts';
import type { Caller } from '../../../kernel/access/caller.ts';
import type { Reader } from '../../../kernel/database/database.ts';
import { decodeCursor, defaultPageSize, toPage } from '../../../kernel/paging.ts';
import type { Deps } from '../needs.ts';
import type { MachineRecord } from '../tables.ts';
import {
  conditionsOf,
  countDistinctMembers,
  type Filters,
  filtersOf,
  type ListQuery,
} from './list-filters.ts';
import type { Condition } from './scope.ts';
import type { StateCounts } from './state-counts.ts';

/** A machine and when it was last heard. */
export type ListedMachine = Omit<MachineRecord, 'properties' | 'certificate_remedies'> & {
  readonly last_seen_at: number;
};

interface ListDeps {
  readonly db: Deps['db'];
  readonly channel: Deps['channel'];
  readonly stateCounts: StateCounts;
}

export const listedColumns = `m.id, m.name, m.name_key, m.enrollment, m.enrolled_at, m.hardware_fingerprint,
  m.power_state, m.activity, m.operating_system, m.service_pack, m.architecture, m.address, m.agent_version,
  m.last_run_name, m.last_run_status, m.last_run_at, m.certificate_state, m.inbound_state, p.last_seen_at`;

/** A page of machines. Every order has an index that ends with the id, so that each page begins where the last ended. */
export async function listMachines(deps: ListDeps, caller: Caller, query: ListQuery) {
  const limit = query.limit ?? defaultPageSize;
  const filters = filtersOf(caller, query);
  const conditions = await conditionsOf(deps.db.read, filters);
  const rows = await readPage(deps.db.read, query, conditions, limit + 1);
  const item = (row: ListedMachine) => toMachineRow(row, deps.channel.isOnline(row.id));
  const key = (row: ListedMachine) => [isByTime(query) ? row.last_seen_at : row.name_key, row.id];
  // A first page that holds everything has been counted already.
  const isWhole = query.cursor === undefined && rows.length <= limit;
  const total = isWhole ? rows.length : await countMatches(deps, filters, conditions);
  return { ...toPage(rows, limit, { item, key }), total };
}

function isByTime({ sort }: ListQuery): boolean {
  return sort === 'lastSeenAt' || sort === '-lastSeenAt';
}

function readPage(
  read: Reader,
  query: ListQuery,
  filters: readonly Condition[],
  limit: number,
): Promise<ListedMachine[]> {
  const byTime = isByTime(query);
  const [column, id] = byTime ? ['p.last_seen_at', 'p.machine_id'] : ['m.name_key', 'm.id'];
  const [direction, beyond] = query.sort?.startsWith('-') ? ['DESC', '<'] : ['ASC', '>'];
  const after = decodeCursor(query.cursor, [byTime ? 'number' : 'string', 'string']);
  const conditions = [
    ...filters,
    ...(after ? [{ text: `(${column}, ${id}) ${beyond} (?, ?)`, params: after }] : []),
  ];
  // On SQLite the table on the left of CROSS JOIN is walked first: the one whose index has the order.
  const tables = byTime
    ? 'machines_presence p CROSS JOIN machines m'
    : 'machines m CROSS JOIN machines_presence p';
  return read.all<ListedMachine>(
    `SELECT ${listedColumns} FROM ${tables}
     WHERE p.machine_id = m.id${conditions.map(({ text }) => ` AND ${text}`).join('')}
     ORDER BY ${column} ${direction}, ${id} ${direction} LIMIT ?`,
    [...conditions.flatMap(({ params }) => params), limit],
  );
}

async function countMatches(
  { db, stateCounts }: ListDeps,
  { state, memberships, search, ...others }: Filters,
  conditions: readonly Condition[],
): Promise<number> {
  const isNarrowed = [search, ...Object.values(others)].some((condition) => condition !== undefined);
  if (memberships.length === 0 && !isNarrowed) return stateCounts(state);
  const [only] = memberships;
  const isAnyState = Object.values(state).every((value) => value === undefined);
  if (only && memberships.length === 1 && !isNarrowed && isAnyState)
    return countDistinctMembers(db.read, only);
  const row = await db.read.one<{ n: number }>(
    `SELECT count(*) AS n FROM machines m WHERE ${conditions.map(({ text }) => text).join(' AND ')}`,
    conditions.flatMap(({ params }) => params),
  );
  return row?.n ?? 0;
}

export function toMachineRow(row: ListedMachine, isOnline: boolean): MachineRow {
  return {
    id: row.id,
    name: row.name,
    enrollment: row.enrollment,
    powerState: row.power_state,
    isOnline,
    activity: row.activity,
    operatingSystem: row.operating_system,
    servicePack: row.service_pack,
    architecture: row.architecture,
    address: row.address,
    agentVersion: row.agent_version,
    certificates: row.certificate_state,
    inbound: row.inbound_state,
    lastSeenAt: row.last_seen_at === 0 ? null : row.last_seen_at,
    lastRun: lastRunOf(row),
  };
}

function lastRunOf(row: ListedMachine): MachineRow['lastRun'] {
  if (row.last_run_name === null || row.last_run_status === null || row.last_run_at === null) return null;
  return { deploymentName: row.last_run_name, status: row.last_run_status, at: row.last_run_at };
}
