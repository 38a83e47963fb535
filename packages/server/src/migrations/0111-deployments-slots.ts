import type { Migration } from '../kernel/database/migrate.ts';

export const deploymentsSlots: Migration = {
  id: '0111-deployments-slots',
  name: 'slots in use are counted without reading all runs there ever were',
  up: () => [
    'CREATE INDEX deployments_runs_slots ON deployments_runs (deployment_id) WHERE is_released = 1 AND is_staged = 0 AND is_silent = 0',
  ],
};
