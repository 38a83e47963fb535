import { type MaintenanceWindow, scheduleProblems } from '@tenkai/domain';
import { allFailures, Failure } from '@tenkai/domain/failure.ts';
import type { Caller } from '../../kernel/access/caller.ts';
import type { Reader } from '../../kernel/database/database.ts';
import { findCollection, loadWindows, saveWindows } from './collections.store.ts';
import type { Deps } from './needs.ts';
import { allMachines } from './rule-book.ts';
import './failures.ts';

/**
 * Replaces the maintenance windows of a collection.
 * @throws Failure not-found, window-invalid
 */
export async function replaceWindows(
  { db, audit, events }: Deps,
  caller: Caller,
  id: string,
  windows: readonly MaintenanceWindow[],
) {
  for (const window of windows) requireUsable(window);
  await db.transaction(async (tx) => {
    const row = await findCollection(tx, id);
    if (!row) throw new Failure('not-found', { what: 'collection', id });
    const before = await loadWindows(tx, id);
    if (JSON.stringify(before) === JSON.stringify(windows)) return;
    await saveWindows(tx, id, windows);
    await events.publish(tx, 'collections.windows-changed', { collectionId: id });
    const details = { from: before, to: windows };
    await audit.record(tx, {
      actor: caller,
      action: 'collections.windows-set',
      object: `collection:${id}`,
      details,
    });
  });
}

function requireUsable({ name, schedule }: MaintenanceWindow) {
  const [problem] = scheduleProblems(schedule);
  if (!problem) return;
  const sentence = allFailures()[problem.code]?.message ?? problem.code;
  throw new Failure(
    'window-invalid',
    { name, problem: sentence },
    { detail: `schedule.${problem.field}: ${problem.code}` },
  );
}

const chunk = 500;

/** All windows of all collections in which each machine is; machines without any are left out. */
export async function windowsFor(
  read: Reader,
  machineIds: readonly string[],
): Promise<Map<string, MaintenanceWindow[]>> {
  const found = new Map<string, MaintenanceWindow[]>();
  const bodies = new Map<string, MaintenanceWindow>();
  const add = (machineId: string, body: string) => {
    const window = bodies.get(body) ?? (JSON.parse(body) as MaintenanceWindow);
    bodies.set(body, window);
    found.set(machineId, [...(found.get(machineId) ?? []), window]);
  };
  for (let at = 0; at < machineIds.length; at += chunk) {
    const part = machineIds.slice(at, at + chunk);
    const rows = await read.all<{ machine_id: string; body: string }>(
      `SELECT m.machine_id, w.body FROM collections_windows w
       JOIN collections_members m ON m.collection_id = w.collection_id
       WHERE m.machine_id IN (${part.map(() => '?').join(', ')})
       ORDER BY m.machine_id, w.collection_id, w.position`,
      part,
    );
    for (const { machine_id, body } of rows) add(machine_id, body);
  }
  const common = await loadWindows(read, allMachines.id);
  for (const machineId of machineIds) for (const window of common) add(machineId, JSON.stringify(window));
  return found;
}
