import type { EnrollmentStatus, MachineActivity } from '@tenkai/protocol/api/machines.ts';
import type { Reader, Tx } from '../../kernel/database/database.ts';
import { rowsOf, updateRows } from '../../kernel/database/many-rows.ts';
import { assignments } from './assignments.ts';
import type { listColumns } from './list/list-columns.ts';
import type { MachineRecord } from './tables.ts';
import './tables.ts';

/** Names are sorted and searched by this: in any case, and in either Unicode form. */
export function nameKey(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

export const findMachine = (read: Reader, id: string) =>
  read.one<MachineRecord>('SELECT * FROM machines WHERE id = ?', [id]);

export interface NewMachine {
  readonly id: string;
  readonly name: string;
  readonly enrollment: EnrollmentStatus;
  readonly hardwareFingerprint: string;
  readonly agentVersion: string;
  readonly operatingSystem: string;
}

export async function insertMachine(tx: Tx, machine: NewMachine, now: number) {
  await tx.sql
    .insertInto('machines')
    .values({
      id: machine.id,
      name: machine.name,
      name_key: nameKey(machine.name),
      enrollment: machine.enrollment,
      enrolled_at: now,
      hardware_fingerprint: machine.hardwareFingerprint,
      power_state: 'unknown',
      activity: 'idle',
      operating_system: machine.operatingSystem,
      service_pack: '',
      architecture: '',
      address: '',
      agent_version: machine.agentVersion,
      last_run_name: null,
      last_run_status: null,
      last_run_at: null,
      inbound_state: 'unknown',
      certificate_state: 'unknown',
      certificate_remedies: '',
      properties: '{}',
    })
    .execute();
}

export async function updateMachine(tx: Tx, id: string, change: Partial<MachineRecord>) {
  const set = assignments(change);
  await tx.run(`UPDATE machines SET ${set.text} WHERE id = ?`, [...set.values, id]);
}

/** As `updateMachine`, where mostly nothing is new: a row that is set to what it was has all its indexes written anew. */
export async function refreshMachine(tx: Tx, id: string, columns: ReturnType<typeof listColumns>) {
  const set = assignments(columns);
  const isNew = Object.keys(columns).map((name) => `${name} <> ?`);
  await tx.run(`UPDATE machines SET ${set.text} WHERE id = ? AND (${isNew.join(' OR ')})`, [
    ...set.values,
    id,
    ...set.values,
  ]);
}

export interface ActivityChange {
  readonly activity: MachineActivity;
  /** Absent: the last one stays. */
  readonly lastRun?: { readonly deploymentName: string; readonly status: string; readonly at: number };
}

/** By machine. */
export async function saveActivities(tx: Tx, changes: ReadonlyMap<string, ActivityChange>) {
  const update = 'UPDATE machines';
  const keys = { id: 'text' } as const;
  const all = [...changes].map(([id, { activity, lastRun }]) => ({
    id,
    activity,
    last_run_name: lastRun?.deploymentName ?? null,
    last_run_status: lastRun?.status ?? null,
    last_run_at: lastRun?.at ?? null,
  }));
  const ended = all.filter(({ last_run_at }) => last_run_at !== null);
  const others = all.filter(({ last_run_at }) => last_run_at === null);
  await updateRows(tx, { update, keys, columns: { activity: 'text' } }, others);
  const columns = {
    activity: 'text',
    last_run_name: 'text',
    last_run_status: 'text',
    last_run_at: 'bigint',
  } as const;
  await updateRows(tx, { update, keys, columns }, ended);
}

/** Everything that belongs to it goes with it. */
export async function deleteMachine(tx: Tx, id: string): Promise<boolean> {
  return (await tx.run('DELETE FROM machines WHERE id = ?', [id])).changes === 1;
}

/** Ids of all enrolled machines in ascending order, after one id; for walks over the whole fleet. */
export async function enrolledAfter(read: Reader, afterId: string, limit: number): Promise<string[]> {
  const sql = "SELECT id FROM machines WHERE enrollment = 'enrolled' AND id > ? ORDER BY id LIMIT ?";
  return (await read.all<{ id: string }>(sql, [afterId, limit])).map(({ id }) => id);
}

/** Those of the ids whose machines are enrolled. */
export async function enrolledAmong(read: Reader, ids: readonly string[]): Promise<Set<string>> {
  const select = "SELECT id FROM machines WHERE enrollment = 'enrolled' AND id IN";
  return new Set((await rowsOf<{ id: string }>(read, select, ids)).map(({ id }) => id));
}

/** Those of the ids that have not been removed. */
export async function knownAmong(read: Reader, ids: readonly string[]): Promise<Set<string>> {
  return new Set(
    (await rowsOf<{ id: string }>(read, 'SELECT id FROM machines WHERE id IN', ids)).map(({ id }) => id),
  );
}

export async function addressOf(read: Reader, id: string): Promise<string | undefined> {
  return (await read.one<{ address: string }>('SELECT address FROM machines WHERE id = ?', [id]))?.address;
}

export async function countEnrolled(read: Reader): Promise<number> {
  const sql = "SELECT count(*) AS n FROM machines WHERE enrollment = 'enrolled'";
  return (await read.one<{ n: number }>(sql))?.n ?? 0;
}
