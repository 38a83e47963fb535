import type { Migration } from '../kernel/database/migrate.ts';

export const deploymentsReviewsInUse: Migration = {
  id: '0143-deployments-reviews-in-use',
  name: 'cancelled deployments are not to be reviewed any more',
  up: () => [
    `DELETE FROM deployments_reviews WHERE deployment_id IN
       (SELECT id FROM deployments_deployments WHERE status = 'cancelled')`,
  ],
};
