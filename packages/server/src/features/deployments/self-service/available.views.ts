import type { DeploymentDraft, RunStatus } from '@tenkai/domain';
import type { AvailableDeployment } from '@tenkai/protocol/agent/available.ts';
import type { Reader } from '../../../kernel/database/database.ts';
import type { FrozenSubject } from '../subject.ts';
import type { Gate } from '../tables.ts';

interface Row {
  readonly id: string;
  readonly deployment_id: string;
  readonly name: string;
  readonly draft: string;
  readonly subject: string;
  readonly status: RunStatus;
  readonly gate: Gate | null;
  readonly reason: string | null;
  readonly waits_until: number | null;
  readonly requested_by: string | null;
  readonly finished_at: number | null;
}

/** More than anybody reads; the newest are shown. */
const mostShown = 200;

/** What the users of a machine may ask for, and what became of what they asked for; newest first. */
export async function listAvailable(read: Reader, machineId: string): Promise<AvailableDeployment[]> {
  const rows = await read.all<Row>(
    `SELECT r.id, r.deployment_id, d.name, d.draft, d.subject, r.status, r.gate, r.reason, r.waits_until,
       r.requested_by, r.finished_at
     FROM deployments_runs r JOIN deployments_deployments d ON d.id = r.deployment_id AND d.occurrence = r.occurrence
     WHERE r.machine_id = ? AND d.owner IS NULL AND d.status <> 'cancelled'
       AND r.status NOT IN ('not-applicable', 'cancelled') AND d.draft LIKE '%"purpose":"available"%'
     ORDER BY r.id DESC LIMIT ?`,
    [machineId, mostShown],
  );
  return rows.filter(isShown).map(toAvailable);
}

/** A name may hold the words of the query; and what nobody has looked at yet may not suit the machine at all. */
function isShown({ draft, gate, requested_by }: Row): boolean {
  const isUnknown = gate === 'inventory' || (gate === 'new' && requested_by === null);
  return (JSON.parse(draft) as DeploymentDraft).purpose === 'available' && !isUnknown;
}

function toAvailable(row: Row): AvailableDeployment {
  return {
    runId: row.id,
    deploymentId: row.deployment_id,
    name: row.name,
    description: (JSON.parse(row.subject) as FrozenSubject).scenario.description,
    status: row.status,
    isOffered: row.gate === 'request' || row.status === 'failed',
    reason: row.reason === null ? null : JSON.parse(row.reason),
    waitsUntil: row.waits_until,
    requestedBy: row.requested_by,
    finishedAt: row.finished_at,
  };
}
