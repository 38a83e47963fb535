import type { machineRoutes } from '@tenkai/protocol/api/machines.ts';
import type { QueryOf } from '@tenkai/protocol/api/route.ts';
import type { Caller } from '../../../kernel/access/caller.ts';
import type { Reader } from '../../../kernel/database/database.ts';
import { nameKey } from '../machines.store.ts';
import { allMachines, type Condition, inAnyOf, scopeOf } from './scope.ts';
import type { StateFilter } from './state-counts.ts';

export type ListQuery = QueryOf<typeof machineRoutes.list>;

/** What a list is narrowed by, in the parts that cost differently. */
export interface Filters {
  readonly state: StateFilter;
  /** The machine is in one collection of each of these lists: those of the caller, the one that was asked for. */
  readonly memberships: readonly (readonly string[])[];
  readonly search: Condition | undefined;
  readonly certificates: Condition | undefined;
  readonly inbound: Condition | undefined;
}

export function filtersOf(caller: Caller, query: ListQuery): Filters {
  const scope = scopeOf(caller);
  const { collectionId, search = '' } = query;
  const isAll = collectionId === allMachines;
  // Everybody in the collection of all is enrolled; whoever asks for another state as well asks for nobody.
  const contradicts = isAll && query.enrollment !== undefined && query.enrollment !== 'enrolled';
  const asked = collectionId === undefined || isAll ? [] : [[collectionId]];
  return {
    state: {
      enrollment: query.enrollment ?? (isAll ? 'enrolled' : undefined),
      powerState: query.powerState,
      activity: query.activity,
    },
    memberships: [...(scope === null ? [] : [scope]), ...asked, ...(contradicts ? [[]] : [])],
    search: search.trim() === '' ? undefined : searched(search.trim()),
    certificates: equal('m.certificate_state', query.certificates),
    inbound: equal('m.inbound_state', query.inbound),
  };
}

/** By a part of the name or of the address. */
function searched(text: string): Condition {
  const pattern = `%${nameKey(text).replace(/[\\%_]/g, (char) => `\\${char}`)}%`;
  return {
    text: "(m.name_key LIKE ? ESCAPE '\\' OR m.address LIKE ? ESCAPE '\\')",
    params: [pattern, pattern],
  };
}

/** Below this, beginning with the members costs less than looking for them in the order of the list. */
const fewMembers = 2000;

/** The filters as conditions of one statement. */
export async function conditionsOf(
  read: Reader,
  { state, memberships, search, certificates, inbound }: Filters,
): Promise<Condition[]> {
  const conditions = [
    equal('m.enrollment', state.enrollment),
    equal('m.power_state', state.powerState),
    equal('m.activity', state.activity),
    search,
    certificates,
    inbound,
  ].filter((condition) => condition !== undefined);
  for (const collectionIds of memberships) {
    const isSmall = (await countMembers(read, collectionIds)) <= fewMembers;
    conditions.push(inAnyOf(collectionIds, isSmall ? 'listing' : 'probing'));
  }
  return conditions;
}

function equal(column: string, value: string | undefined): Condition | undefined {
  return value === undefined ? undefined : { text: `${column} = ?`, params: [value] };
}

async function countMembers(read: Reader, collectionIds: readonly string[]): Promise<number> {
  if (collectionIds.length === 0) return 0;
  const row = await read.one<{ n: number | null }>(
    `SELECT sum(member_count) AS n FROM collections WHERE id IN (${collectionIds.map(() => '?').join(', ')})`,
    collectionIds,
  );
  return row?.n ?? 0;
}

/** Members alone, without a look at the machines: every member is an enrolled machine. */
export async function countDistinctMembers(read: Reader, collectionIds: readonly string[]): Promise<number> {
  if (collectionIds.length <= 1) return countMembers(read, collectionIds);
  const row = await read.one<{ n: number }>(
    `SELECT count(DISTINCT machine_id) AS n FROM collections_members
     WHERE collection_id IN (${collectionIds.map(() => '?').join(', ')})`,
    collectionIds,
  );
  return row?.n ?? 0;
}
