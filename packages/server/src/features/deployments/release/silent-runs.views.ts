import type { Reader } from '../../../kernel/database/database.ts';

/**
 * Runs that hold a slot and have begun on machines that have been off since `before`. Asked with each sweep: there are
 * never more released runs than the site has slots.
 */
export async function runsOfMachinesOff(read: Reader, before: number): Promise<string[]> {
  const rows = await read.all<{ id: string }>(
    `SELECT r.id FROM deployments_runs r JOIN machines_presence p ON p.machine_id = r.machine_id
     WHERE r.is_released = 1 AND r.is_staged = 0 AND r.is_silent = 0 AND r.started_at IS NOT NULL
       AND p.power IN ('off', 'unreachable') AND p.power_since <= ? ORDER BY r.id`,
    [before],
  );
  return rows.map(({ id }) => id);
}

/** Runs of machines that went off in the middle of them and are on again. */
export async function silentRunsOfMachinesOn(read: Reader): Promise<string[]> {
  const rows = await read.all<{ id: string }>(
    `SELECT r.id FROM deployments_runs r JOIN machines_presence p ON p.machine_id = r.machine_id
     WHERE r.is_released = 1 AND r.is_silent = 1 AND p.power = 'on' ORDER BY r.id`,
  );
  return rows.map(({ id }) => id);
}
