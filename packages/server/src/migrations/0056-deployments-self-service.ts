import type { Migration } from '../kernel/database/migrate.ts';

export const deploymentsSelfService: Migration = {
  id: '0056-deployments-self-service',
  name: "who asked for an available run, and the end of a run's maintenance window",
  up: () => [
    'ALTER TABLE deployments_runs ADD COLUMN requested_by TEXT',
    'ALTER TABLE deployments_runs ADD COLUMN window_closes_at INTEGER',
  ],
};
