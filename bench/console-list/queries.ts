import type { machineRoutes } from '@tenkai/protocol/api/machines.ts';
import type { QueryOf } from '@tenkai/protocol/api/route.ts';

export type ListQuery = QueryOf<typeof machineRoutes.list>;

/** What somebody who works in the console asks for, by kind. */
export interface QueryKind {
  readonly name: string;
  readonly query: (random: () => number) => ListQuery;
  /** Also asks for the two pages after the first. */
  readonly isPaged: boolean;
}

const pick = <T>(random: () => number, list: readonly T[]): T =>
  list[Math.floor(random() * list.length)] as T;
const sites = ['tokyo', 'osaka', 'nagoya', 'sapporo', 'fukuoka', 'sendai'];
const number = (random: () => number, digits: number) =>
  String(Math.floor(random() * 10 ** digits)).padStart(digits, '0');

export function queryKinds(collectionId: string): QueryKind[] {
  const limit = 100;
  return [
    { name: 'first page by name', isPaged: true, query: () => ({ limit }) },
    { name: 'last seen first', isPaged: true, query: () => ({ limit, sort: '-lastSeenAt' }) },
    { name: 'by name, backwards', isPaged: false, query: () => ({ limit, sort: '-name' }) },
    {
      name: 'search, many matches',
      isPaged: true,
      query: (random) => ({ limit, search: `${pick(random, sites)}-pc` }),
    },
    {
      name: 'search, one match',
      isPaged: false,
      query: (random) => ({ limit, search: `-0${number(random, 5)}` }),
    },
    {
      name: 'search, no match',
      isPaged: false,
      query: (random) => ({ limit, search: `none-${number(random, 4)}` }),
    },
    {
      name: 'search by address',
      isPaged: false,
      query: (random) => ({ limit, search: `10.1.${number(random, 2)}.` }),
    },
    { name: 'filter by power', isPaged: true, query: () => ({ limit, powerState: 'off' }) },
    { name: 'filter by activity', isPaged: false, query: () => ({ limit, activity: 'error' }) },
    {
      name: 'filter by power, last seen first',
      isPaged: true,
      query: () => ({ limit, powerState: 'unreachable', sort: '-lastSeenAt' }),
    },
    { name: 'members of a collection', isPaged: true, query: () => ({ limit, collectionId }) },
    {
      name: 'search in a collection, filtered',
      isPaged: false,
      query: (random) => ({ limit, collectionId, powerState: 'on', search: `srv-0${number(random, 2)}` }),
    },
  ];
}
