import type { HeartbeatReport } from '@tenkai/protocol/agent/reports.ts';
import type { Tx } from '../../../kernel/database/database.ts';
import { updateMachine } from '../machines.store.ts';
import type { Deps } from '../needs.ts';
import { applySignal } from '../power/power.ts';
import type { Told } from '../reports/report-handler.ts';
import type { PresenceRecord } from '../tables.ts';
import { runsText } from './heartbeats.store.ts';
import { pictureOf } from './presence.store.ts';

/** A heartbeat that changes something; the presence row is saved by the caller, once for the batch. */
export async function recordHeartbeat(
  deps: Pick<Deps, 'clock' | 'channel' | 'changes'> & Told,
  tx: Tx,
  presence: PresenceRecord,
  report: HeartbeatReport,
): Promise<PresenceRecord> {
  const { machine_id: machineId } = presence;
  const { state, bootId, agentVersion } = report;
  const at = deps.clock.now();
  const before = pictureOf(presence);
  let after = await applySignal(deps, tx, machineId, {
    before,
    signal: { kind: 'heartbeat', state, bootId, at },
  });
  // Its socket, if it ever had one, is closed already: nothing else will tell that it is down.
  if (state === 'shutting-down' && !deps.channel.isOnline(machineId))
    after = await applySignal(deps, tx, machineId, { before: after, signal: { kind: 'disconnected', at } });
  if (agentVersion !== presence.agent_version) {
    await updateMachine(tx, machineId, { agent_version: agentVersion });
    await deps.events.publish(tx, 'machines.changed', { machineId });
  }
  return {
    ...presence,
    agent_version: agentVersion,
    active_runs: runsText(report),
    power: after.power,
    power_since: after.since,
    announced: after.announced,
    boot_id: after.bootId,
    booted_at: report.bootedAt,
    free_bytes: report.freeBytes ?? null,
  };
}
