import { Failure, stepsWithFirst } from '@tenkai/domain';
import type { Caller } from '../../../kernel/access/caller.ts';
import type { EventMap } from '../../../kernel/events.ts';
import { loadDeployment } from '../deployments.store.ts';
import type { Deps } from '../needs.ts';
import { requireCollection } from '../scope.ts';
import type { FrozenSubject } from '../subject.ts';
import {
  deploymentsNaming,
  dropIdleReviews,
  dropReviewsOf,
  dropReviewsOfPackage,
  insertReview,
  reviewsOf,
} from './reviews.store.ts';

type Upgrade = EventMap['packages.changed'];

/**
 * A deployment that was made before an upgrade of its package stays in use and brings the new version to whoever joins
 * its collection: somebody has to see whether that is still the right one (DIST-19).
 * @param at when the package was changed: later deployments were made for what it is now
 */
export async function askForReviews(deps: Deps, upgrade: Upgrade, at: number): Promise<void> {
  const { packageId, revision, isSealed } = upgrade;
  // Places of the same revision changed: whoever has looked since the upgrade has seen it.
  if (!isSealed || revision === 1) return;
  const before = await deps.packages.sealedPackage(packageId, revision - 1);
  const after = await deps.packages.sealedPackage(packageId, revision);
  if (!before || !after || before.version === after.version) return;
  const versions = { from_version: before.version, to_version: after.version };
  for await (const { id, name, subject } of deploymentsNaming(deps.db.read, packageId, at)) {
    if (!isNamed(subject, packageId)) continue;
    await deps.db.transaction(async (tx) => {
      await insertReview(tx, { deployment_id: id, package_id: packageId, ...versions, since: at });
      await dropIdleReviews(tx, packageId);
      await deps.events.publish(tx, 'deployments.changed', { deploymentId: id });
      const reviews = (await reviewsOf(tx, [id])).get(id) ?? [];
      if (!reviews.some((one) => one.packageId === packageId)) return;
      await deps.status.append(tx, {
        severity: 'warning',
        component: 'deployments',
        code: 'deployment-review-asked',
        objects: [
          { kind: 'deployment', id },
          { kind: 'package', id: packageId },
        ],
        params: { name, packageId, from: before.version, to: after.version },
      });
    });
  }
}

function isNamed({ scenario }: FrozenSubject, packageId: string): boolean {
  return stepsWithFirst(scenario).some(({ step }) => 'packageId' in step && step.packageId === packageId);
}

/** A package that is gone asks for nothing. */
export async function forgetReviews({ db, events }: Deps, packageId: string): Promise<void> {
  await db.transaction(async (tx) => {
    for (const deploymentId of await dropReviewsOfPackage(tx, packageId))
      await events.publish(tx, 'deployments.changed', { deploymentId });
  });
}

/** Somebody has looked at the target of a deployment. @throws Failure not-found, not-allowed */
export async function noteReviewed(deps: Deps, caller: Caller, id: string): Promise<void> {
  const found = await loadDeployment(deps.db.read, id);
  if (!found) throw new Failure('not-found', { what: 'deployment', id });
  await requireCollection(deps, caller, found.row.collection_id);
  await deps.db.transaction(async (tx) => {
    const reviews = (await reviewsOf(tx, [id])).get(id) ?? [];
    if (reviews.length === 0) return;
    await dropReviewsOf(tx, id);
    const packages = reviews.map(({ packageId, toVersion }) => `${packageId} ${toVersion}`);
    await deps.audit.record(tx, {
      actor: caller,
      action: 'deployments.reviewed',
      object: `deployment:${id}`,
      details: { name: found.row.name, collection: found.row.collection_id, packages },
    });
    await deps.events.publish(tx, 'deployments.changed', { deploymentId: id });
  });
}
