import type { DeploymentDraft } from '@tenkai/domain';
import type { Reader, Tx } from '../../kernel/database/database.ts';
import type { FrozenSubject } from './subject.ts';
import type { DeploymentsTable } from './tables.ts';

export interface StoredDeployment {
  readonly row: DeploymentsTable;
  readonly draft: DeploymentDraft;
  readonly subject: FrozenSubject;
}

export async function loadDeployment(read: Reader, id: string): Promise<StoredDeployment | undefined> {
  const row = await read.one<DeploymentsTable>('SELECT * FROM deployments_deployments WHERE id = ?', [id]);
  return row && { row, draft: JSON.parse(row.draft), subject: JSON.parse(row.subject) };
}

export async function insertDeployment(tx: Tx, row: DeploymentsTable) {
  await tx.sql.insertInto('deployments_deployments').values(row).execute();
}

export async function updateDeployment(tx: Tx, id: string, change: Partial<DeploymentsTable>) {
  await tx.sql.updateTable('deployments_deployments').set(change).where('id', '=', id).execute();
}

/** Deployments that new members of a collection get without anybody's doing (DIST-18). */
export async function openDeploymentsOf(read: Reader, collectionId: string): Promise<string[]> {
  const rows = await read.all<{ id: string }>(
    `SELECT id FROM deployments_deployments
     WHERE collection_id = ? AND status IN ('active', 'completed') AND occurrence > 0
       AND owner IS NULL`,
    [collectionId],
  );
  return rows.map(({ id }) => id);
}

/** Asked whenever a run ends: the statuses by name, so that an index finds the first one without a look at the others. */
export async function hasOpenRuns(read: Reader, deploymentId: string): Promise<boolean> {
  const row = await read.one<{ id: string }>(
    `SELECT id FROM deployments_runs WHERE deployment_id = ?
     AND status IN ('planned', 'waiting', 'delivering', 'executing', 'restarting', 'verifying') LIMIT 1`,
    [deploymentId],
  );
  return row !== undefined;
}

/**
 * Released runs that have not ended: each holds a slot of the site (BSRV-16), unless it waits on its machine, or its
 * machine is off. The same in the domain: `holdsSlot`.
 */
export async function countSlots(
  read: Reader,
): Promise<{ total: number; byDeployment: Map<string, number> }> {
  const rows = await read.all<{ deployment_id: string; n: number }>(
    `SELECT deployment_id, count(*) AS n FROM deployments_runs
     WHERE is_released = 1 AND is_staged = 0 AND is_silent = 0 GROUP BY deployment_id`,
  );
  const byDeployment = new Map(rows.map((row) => [row.deployment_id, row.n]));
  return { total: rows.reduce((sum, row) => sum + row.n, 0), byDeployment };
}
