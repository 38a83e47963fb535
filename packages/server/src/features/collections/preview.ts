import { type Collection, indexCollections, membershipsOf, referencesOf } from '@tenkai/domain';
import type { collectionRoutes } from '@tenkai/protocol/api/collections.ts';
import type { BodyOf, ReplyOf } from '@tenkai/protocol/api/route.ts';
import type { Caller } from '../../kernel/access/caller.ts';
import { toDraftCollection } from './collections.ts';
import { memberIds } from './members.store.ts';
import type { Deps } from './needs.ts';
import { needsSoftware, type Rules } from './rule-book.ts';

type Preview = ReplyOf<typeof collectionRoutes.preview>;
type NamedMachine = Preview['sample'][number];

/** For people: the counts are of all. */
const longestList = 1000;
const sampleSize = 20;
const pageSize = 200;

/**
 * Members that a draft would have, and what that changes for an existing collection; by the function that decides
 * it later. The caller hears of machines in their scope only.
 * @throws Failure collection-cycle, collection-missing, query-syntax
 */
export async function previewCollection(
  deps: Deps,
  caller: Caller,
  { draft, id = 'draft' }: BodyOf<typeof collectionRoutes.preview>,
): Promise<Preview> {
  const rules = await deps.ruleBook.refresh(deps.db.read);
  const collection = toDraftCollection(id, draft);
  indexCollections([...[...rules.collections.values()].filter((other) => other.id !== id), collection]);
  const before = new Set(await memberIds(deps.db.read, id));
  const preview = {
    memberCount: 0,
    added: [] as NamedMachine[],
    removed: [] as NamedMachine[],
    sample: [] as NamedMachine[],
  };
  await walk(deps, caller, rules, collection, (machine, isMember) => {
    if (isMember) preview.memberCount += 1;
    if (isMember && preview.sample.length < sampleSize) preview.sample.push(machine);
    if (isMember === before.has(machine.id)) return;
    const list = isMember ? preview.added : preview.removed;
    if (list.length < longestList) list.push(machine);
  });
  return preview;
}

async function walk(
  { machines }: Pick<Deps, 'machines'>,
  caller: Caller,
  rules: Rules,
  collection: Collection,
  see: (machine: NamedMachine, isMember: boolean) => void,
) {
  const lookup = (id: string) => (id === collection.id ? collection : rules.collections.get(id));
  const withSoftware =
    needsSoftware(collection) || referencesOf(collection).some((id) => rules.needSoftware.has(id));
  for (let afterId = ''; ; ) {
    const page = await machines.enrolledAfter(afterId, pageSize);
    if (page.length === 0) return;
    afterId = page.at(-1) ?? afterId;
    const visible = await machines.visibleIds(caller, page);
    const facts = await machines.factsOf([...visible], { withSoftware });
    for (const each of facts.values()) {
      const isMember = membershipsOf([collection], each, lookup).get(collection.id) ?? false;
      see({ id: each.id, name: each.name }, isMember);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}
