import { propertyMessages } from '@tenkai/domain/assignment/property-history.ts';
import type { StatusReport } from '@tenkai/protocol/agent/reports.ts';
import type { Tx } from '../../../kernel/database/database.ts';
import { recordOrderReport } from '../commands/commands.ts';
import { recordInventory } from '../inventory/inventory.ts';
import type { Deps } from '../needs.ts';
import { recordHeartbeat } from '../presence/heartbeat.ts';
import type { PresenceRecord } from '../tables.ts';
import type { Desks } from './report-desks.ts';
import type { JudgedReport } from './report-forms.ts';
import type { Told } from './report-handler.ts';

/** What one transaction takes reports with. */
export interface Dispatch extends Omit<Deps, 'status' | 'events'>, Told {
  readonly desks: Desks;
}

interface Done {
  /** Null: taken. Else why it never can be. */
  readonly code: string | null;
  readonly presence: PresenceRecord;
}

/** One report of a batch: to whom it belongs, and what becomes of a bad one. */
export async function dispatchReport(
  dispatch: Dispatch,
  tx: Tx,
  presence: PresenceRecord,
  judged: JudgedReport,
): Promise<Done> {
  const done = await take(dispatch, tx, presence, judged);
  if (done.code !== null) await tellRejected(dispatch, tx, presence.machine_id, judged, done.code);
  return done;
}

async function take(
  dispatch: Dispatch,
  tx: Tx,
  presence: PresenceRecord,
  judged: JudgedReport,
): Promise<Done> {
  const { report, inventory, problem } = judged;
  const { machine_id: machineId } = presence;
  if (problem !== null || report === null) return { code: problem ?? 'report-kind-unknown', presence };
  if (report.kind === 'heartbeat') {
    const after = await recordHeartbeat(dispatch, tx, presence, report);
    if (presence.boot_id !== null && presence.boot_id !== after.boot_id)
      await dispatch.desks.started(machineId);
    return { code: null, presence: after };
  }
  if (report.kind === 'inventory' && inventory) {
    const { wantsWhole } = await recordInventory(dispatch, tx, machineId, inventory);
    return { code: null, presence: { ...presence, wants_inventory: Number(wantsWhole) } };
  }
  if (report.kind === 'status') {
    await recordStatus(dispatch, tx, machineId, report);
    return { code: null, presence };
  }
  if (report.kind === 'order' && (await recordOrderReport(dispatch, tx, machineId, report)))
    return { code: null, presence };
  const taken = dispatch.desks.handOver(machineId, report);
  return { code: taken === undefined ? 'report-not-understood' : await taken, presence };
}

/** Longest value of a parameter that an agent may leave in the history. */
const maxParamLength = 1000;
const maxParams = 32;

async function recordStatus({ status, clock }: Dispatch, tx: Tx, machineId: string, report: StatusReport) {
  const params = Object.entries(report.params)
    .slice(0, maxParams)
    .map(([name, value]) => [
      name.slice(0, 64),
      typeof value === 'string' ? value.slice(0, maxParamLength) : value,
    ]);
  await status.append(tx, {
    severity: report.severity,
    component: 'agent',
    code: report.code,
    machineId,
    objects: propertyOf(report),
    params: Object.fromEntries(params),
    // An agent's clock may run ahead; nothing in the history may lie in the future.
    at: Math.max(0, Math.min(report.at, clock.now())),
  });
}

/** Messages about a property of agents are found by its name (AGENT-29). */
function propertyOf({ code, params: { name } }: StatusReport) {
  const isOne = code === propertyMessages.changed || code === propertyMessages.lost;
  return isOne && typeof name === 'string' ? [{ kind: 'property', id: name.slice(0, 64) }] : [];
}

async function tellRejected(
  { status }: Dispatch,
  tx: Tx,
  machineId: string,
  { number, kind }: JudgedReport,
  reason: string,
) {
  await status.append(tx, {
    severity: 'warning',
    component: 'machines',
    code: 'machine.report-rejected',
    machineId,
    params: { number, kind, reason },
  });
}
