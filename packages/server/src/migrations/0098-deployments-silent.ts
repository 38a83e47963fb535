import type { Migration } from '../kernel/database/migrate.ts';

export const deploymentsSilent: Migration = {
  id: '0098-deployments-silent',
  name: 'runs whose machine went off in the middle of them',
  up: () => ['ALTER TABLE deployments_runs ADD COLUMN is_silent INTEGER NOT NULL DEFAULT 0'],
};
