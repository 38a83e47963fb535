import type { Tx } from '../../kernel/database/database.ts';
import type { Deps } from './needs.ts';
import { endSession, saveMember } from './sessions.store.ts';
import type { SessionsTable } from './tables.ts';

/** What is known of a session, by its sender's own word. */
export interface SessionProgress {
  readonly figures: { readonly datagrams: number; readonly repairs: number; readonly bytesPerSecond: number };
  readonly members: readonly {
    readonly member: number;
    readonly state: 'active' | 'complete' | 'left';
    readonly cause?: string;
  }[];
  /** Fetched by a representative. */
  readonly lineBytes?: number;
}

interface SessionResult {
  readonly last: SessionProgress | undefined;
  readonly failure: { readonly code: string; readonly detail: string } | undefined;
  readonly isStopped: boolean;
}

/** Writes down how a session ended, with every machine that was left out and why. Never rejects. */
export async function recordEnd(deps: Deps, row: SessionsTable, result: SessionResult): Promise<void> {
  const { db, log } = deps;
  const { failure } = result;
  if (failure) log.warn({ session: row.id, code: failure.code, detail: failure.detail }, 'multicast failed');
  await db
    .transaction((tx) => writeEnd(deps, tx, row, result))
    .catch((error: unknown) =>
      log.error({ err: error, session: row.id }, 'the end of a multicast session was not written'),
    );
}

async function writeEnd(
  { clock, status, events }: Deps,
  tx: Tx,
  row: SessionsTable,
  { last, failure, isStopped }: SessionResult,
) {
  const outcome = failure ? 'failed' : isStopped ? 'stopped' : 'ended';
  await endSession(tx, row.id, {
    ended_at: clock.now(),
    outcome,
    detail: failure ? `${failure.code} ${failure.detail}`.slice(0, 500) : null,
    datagrams: last?.figures.datagrams ?? 0,
    repairs: last?.figures.repairs ?? 0,
    line_bytes: row.subnet === null ? null : (last?.lineBytes ?? 0),
  });
  await events.publish(tx, 'multicast.changed', {});
  const members = last?.members ?? [];
  for (const { member, state, cause } of members)
    await saveMember(tx, { session_id: row.id, number: member, state, cause: cause ?? null });
  const left = members.filter(({ state }) => state === 'left');
  const objects = [{ kind: 'deployment' as const, id: row.deployment_id }];
  const common = { component: 'multicast', objects };
  if (failure && row.representative_id !== null) {
    const params = { network: row.subnet, cause: failure.detail || failure.code };
    const lost = { severity: 'warning', code: 'multicast-representative-lost', params } as const;
    await status.append(tx, { ...common, ...lost, machineId: row.representative_id });
    return;
  }
  if (failure) {
    const params = { group: row.address, detail: failure.detail || failure.code };
    await status.append(tx, { ...common, severity: 'warning', code: 'multicast-session-failed', params });
    return;
  }
  const complete = members.filter(({ state }) => state === 'complete').length;
  const params = { group: row.address, complete, left: left.length };
  await status.append(tx, { ...common, severity: 'info', code: 'multicast-session-ended', params });
  if (isStopped) return;
  // Whose run was cancelled finishes by no other way.
  for (const { member, cause } of left)
    if (cause !== 'cancelled') await tellStraggler(status, tx, row, member, cause ?? 'silent');
}

async function tellStraggler(
  status: Deps['status'],
  tx: Tx,
  row: SessionsTable,
  member: number,
  cause: string,
) {
  const found = await tx.one<{ machine_id: string; run_id: string }>(
    'SELECT machine_id, run_id FROM multicast_members WHERE session_id = ? AND number = ?',
    [row.id, member],
  );
  if (!found) return;
  await status.append(tx, {
    severity: 'warning',
    component: 'multicast',
    code: 'multicast-straggler',
    machineId: found.machine_id,
    objects: [
      { kind: 'run', id: found.run_id },
      { kind: 'deployment', id: row.deployment_id },
    ],
    params: { group: row.address, cause },
  });
}
