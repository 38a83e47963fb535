import { defaultUpdatePolicy, isOwnAgentPackage, type Reason, type UpdatePolicy } from '@tenkai/domain';
import type { Reader, Tx } from '../../kernel/database/database.ts';
import { insertRows, rowsOf } from '../../kernel/database/many-rows.ts';
import type { EvidenceRow, UpdateMachineRow, UpdatePackageRow, UpdatePairRow } from './tables.ts';
import './tables.ts';

/** The defaults with what was changed. */
export async function loadPolicy(read: Reader): Promise<UpdatePolicy> {
  const row = await read.one<{ body: string }>('SELECT body FROM updates_policy WHERE id = 1');
  return { ...defaultUpdatePolicy, ...(row ? (JSON.parse(row.body) as Partial<UpdatePolicy>) : {}) };
}

export async function savePolicy(tx: Tx, policy: UpdatePolicy) {
  await tx.run(
    'INSERT INTO updates_policy (id, body) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body',
    [JSON.stringify(policy)],
  );
}

export const loadPackages = (read: Reader) => read.all<UpdatePackageRow>('SELECT * FROM updates_packages');

export const findPackage = (read: Reader, id: string) =>
  read.one<UpdatePackageRow>('SELECT * FROM updates_packages WHERE package_id = ?', [id]);

/** SQL: holds that somebody has decided stay, others end. */
const decidedHold = (table: string) =>
  `CASE WHEN ${['update-package-held', 'update-held']
    .map((code) => `${table}.held LIKE '{"code":"${code}"%'`)
    .join(' OR ')} THEN ${table}.held END`;

/**
 * A new revision begins at the first ring, and is not held for what an older one did. The site's own agent packages
 * get theirs with each version of the server: what people decided about them outlives it.
 */
export async function beginRevision(tx: Tx, packageId: string, revision: number, now: number) {
  const heldOf = (table: string) => (isOwnAgentPackage(packageId) ? decidedHold(table) : 'NULL');
  await tx.run(
    `INSERT INTO updates_packages (package_id, revision, open_ring, is_judged, changed_at) VALUES (?, ?, 0, 0, ?)
     ON CONFLICT (package_id) DO UPDATE SET revision = excluded.revision, open_ring = 0, is_judged = 0,
       enough_since = NULL, next_at = NULL, held = ${heldOf('updates_packages')}, changed_at = excluded.changed_at`,
    [packageId, revision, now],
  );
  await tx.run(
    `UPDATE updates_pairs SET attempts = 0, retry_at = NULL, held = ${heldOf('updates_pairs')}, is_delivered = 0,
       last_error = NULL, is_blameless = 0 WHERE package_id = ?`,
    [packageId],
  );
}

export async function updatePackage(tx: Tx, id: string, change: Partial<UpdatePackageRow>) {
  await tx.sql.updateTable('updates_packages').set(change).where('package_id', '=', id).execute();
}

export async function markJudged(tx: Tx, before: number) {
  await tx.run('UPDATE updates_packages SET is_judged = 1 WHERE changed_at <= ?', [before]);
}

export async function forgetPackage(tx: Tx, id: string) {
  for (const table of ['updates_packages', 'updates_pairs', 'updates_evidence', 'updates_deployments'])
    await tx.run(`DELETE FROM ${table} WHERE package_id = ?`, [id]);
}

export async function forgetMachine(tx: Tx, machineId: string) {
  for (const table of ['updates_pairs', 'updates_evidence', 'updates_machines'])
    await tx.run(`DELETE FROM ${table} WHERE machine_id = ?`, [machineId]);
}

const marks = (ids: readonly string[]) => ids.map(() => '?').join(', ');

export const loadPairs = (read: Reader, machineIds: readonly string[]) =>
  read.all<UpdatePairRow>(
    `SELECT * FROM updates_pairs WHERE machine_id IN (${marks(machineIds)})`,
    machineIds,
  );

export const findPair = (read: Reader, machineId: string, packageId: string) =>
  read.one<UpdatePairRow>('SELECT * FROM updates_pairs WHERE machine_id = ? AND package_id = ?', [
    machineId,
    packageId,
  ]);

/** What automatic update asked for; runs of others have none. */
export async function pairsByRun(
  read: Reader,
  runIds: readonly string[],
): Promise<Map<string, UpdatePairRow>> {
  const rows = await rowsOf<UpdatePairRow>(read, 'SELECT * FROM updates_pairs WHERE run_id IN', runIds);
  return new Map(rows.map((row) => [row.run_id as string, row]));
}

/** What a judgement says of a pair; what is remembered of it (attempts, holds) stays. */
export type JudgedPair = Pick<
  UpdatePairRow,
  'machine_id' | 'package_id' | 'state' | 'reason' | 'until' | 'ring' | 'since' | 'is_continuing'
>;

export async function saveJudged(tx: Tx, pair: JudgedPair) {
  await tx.run(
    `INSERT INTO updates_pairs (machine_id, package_id, state, reason, until, ring, since, is_continuing,
       attempts, is_delivered) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0)
     ON CONFLICT (machine_id, package_id) DO UPDATE SET state = excluded.state, reason = excluded.reason,
       until = excluded.until, ring = excluded.ring, since = excluded.since, is_continuing = excluded.is_continuing`,
    [
      pair.machine_id,
      pair.package_id,
      pair.state,
      pair.reason,
      pair.until,
      pair.ring,
      pair.since,
      pair.is_continuing,
    ],
  );
}

