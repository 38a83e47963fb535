import type { Tx } from '../../kernel/database/database.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { MemberChange } from './judge.ts';
import { addMembers, changeMemberCount, removeMembers } from './members.store.ts';
import './events.ts';

/** Writes what was judged, keeps the counts, and tells it: all in the transaction of the caller. */
export async function recordMembers(
  { events }: Pick<Kernel, 'events'>,
  tx: Tx,
  changes: readonly MemberChange[],
) {
  for (const [collectionId, own] of Map.groupBy(changes, (change) => change.collectionId)) {
    // Deleted while its members were judged.
    if (!(await tx.one('SELECT id FROM collections WHERE id = ?', [collectionId]))) continue;
    const added = own.filter(({ isMember }) => isMember).map(({ machineId }) => machineId);
    const removed = own.filter(({ isMember }) => !isMember).map(({ machineId }) => machineId);
    const by = (await addMembers(tx, collectionId, added)) - (await removeMembers(tx, collectionId, removed));
    await changeMemberCount(tx, collectionId, by);
    await events.publish(tx, 'collections.members-changed', { collectionId, added, removed });
  }
}
