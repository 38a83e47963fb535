import type { GroupMember, Wave } from '@tenkai/domain';
import type { Reader, Tx } from '../../../kernel/database/database.ts';
import type { WavesTable } from '../tables.ts';

/** The machines of one start of a deployment that wait for each other. */
export interface GroupKey {
  readonly deploymentId: string;
  readonly occurrence: number;
}

export interface GroupSummary {
  readonly ready: number;
  readonly firstReadyAt: number | null;
  /** When the first of them begins at the latest by the settings under which it came; null: no limit says. */
  readonly startsAt: number | null;
}

const ofGroup = "deployment_id = ? AND occurrence = ? AND gate = 'group'";
const idsAtOnce = 500;

/** Groups in which somebody waits; of one deployment, or of all. */
export async function waitingGroups(read: Reader, deploymentId?: string): Promise<GroupKey[]> {
  const one = deploymentId === undefined ? '' : ' AND deployment_id = ?';
  const rows = await read.all<{ deployment_id: string; occurrence: number }>(
    `SELECT DISTINCT deployment_id, occurrence FROM deployments_runs WHERE gate = 'group'${one}`,
    deploymentId === undefined ? [] : [deploymentId],
  );
  return rows.map((row) => ({ deploymentId: row.deployment_id, occurrence: row.occurrence }));
}

export async function hasWaitingGroup(read: Reader): Promise<boolean> {
  return (await read.one("SELECT id FROM deployments_runs WHERE gate = 'group' LIMIT 1")) !== undefined;
}

/** Counted, not listed: a group may be as large as the fleet. */
export async function groupSummary(read: Reader, key: GroupKey): Promise<GroupSummary> {
  const row = await read.one<{ ready: number; first: number | null; starts: number | null }>(
    `SELECT count(*) AS ready, min(ready_at) AS first, min(waits_until) AS starts FROM deployments_runs
     WHERE ${ofGroup}`,
    [key.deploymentId, key.occurrence],
  );
  return { ready: row?.ready ?? 0, firstReadyAt: row?.first ?? null, startsAt: row?.starts ?? null };
}

/** Of the latest start of each of these deployments, as far as anybody waits. */
export async function groupSummaries(
  read: Reader,
  deploymentIds: readonly string[],
): Promise<Map<string, GroupSummary>> {
  if (deploymentIds.length === 0) return new Map();
  const rows = await read.all<{ id: string; ready: number; first: number | null; starts: number | null }>(
    `SELECT r.deployment_id AS id, count(*) AS ready, min(r.ready_at) AS first, min(r.waits_until) AS starts
     FROM deployments_runs r JOIN deployments_deployments d
       ON d.id = r.deployment_id AND d.occurrence = r.occurrence
     WHERE r.gate = 'group' AND r.deployment_id IN (${deploymentIds.map(() => '?').join(', ')})
     GROUP BY r.deployment_id`,
    deploymentIds,
  );
  return new Map(
    rows.map((row) => [row.id, { ready: row.ready, firstReadyAt: row.first, startsAt: row.starts }]),
  );
}

export async function groupMembers(read: Reader, key: GroupKey): Promise<GroupMember[]> {
  const rows = await read.all<{ id: string; ready_at: number | null; latest_start_at: number | null }>(
    `SELECT id, ready_at, latest_start_at FROM deployments_runs WHERE ${ofGroup}`,
    [key.deploymentId, key.occurrence],
  );
  return rows.map((row) => ({
    id: row.id,
    readyAt: row.ready_at ?? 0,
    latestStartAt: row.latest_start_at,
  }));
}

/** Whether a run is left that may still come to the group without anybody's doing. */
export async function isAnyoneExpected(read: Reader, key: GroupKey): Promise<boolean> {
  const row = await read.one(
    `SELECT id FROM deployments_runs WHERE deployment_id = ? AND occurrence = ?
       AND status IN ('planned', 'waiting') AND wave_id IS NULL AND alone IS NULL
       AND (gate IN ('new', 'inventory', 'earlier-run', 'machine')
         OR (gate = 'window' AND waits_until IS NOT NULL)) LIMIT 1`,
    [key.deploymentId, key.occurrence],
  );
  return row !== undefined;
}

