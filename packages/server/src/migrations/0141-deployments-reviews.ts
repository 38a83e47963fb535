import type { Migration } from '../kernel/database/migrate.ts';

export const deploymentsReviews: Migration = {
  id: '0141-deployments-reviews',
  name: 'deployments whose package was upgraded while they stay in use',
  up: () => [
    `CREATE TABLE deployments_reviews (
       deployment_id TEXT NOT NULL REFERENCES deployments_deployments (id) ON DELETE CASCADE,
       package_id TEXT NOT NULL,
       from_version TEXT NOT NULL,
       to_version TEXT NOT NULL,
       since INTEGER NOT NULL,
       PRIMARY KEY (deployment_id, package_id)
     )`,
  ],
};
