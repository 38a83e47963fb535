import { type Collection, membershipsOf } from '@tenkai/domain';
import type { Reader } from '../../kernel/database/database.ts';
import type { Machines } from '../machines/index.ts';
import { collectionsOfMachines } from './members.store.ts';
import { allMachines, type Rules } from './rule-book.ts';

/** One row that is to be added or taken away. */
export interface MemberChange {
  readonly collectionId: string;
  readonly machineId: string;
  readonly isMember: boolean;
}

/** A machine and the collections in question, each after all to which it refers. */
export interface Question {
  readonly machineId: string;
  readonly collectionIds: readonly string[];
}

type JudgeDeps = { readonly machines: Pick<Machines, 'factsOf' | 'enrolledAmong'>; readonly read: Reader };

/** Judges machines by the rules, and compares with the members that are stored. */
export async function judgeMachines(
  { machines, read }: JudgeDeps,
  rules: Rules,
  questions: readonly Question[],
): Promise<MemberChange[]> {
  const asked = questions.filter(({ collectionIds }) => collectionIds.length > 0);
  if (asked.length === 0) return [];
  const ids = asked.map(({ machineId }) => machineId);
  const withSoftware = asked.some(({ collectionIds }) =>
    collectionIds.some((id) => rules.needSoftware.has(id)),
  );
  const enrolled = await machines.enrolledAmong(ids);
  const facts = await machines.factsOf(ids, { withSoftware });
  const stored = await collectionsOfMachines(read, ids);
  return asked.flatMap(({ machineId, collectionIds }) => {
    const known = facts.get(machineId);
    const collections = collectionIds
      .filter((id) => id !== allMachines.id)
      .map((id) => rules.collections.get(id))
      .filter((collection): collection is Collection => collection !== undefined);
    const isIn = enrolled.has(machineId) && known;
    const wanted = isIn ? membershipsOf(collections, known, (id) => rules.collections.get(id)) : new Map();
    return collections
      .map(({ id }) => ({ collectionId: id, machineId, isMember: wanted.get(id) ?? false }))
      .filter((change) => change.isMember !== (stored.get(machineId)?.has(change.collectionId) ?? false));
  });
}
