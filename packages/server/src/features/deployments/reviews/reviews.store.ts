import type { DeploymentRow } from '@tenkai/protocol/api/deployments.ts';
import type { Reader, Tx } from '../../../kernel/database/database.ts';
import type { FrozenSubject } from '../subject.ts';
import type { ReviewsTable } from '../tables.ts';

interface NamedDeployment {
  readonly id: string;
  readonly name: string;
  readonly subject: FrozenSubject;
}

const pageSize = 500;

/**
 * Those in use that a user made, and of which the frozen subject names the package; what features make they fill by
 * their own rules. In pages: they are never forgotten, and may be many.
 */
export async function* deploymentsNaming(
  read: Reader,
  packageId: string,
  madeUntil: number,
): AsyncGenerator<NamedDeployment> {
  const named = `"packageId":${JSON.stringify(packageId)}`.replace(/[\\%_]/g, '\\$&');
  let after = '';
  for (;;) {
    const rows = await read.all<{ id: string; name: string; subject: string }>(
      `SELECT id, name, subject FROM deployments_deployments
       WHERE id > ? AND status <> 'cancelled' AND owner IS NULL AND created_at <= ?
         AND subject LIKE ? ESCAPE '\\' ORDER BY id LIMIT ?`,
      [after, madeUntil, `%${named}%`, pageSize],
    );
    for (const row of rows) yield { ...row, subject: JSON.parse(row.subject) };
    const last = rows.at(-1);
    if (!last || rows.length < pageSize) return;
    after = last.id;
  }
}

/** Nothing where the deployment was cancelled meanwhile. */
export const insertReview = (tx: Tx, row: ReviewsTable) =>
  tx.run(
    `INSERT INTO deployments_reviews (package_id, from_version, to_version, since, deployment_id)
     SELECT ?, ?, ?, ?, id FROM deployments_deployments WHERE id = ? AND status <> 'cancelled'
     ON CONFLICT (deployment_id, package_id) DO UPDATE SET to_version = excluded.to_version, since = excluded.since`,
    [row.package_id, row.from_version, row.to_version, row.since, row.deployment_id],
  );

/** The package is again what it was when somebody last looked: there is nothing to look at. */
export const dropIdleReviews = (tx: Tx, packageId: string) =>
  tx.run('DELETE FROM deployments_reviews WHERE package_id = ? AND from_version = to_version', [packageId]);

/** @returns the deployments that were to be reviewed because of it */
export async function dropReviewsOfPackage(tx: Tx, packageId: string): Promise<string[]> {
  const dropped = await tx.all<ReviewsTable>(
    'DELETE FROM deployments_reviews WHERE package_id = ? RETURNING deployment_id',
    [packageId],
  );
  return dropped.map(({ deployment_id }) => deployment_id);
}

export const dropReviewsOf = (tx: Tx, deploymentId: string) =>
  tx.run('DELETE FROM deployments_reviews WHERE deployment_id = ?', [deploymentId]);

/** By deployment, in the order of the packages. */
export async function reviewsOf(
  read: Reader,
  deploymentIds: readonly string[],
): Promise<Map<string, DeploymentRow['reviews']>> {
  const found = new Map<string, DeploymentRow['reviews']>();
  if (deploymentIds.length === 0) return found;
  const rows = await read.all<ReviewsTable>(
    `SELECT * FROM deployments_reviews WHERE deployment_id IN (${deploymentIds.map(() => '?').join(', ')})
     ORDER BY package_id`,
    [...deploymentIds],
  );
  for (const { deployment_id, package_id, from_version, to_version, since } of rows) {
    const reviews = found.get(deployment_id) ?? [];
    reviews.push({ packageId: package_id, fromVersion: from_version, toVersion: to_version, since });
    found.set(deployment_id, reviews);
  }
  return found;
}
