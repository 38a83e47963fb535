import type { AnyRoute, QueryOf, ReplyOf } from '@tenkai/protocol/api/route.ts';
import type { CallInput, Client } from '@tenkai/protocol/client.ts';

interface PageOf<Item> {
  readonly items: Item[];
  readonly nextCursor: string | null;
}

const pageSize = 1000;

/** All items of a paged list, or the first `most` of them. */
export async function allPages<T extends AnyRoute, Item>(
  client: Client,
  route: T & (ReplyOf<T> extends PageOf<Item> ? unknown : never),
  input: CallInput<T>,
  most = Number.POSITIVE_INFINITY,
): Promise<ReplyOf<T>['items']> {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const limit = Math.min(pageSize, most - items.length);
    const filters: object = input.query ?? {};
    const query: unknown = { ...filters, limit, ...(cursor === null ? {} : { cursor }) };
    const page = (await client(route as T, { ...input, query: query as QueryOf<T> })) as PageOf<Item>;
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null && items.length < most);
  return items as ReplyOf<T>['items'];
}
