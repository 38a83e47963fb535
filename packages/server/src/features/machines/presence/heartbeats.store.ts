import type { HeartbeatReport } from '@tenkai/protocol/agent/reports.ts';
import type { Tx } from '../../../kernel/database/database.ts';

/** A batch that holds one heartbeat and nothing else: nearly all that a site ever gets. */
export interface LoneHeartbeat {
  readonly machineId: string;
  readonly outbox: string;
  readonly number: number;
  readonly report: HeartbeatReport;
}

const isPlain = `is_admitted = 1 AND wants_inventory = 0 AND power = 'on' AND announced = 'nothing'`;

/** Prepared once; in process, so that a loop costs no round trips. */
export async function takeOneByOne(
  tx: Tx,
  heartbeats: readonly LoneHeartbeat[],
  now: number,
): Promise<Set<number>> {
  const taken = new Set<number>();
  for (const [index, { machineId, outbox, number, report }] of heartbeats.entries()) {
    const { changes } = await tx.run(
      `UPDATE machines_presence SET taken = ?, last_seen_at = ?, free_bytes = ?
       WHERE machine_id = ? AND outbox = ? AND taken < ? AND boot_id = ? AND agent_version = ? AND active_runs = ?
         AND ${isPlain}`,
      [
        number,
        now,
        report.freeBytes ?? null,
        machineId,
        outbox,
        number,
        report.bootId,
        report.agentVersion,
        runsText(report),
      ],
    );
    if (changes === 1) taken.add(index);
  }
  return taken;
}

/** One statement, one round trip. Of two heartbeats of one machine PostgreSQL takes either; the other goes the slow road. */
export async function takeTogether(
  tx: Tx,
  heartbeats: readonly LoneHeartbeat[],
  now: number,
): Promise<Set<number>> {
  const batch = heartbeats.map(({ machineId, outbox, number, report }, index) => ({
    index,
    machine: machineId,
    outbox,
    number,
    boot: report.bootId,
    version: report.agentVersion,
    runs: runsText(report),
    free: report.freeBytes ?? null,
  }));
  const rows = await tx.all<{ index: number }>(
    `UPDATE machines_presence p SET taken = b.number, last_seen_at = ?, free_bytes = b.free
     FROM json_to_recordset(?) AS b(index bigint, machine text, outbox text, number bigint,
       boot text, version text, runs text, free bigint)
     WHERE p.machine_id = b.machine AND p.outbox = b.outbox AND p.taken < b.number AND p.boot_id = b.boot
       AND p.agent_version = b.version AND p.active_runs = b.runs AND ${isPlain}
     RETURNING b.index`,
    [now, JSON.stringify(batch)],
  );
  return new Set(rows.map((row) => row.index));
}

/** Runs in progress as one text that is equal exactly where they are. */
export function runsText({ activeRuns }: Pick<HeartbeatReport, 'activeRuns'>): string {
  return activeRuns
    .map(({ runId, attempt }) => `${runId}:${attempt}`)
    .sort()
    .join(',');
}
