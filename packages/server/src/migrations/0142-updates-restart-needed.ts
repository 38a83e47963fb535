import type { Migration } from '../kernel/database/migrate.ts';

export const updatesRestartNeeded: Migration = {
  id: '0142-updates-restart-needed',
  name: 'machines on which an update waits for a restart, also where none is planned any more',
  up: () => [
    'ALTER TABLE updates_machines ADD COLUMN is_restart_needed INTEGER NOT NULL DEFAULT 0',
    `UPDATE updates_machines SET is_restart_needed = 1 WHERE restart_run_id IN
       (SELECT id FROM deployments_runs WHERE status NOT IN ('succeeded', 'not-applicable', 'cancelled'))`,
  ],
};
