import type { Migration } from '../kernel/database/migrate.ts';

export const deploymentsStaged: Migration = {
  id: '0032-deployments-staged',
  name: 'runs that wait on their machine for its next start',
  up: () => [
    'ALTER TABLE deployments_runs ADD COLUMN is_staged INTEGER NOT NULL DEFAULT 0',
    'CREATE INDEX deployments_runs_staged ON deployments_runs (machine_id) WHERE is_staged = 1',
  ],
};