export async function updatePair(
  tx: Tx,
  machineId: string,
  packageId: string,
  change: Partial<UpdatePairRow>,
) {
  await tx.sql
    .updateTable('updates_pairs')
    .set(change)
    .where('machine_id', '=', machineId)
    .where('package_id', '=', packageId)
    .execute();
}

export async function updatePairsOf(tx: Tx, packageId: string, change: Partial<UpdatePairRow>) {
  await tx.sql.updateTable('updates_pairs').set(change).where('package_id', '=', packageId).execute();
}

export async function deletePair(tx: Tx, machineId: string, packageId: string) {
  await tx.run('DELETE FROM updates_pairs WHERE machine_id = ? AND package_id = ?', [machineId, packageId]);
}

/** A hold on a machine that is not concerned yet must be remembered all the same. */
export async function holdPair(tx: Tx, machineId: string, packageId: string, held: Reason) {
  await tx.run(
    `INSERT INTO updates_pairs (machine_id, package_id, state, ring, attempts, is_continuing, is_delivered, held)
     VALUES (?, ?, 'held', 0, 0, 0, 0, ?)
     ON CONFLICT (machine_id, package_id) DO UPDATE SET held = excluded.held`,
    [machineId, packageId, JSON.stringify(held)],
  );
}

export const loadMachineRows = (read: Reader, ids: readonly string[]) =>
  read.all<UpdateMachineRow>(`SELECT * FROM updates_machines WHERE machine_id IN (${marks(ids)})`, ids);

export async function saveMachine(tx: Tx, machineId: string, change: Partial<UpdateMachineRow>) {
  await tx.run(
    'INSERT INTO updates_machines (machine_id, is_opted_out) VALUES (?, 0) ON CONFLICT (machine_id) DO NOTHING',
    [machineId],
  );
  await tx.sql.updateTable('updates_machines').set(change).where('machine_id', '=', machineId).execute();
}

export const loadEvidence = (read: Reader, ids: readonly string[]) =>
  read.all<EvidenceRow>(`SELECT * FROM updates_evidence WHERE machine_id IN (${marks(ids)})`, ids);

/** No machine and package may be among them twice. */
export async function saveEvidence(tx: Tx, rows: readonly EvidenceRow[]) {
  await insertRows(
    tx,
    'INSERT INTO updates_evidence (machine_id, package_id, revision, verdict, at)',
    rows.map((row) => [row.machine_id, row.package_id, row.revision, row.verdict, row.at]),
    `ON CONFLICT (machine_id, package_id) DO UPDATE SET revision = excluded.revision, verdict = excluded.verdict,
       at = excluded.at`,
  );
}

/** What machines once refused they may take now: something on them has changed. */
export async function dropRefusals(tx: Tx, machineIds: readonly string[]) {
  if (machineIds.length === 0) return;
  await tx.run(
    `DELETE FROM updates_evidence WHERE verdict = 'refused' AND machine_id IN (${marks(machineIds)})`,
    machineIds,
  );
}

/** Only as it was read: what a run has shown since then is newer. */
export async function dropEvidence(tx: Tx, rows: readonly EvidenceRow[]) {
  for (const { machine_id, package_id, at } of rows)
    await tx.run('DELETE FROM updates_evidence WHERE machine_id = ? AND package_id = ? AND at = ?', [
      machine_id,
      package_id,
      at,
    ]);
}

export async function loadOptedCollections(read: Reader): Promise<Set<string>> {
  const rows = await read.all<{ collection_id: string }>(
    'SELECT collection_id FROM updates_opted_collections',
  );
  return new Set(rows.map((row) => row.collection_id));
}

export async function saveOptedCollection(tx: Tx, id: string, isOptedOut: boolean) {
  await tx.run('DELETE FROM updates_opted_collections WHERE collection_id = ?', [id]);
  if (isOptedOut) await tx.run('INSERT INTO updates_opted_collections (collection_id) VALUES (?)', [id]);
}

export async function deploymentFor(read: Reader, packageId: string, fingerprint: string) {
  const row = await read.one<{ deployment_id: string }>(
    'SELECT deployment_id FROM updates_deployments WHERE package_id = ? AND fingerprint = ?',
    [packageId, fingerprint],
  );
  return row?.deployment_id;
}

/** Another one is made for what comes. */
export async function forgetDeployment(tx: Tx, deploymentId: string) {
  await tx.run('DELETE FROM updates_deployments WHERE deployment_id = ?', [deploymentId]);
}

export async function insertDeploymentFor(
  tx: Tx,
  deploymentId: string,
  packageId: string,
  fingerprint: string,
) {
  await tx.run('INSERT INTO updates_deployments (deployment_id, package_id, fingerprint) VALUES (?, ?, ?)', [
    deploymentId,
    packageId,
    fingerprint,
  ]);
}

/** What lies after now, by a clock that was wrong, is now; no attempt waits longer than after a failure at this moment. */
export async function bringTimesToNow(tx: Tx, now: number, retryAt: number) {
  const times = [
    ['updates_packages', 'changed_at'],
    ['updates_packages', 'enough_since'],
    ['updates_pairs', 'since'],
    ['updates_machines', 'started_at'],
    ['updates_machines', 'known_at'],
  ] as const;
  for (const [table, column] of times)
    await tx.run(`UPDATE ${table} SET ${column} = ? WHERE ${column} > ?`, [now, now]);
  await tx.run('UPDATE updates_pairs SET retry_at = ? WHERE retry_at > ?', [retryAt, retryAt]);
}
