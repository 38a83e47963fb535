import type { MachineRow, machineRoutes } from '@tenkai/protocol/api/machines.ts';
import type { QueryOf } from '@tenkai/protocol/api/route.ts';
import type { Caller } from '../../kernel/access/caller.ts';
import type { Reader } from '../../kernel/database/database.ts';
import { decodeCursor, defaultPageSize, toPage } from '../../kernel/paging.ts';
import { nameKey } from './machines.store.ts';
import type { Deps } from './needs.ts';
import { type Condition, inCollection, inScopeOf } from './scope.ts';
import type { StateCounts } from './state-counts.ts';
import type { MachineRecord } from './tables.ts';

export type ListQuery = QueryOf<typeof machineRoutes.list>;

/** A machine and when it was last heard. */
export type ListedMachine = Omit<MachineRecord, 'properties'> & { readonly last_seen_at: number };

interface ListDeps {
  readonly db: Deps['db'];
  readonly channel: Deps['channel'];
  readonly stateCounts: StateCounts;
}

export const listedColumns = `m.id, m.name, m.name_key, m.enrollment, m.enrolled_at, m.hardware_fingerprint,
  m.power_state, m.activity, m.operating_system, m.service_pack, m.architecture, m.address, m.agent_version,
  m.last_run_name, m.last_run_status, m.last_run_at, p.last_seen_at`;

/** A page of machines. Every order has an index that ends with the id, so that each page begins where the last ended. */
export async function listMachines({ db, channel, stateCounts }: ListDeps, caller: Caller, query: ListQuery) {
  const limit = query.limit ?? defaultPageSize;
  const filters = filtersOf(caller, query);
  const rows = await readPage(db.read, query, filters, limit + 1);
  const item = (row: ListedMachine) => toMachineRow(row, channel.isOnline(row.id));
  const key = (row: ListedMachine) => [isByTime(query) ? row.last_seen_at : row.name_key, row.id];
  const total = await countMatches(db.read, stateCounts, query, filters);
  return { ...toPage(rows, limit, { item, key }), total };
}

/** `states`: what the counts know; `others`: what has to be looked up. */
interface Filters {
  readonly states: readonly Condition[];
  readonly others: readonly Condition[];
}

function filtersOf(caller: Caller, query: ListQuery): Filters {
  const isAll = query.collectionId === 'all';
  const states = [
    equal('m.enrollment', query.enrollment ?? (isAll ? 'enrolled' : undefined)),
    equal('m.power_state', query.powerState),
    equal('m.activity', query.activity),
  ];
  const others = [
    query.collectionId === undefined || isAll ? undefined : inCollection(query.collectionId),
    inScopeOf(caller),
    query.search === undefined || query.search === '' ? undefined : searched(query.search),
    // Two different wishes at once: nothing is both.
    isAll && query.enrollment !== undefined && query.enrollment !== 'enrolled' ? nothing : undefined,
  ];
  return { states: present(states), others: present(others) };
}

const nothing: Condition = { text: '1 = 0', params: [] };

function equal(column: string, value: string | undefined): Condition | undefined {
  return value === undefined ? undefined : { text: `${column} = ?`, params: [value] };
}

function present(conditions: readonly (Condition | undefined)[]): Condition[] {
  return conditions.filter((condition) => condition !== undefined);
}

/** By a part of the name or of the address. */
function searched(text: string): Condition {
  const pattern = `%${nameKey(text.trim()).replace(/[\\%_]/g, (char) => `\\${char}`)}%`;
  return {
    text: "(m.name_key LIKE ? ESCAPE '\\' OR m.address LIKE ? ESCAPE '\\')",
    params: [pattern, pattern],
  };
}

function isByTime({ sort }: ListQuery): boolean {
  return sort === 'lastSeenAt' || sort === '-lastSeenAt';
}

function readPage(read: Reader, query: ListQuery, filters: Filters, limit: number): Promise<ListedMachine[]> {
  const byTime = isByTime(query);
  const [column, id] = byTime ? ['p.last_seen_at', 'p.machine_id'] : ['m.name_key', 'm.id'];
  const [direction, beyond] = query.sort?.startsWith('-') ? ['DESC', '<'] : ['ASC', '>'];
  const after = decodeCursor(query.cursor, [byTime ? 'number' : 'string', 'string']);
  const conditions = [
    ...filters.states,
    ...filters.others,
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
  read: Reader,
  stateCounts: StateCounts,
  query: ListQuery,
  { states, others }: Filters,
): Promise<number> {
  if (others.length === 0) {
    const enrollment = query.enrollment ?? (query.collectionId === 'all' ? 'enrolled' : undefined);
    return stateCounts({ enrollment, powerState: query.powerState, activity: query.activity });
  }
  const conditions = [...states, ...others];
  const row = await read.one<{ n: number }>(
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
    lastSeenAt: row.last_seen_at === 0 ? null : row.last_seen_at,
    lastRun: lastRunOf(row),
  };
}

function lastRunOf(row: ListedMachine): MachineRow['lastRun'] {
  if (row.last_run_name === null || row.last_run_status === null || row.last_run_at === null) return null;
  return { deploymentName: row.last_run_name, status: row.last_run_status, at: row.last_run_at };
}
