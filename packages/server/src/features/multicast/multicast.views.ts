import { Failure } from '@tenkai/domain/failure.ts';
import type { MulticastSessionRow } from '@tenkai/protocol/api/multicast.ts';
import type { Reader } from '../../kernel/database/database.ts';
import type { LiveSession } from './run-session.ts';
import { findSession, listSessions } from './sessions.store.ts';
import type { MembersTable, SessionsTable } from './tables.ts';

const usualLimit = 50;

type Member = MembersTable & { readonly machine_name: string | null };

/** Sessions, newest first; of those that run, what their senders know at this moment. */
export async function viewSessions(
  read: Reader,
  live: readonly LiveSession[],
  { deploymentId, limit = usualLimit }: { deploymentId?: string; limit?: number },
): Promise<MulticastSessionRow[]> {
  return viewRows(read, live, await listSessions(read, { deploymentId, limit }));
}

/** @throws Failure not-found */
export async function viewSession(
  read: Reader,
  live: readonly LiveSession[],
  id: string,
): Promise<MulticastSessionRow> {
  const row = await findSession(read, id);
  const [view] = row ? await viewRows(read, live, [row]) : [];
  if (!view) throw new Failure('not-found', { what: 'multicast session', id });
  return view;
}

async function viewRows(
  read: Reader,
  live: readonly LiveSession[],
  rows: readonly SessionsTable[],
): Promise<MulticastSessionRow[]> {
  if (rows.length === 0) return [];
  const members = await read.all<Member>(
    `SELECT b.*, m.name AS machine_name FROM multicast_members b LEFT JOIN machines m ON m.id = b.machine_id
     WHERE b.session_id IN (${rows.map(() => '?').join(', ')}) ORDER BY b.session_id, b.number`,
    rows.map(({ id }) => id),
  );
  const names = await namesOf(read, rows);
  return rows.map((row) => {
    const own = members.filter(({ session_id }) => session_id === row.id);
    const now = live.find((one) => one.row.id === row.id)?.progress();
    return { ...toRow(row, own, now), ...subnetOf(row, names, now) };
  });
}

/** The id where the machine is gone. */
export async function machineName(read: Reader, machineId: string): Promise<string> {
  const found = await read.one<{ name: string }>('SELECT name FROM machines WHERE id = ?', [machineId]);
  return found?.name ?? machineId;
}

/** Of representatives; machines that are gone have none. */
async function namesOf(read: Reader, rows: readonly SessionsTable[]): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set(rows.flatMap(({ representative_id }) => representative_id ?? []))];
  if (ids.length === 0) return new Map();
  const found = await read.all<{ id: string; name: string }>(
    `SELECT id, name FROM machines WHERE id IN (${ids.map(() => '?').join(', ')})`,
    ids,
  );
  return new Map(found.map(({ id, name }) => [id, name]));
}

function subnetOf(row: SessionsTable, names: ReadonlyMap<string, string>, now: Progress) {
  const { subnet, representative_id: machineId, chosen_by: chosenBy } = row;
  if (subnet === null || machineId === null || chosenBy === null)
    return { subnet: null, representative: null, lineBytes: null };
  const representative = { machineId, machineName: names.get(machineId) ?? machineId, chosenBy };
  return { subnet, representative, lineBytes: now?.lineBytes ?? row.line_bytes };
}

type Progress = ReturnType<LiveSession['progress']>;

function toRow(row: SessionsTable, members: readonly Member[], now: Progress) {
  return {
    id: row.id,
    deploymentId: row.deployment_id,
    contentId: row.content_id,
    contentBytes: row.content_bytes,
    address: row.address,
    port: row.port,
    senderPort: row.sender_port,
    interface: row.interface_address,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    outcome: row.outcome,
    detail: row.detail,
    datagrams: now?.figures.datagrams ?? row.datagrams,
    repairs: now?.figures.repairs ?? row.repairs,
    bytesPerSecond: row.ended_at === null && now ? Math.round(now.figures.bytesPerSecond) : null,
    members: members.map((member) => {
      const found = now?.members.find((one) => one.member === member.number);
      return {
        machineId: member.machine_id,
        machineName: member.machine_name ?? member.machine_id,
        runId: member.run_id,
        state: found?.state ?? member.state,
        cause: found?.cause ?? member.cause,
      };
    }),
  };
}
