import { propertyChangeKey } from '@tenkai/domain';
import { Failure } from '@tenkai/domain/failure.ts';
import type { EnrollmentStatus } from '@tenkai/protocol/api/machines.ts';
import type { Caller } from '../../kernel/access/caller.ts';
import type { Tx } from '../../kernel/database/database.ts';
import {
  type ActivityChange,
  deleteMachine,
  findMachine,
  insertMachine,
  type NewMachine,
  nameKey,
  saveActivities,
  updateMachine,
} from './machines.store.ts';
import type { Deps } from './needs.ts';
import { insertPresence, setAdmitted } from './presence/presence.store.ts';
import './events.ts';
import './failures.ts';

type UseDeps = Pick<Deps, 'db' | 'clock' | 'audit' | 'events' | 'status' | 'changes' | 'channel'>;

const maxProperties = 100;

/** A machine that asked to enroll; part of the transaction that judges it. */
export async function addMachine({ clock, events, changes }: UseDeps, tx: Tx, machine: NewMachine) {
  await insertMachine(tx, machine, clock.now());
  await insertPresence(tx, machine.id, machine.enrollment === 'enrolled');
  await changes.changed(tx, machine.id, null);
  await events.publish(tx, 'machines.changed', { machineId: machine.id });
}

/** Lets a machine in or shuts it out; its history stays. */
export async function setEnrollment(
  { events, changes, channel }: UseDeps,
  tx: Tx,
  machineId: string,
  enrollment: EnrollmentStatus,
) {
  await updateMachine(tx, machineId, { enrollment });
  await setAdmitted(tx, machineId, enrollment === 'enrolled');
  await changes.changed(tx, machineId, null);
  await events.publish(tx, 'machines.changed', { machineId });
  if (enrollment !== 'enrolled') tx.afterCommit(() => channel.drop(machineId));
}

/** What lists show of machines' work (BSRV-25, BSRV-26). */
export async function recordActivities(
  { events }: Pick<UseDeps, 'events'>,
  tx: Tx,
  changes: ReadonlyMap<string, ActivityChange>,
) {
  await saveActivities(tx, changes);
  const payloads = [...changes.keys()].map((machineId) => ({ machineId }));
  await events.publishAll(tx, 'machines.changed', payloads);
}

/** A machine whose name was changed on itself. */
export async function renameMachine({ events, changes }: UseDeps, tx: Tx, machineId: string, name: string) {
  await updateMachine(tx, machineId, { name, name_key: nameKey(name) });
  await changes.changed(tx, machineId, new Set(['name']));
  await events.publish(tx, 'machines.changed', { machineId });
}

/**
 * Replaces what administrators wrote on a machine.
 * @throws Failure not-found, too-many-properties
 */
export async function setProperties(
  { db, audit, events, changes, status }: UseDeps,
  caller: Caller,
  machineId: string,
  properties: Record<string, string>,
) {
  if (Object.keys(properties).length > maxProperties)
    throw new Failure('too-many-properties', { limit: maxProperties });
  await db.transaction(async (tx) => {
    const machine = await findMachine(tx, machineId);
    if (!machine) throw new Failure('not-found', { what: 'machine', id: machineId });
    const before = JSON.parse(machine.properties) as Record<string, string>;
    const changed = changedNames(before, properties);
    if (changed.length === 0) return;
    await updateMachine(tx, machineId, { properties: JSON.stringify(properties) });
    await changes.changed(tx, machineId, new Set(changed.map(propertyChangeKey)));
    await events.publish(tx, 'machines.changed', { machineId });
    const details = { from: before, to: properties };
    await audit.record(tx, {
      actor: caller,
      action: 'machines.properties-set',
      object: `machine:${machineId}`,
      details,
    });
    const code = 'machine.properties-changed';
    await status.append(tx, {
      severity: 'info',
      component: 'machines',
      code,
      machineId,
      params: { by: caller.name },
    });
  });
}

function changedNames(before: Record<string, string>, after: Record<string, string>): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => before[name] !== after[name],
  );
}

/** Told in the transaction that forgets a machine, so that nothing of it stays behind elsewhere. */
export type RemovalListener = (tx: Tx, machineId: string) => Promise<void>;

/**
 * Forgets a machine. Its agent must enroll again, and is then another machine.
 * @throws Failure not-found
 */
export async function removeMachine(
  { db, audit, events, changes, channel }: UseDeps,
  caller: Caller,
  machineId: string,
  onRemoved: readonly RemovalListener[],
) {
  await db.transaction(async (tx) => {
    const machine = await findMachine(tx, machineId);
    if (!machine) throw new Failure('not-found', { what: 'machine', id: machineId });
    await changes.removed(tx, machineId);
    for (const listener of onRemoved) await listener(tx, machineId);
    await deleteMachine(tx, machineId);
    await events.publish(tx, 'machines.removed', { machineId });
    const details = { name: machine.name };
    await audit.record(tx, {
      actor: caller,
      action: 'machines.removed',
      object: `machine:${machineId}`,
      details,
    });
    tx.afterCommit(() => channel.drop(machineId));
  });
}
