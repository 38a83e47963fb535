import type { MaintenanceWindow } from '@tenkai/domain';
import type { CollectionDraft } from '@tenkai/protocol/api/collections.ts';
import type { Caller } from '../../kernel/access/caller.ts';
import type { Tx } from '../../kernel/database/database.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Machines } from '../machines/index.ts';
import { addCollectionRoutes } from './collections.routes.ts';
import { dropChange, findByName, findCollection, markStale, noteChange } from './collections.store.ts';
import { createCollection } from './collections.ts';
import { createEvaluator } from './evaluator.ts';
import { collectionsOfMachines, memberIds, removeFromAll } from './members.store.ts';
import type { Deps, RemovalGuard } from './needs.ts';
import { allMachines, createRuleBook, type Rules } from './rule-book.ts';
import { windowsFor } from './windows.ts';

export type { RemovalGuard } from './needs.ts';

/** What other features may ask of collections. */
export interface Collections {
  /** Undefined: there is no such collection. */
  nameOf(collectionId: string): Promise<string | undefined>;
  /** Ids of the enrolled machines in it, ascending. */
  membersOf(collectionId: string): Promise<string[]>;
  /** Those of the machines that are members now, in their order. */
  membersAmong(collectionId: string, machineIds: readonly string[]): Promise<string[]>;
  /** All maintenance windows that hold for each machine; machines without any are left out. */
  windowsFor(machineIds: readonly string[]): Promise<Map<string, MaintenanceWindow[]>>;
  /**
   * The id of the collection with this name and these rules; made where there is none.
   * @throws Failure not-allowed; already-exists where another one has the name
   */
  provide(caller: Caller, draft: CollectionDraft): Promise<string>;
  /** Resolves when every change so far has been judged. */
  settled(): Promise<void>;
  /** Asked in the transaction that would delete a collection. */
  guardRemoval(guard: RemovalGuard): void;
}

export async function registerCollections(
  kernel: Kernel,
  { machines }: { readonly machines: Machines },
): Promise<Collections> {
  const log = kernel.log.child({ component: 'collections' });
  const ruleBook = createRuleBook();
  const rules = await ruleBook.refresh(kernel.db.read);
  const evaluator = createEvaluator({ ...kernel, log, machines, ruleBook });
  const removalGuards: RemovalGuard[] = [];
  const deps: Deps = { ...kernel, log, machines, ruleBook, evaluator, removalGuards };
  await judgeWhoIsOnline(deps, rules);
  observeMachines(deps);
  exposeEvents(deps);
  addCollectionRoutes(deps);
  const { read } = kernel.db;
  return {
    nameOf: async (id) => (await findCollection(read, id))?.name,
    membersOf: (id) => (id === allMachines.id ? allEnrolled(machines) : memberIds(read, id)),
    async membersAmong(id, machineIds) {
      if (id === allMachines.id) {
        const enrolled = await machines.enrolledAmong(machineIds);
        return machineIds.filter((machineId) => enrolled.has(machineId));
      }
      const collections = await collectionsOfMachines(read, machineIds);
      return machineIds.filter((machineId) => collections.get(machineId)?.has(id));
    },
    windowsFor: (ids) => windowsFor(read, ids),
    async provide(caller, draft) {
      const found = await findByName(read, draft.name);
      const isSame = found?.rules === JSON.stringify(draft.rules);
      return found && isSame ? found.id : createCollection(deps, caller, draft);
    },
    settled: () => evaluator.run(),
    guardRemoval: (guard) => void removalGuards.push(guard),
  };
}

/** Nobody is connected to a server that has just been started; no change of a machine says so. */
async function judgeWhoIsOnline({ db }: Deps, { index, revisions }: Rules) {
  const concerned = index.byAttribute.get('isOnline') ?? new Set();
  if (concerned.size === 0) return;
  await db.transaction(async (tx) => {
    for (const id of concerned) await markStale(tx, id, revisions.get(id) ?? 0);
  });
}

function observeMachines({ machines, evaluator, ruleBook, events }: Deps) {
  machines.observe({
    async changed(tx, machineId, attributes) {
      await noteChange(tx, machineId, attributes);
      tx.afterCommit(evaluator.poke);
      // It may have been enrolled or shut out, and then joins or leaves the collection of all at once.
      if (attributes === null)
        await events.publish(tx, 'collections.members-changed', await joined(machines, tx, machineId));
    },
    async removed(tx, machineId) {
      await dropChange(tx, machineId);
      for (const collectionId of await removeFromAll(tx, machineId))
        await events.publish(tx, 'collections.members-changed', {
          collectionId,
          added: [],
          removed: [machineId],
        });
    },
    isInterestedIn: (attribute) => ruleBook.current().index.byAttribute.has(attribute),
  });
}

async function joined(machines: Machines, tx: Tx, machineId: string) {
  const isIn = (await machines.enrolledAmong([machineId], tx)).has(machineId);
  const [added, removed] = isIn ? [[machineId], []] : [[], [machineId]];
  return { collectionId: allMachines.id, added, removed };
}

function exposeEvents({ live, machines }: Deps) {
  const message = ({ collectionId }: { collectionId: string }) => ({
    topic: 'collections',
    id: collectionId,
  });
  live.expose('collections.changed', { permission: 'view', message });
  live.expose('collections.members-changed', { permission: 'view', message });
  live.expose('collections.windows-changed', { permission: 'view', message });
  live.expose('collections.removed', { permission: 'view', message: () => ({ topic: 'collections' }) });
  live.seesMachine = async (caller, machineId) =>
    (await machines.visibleIds(caller, [machineId])).has(machineId);
}

const pageSize = 1000;

async function allEnrolled(machines: Machines): Promise<string[]> {
  const all: string[] = [];
  for (;;) {
    const page = await machines.enrolledAfter(all.at(-1) ?? '', pageSize);
    all.push(...page);
    if (page.length < pageSize) return all;
  }
}