export async function setReadiness(
  tx: Tx,
  runId: string,
  { readyAt, latestStartAt }: { readyAt: number; latestStartAt: number | null },
) {
  await tx.run('UPDATE deployments_runs SET ready_at = ?, latest_start_at = ? WHERE id = ?', [
    readyAt,
    latestStartAt,
    runId,
  ]);
}

/** Whoever waits now waits by the limits of today. */
export async function setGroupWait(tx: Tx, deploymentId: string, maxWaitMs: number | null) {
  const waiting = "deployment_id = ? AND gate = 'group'";
  await tx.run(`UPDATE deployments_runs SET waits_until = latest_start_at WHERE ${waiting}`, [deploymentId]);
  if (maxWaitMs === null) return;
  await tx.run(
    `UPDATE deployments_runs SET waits_until = ready_at + ?
     WHERE ${waiting} AND (latest_start_at IS NULL OR latest_start_at > ready_at + ?)`,
    [maxWaitMs, deploymentId, maxWaitMs],
  );
}

/** Takes runs out of their group: they are looked at as new ones, and wait for no group any more. */
export async function startWave(
  tx: Tx,
  key: GroupKey,
  wave: Wave,
  { id, at, by }: { id: string; at: number; by: string | null },
): Promise<WavesTable> {
  const last = await tx.one<{ n: number | null }>(
    'SELECT max(number) AS n FROM deployments_waves WHERE deployment_id = ? AND occurrence = ?',
    [key.deploymentId, key.occurrence],
  );
  const row: WavesTable = {
    id,
    deployment_id: key.deploymentId,
    occurrence: key.occurrence,
    number: (last?.n ?? 0) + 1,
    cause: wave.cause,
    started_at: at,
    started_by: by,
    machine_count: wave.memberIds.length,
  };
  await tx.sql.insertInto('deployments_waves').values(row).execute();
  for (let from = 0; from < wave.memberIds.length; from += idsAtOnce) {
    const ids = wave.memberIds.slice(from, from + idsAtOnce);
    await tx.run(
      `UPDATE deployments_runs SET wave_id = ?, gate = 'new', waits_until = NULL
       WHERE gate = 'group' AND id IN (${ids.map(() => '?').join(', ')})`,
      [id, ...ids],
    );
  }
  return row;
}

/** The deployment has no group any more: whoever waits for it is looked at as a new run. */
export async function dissolveGroup(tx: Tx, { deploymentId, occurrence }: GroupKey) {
  await tx.run(`UPDATE deployments_runs SET gate = 'new', waits_until = NULL WHERE ${ofGroup}`, [
    deploymentId,
    occurrence,
  ]);
}

/** One machine waits for no group; a run that waits for one is looked at as new. */
export async function setAlone(tx: Tx, runId: string, alone: 'left-group' | 'went-unicast') {
  await tx.run(
    `UPDATE deployments_runs SET alone = ?,
       waits_until = CASE WHEN gate = 'group' THEN NULL ELSE waits_until END,
       gate = CASE WHEN gate = 'group' THEN 'new' ELSE gate END WHERE id = ?`,
    [alone, runId],
  );
}

export async function wavesOf(read: Reader, key: GroupKey): Promise<WavesTable[]> {
  return read.all<WavesTable>(
    'SELECT * FROM deployments_waves WHERE deployment_id = ? AND occurrence = ? ORDER BY number',
    [key.deploymentId, key.occurrence],
  );
}

/** Who became ready after now, by a clock that was wrong, is ready since now. */
export async function bringReadinessToNow(tx: Tx, now: number) {
  await tx.run("UPDATE deployments_runs SET ready_at = ? WHERE gate = 'group' AND ready_at > ?", [now, now]);
}
