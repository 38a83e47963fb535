import type { Migration } from '../kernel/database/migrate.ts';

export const waitingGroups: Migration = {
  id: '0031-waiting-groups',
  name: 'groups of machines that wait for each other, the waves in which they begin, how each got its content',
  up: () => [
    // All times that a group needs are in its rows: it goes on after a restart as if nothing had been.
    'ALTER TABLE deployments_runs ADD COLUMN ready_at INTEGER',
    'ALTER TABLE deployments_runs ADD COLUMN latest_start_at INTEGER',
    'ALTER TABLE deployments_runs ADD COLUMN wave_id TEXT',
    'ALTER TABLE deployments_runs ADD COLUMN alone TEXT',
    'ALTER TABLE deployments_runs ADD COLUMN method TEXT',
    'ALTER TABLE deployments_runs ADD COLUMN method_reason TEXT',
    `CREATE INDEX deployments_runs_group ON deployments_runs (deployment_id, occurrence, ready_at, id)
       WHERE gate = 'group'`,

    `CREATE TABLE deployments_waves (
       id TEXT NOT NULL PRIMARY KEY,
       deployment_id TEXT NOT NULL REFERENCES deployments_deployments (id) ON DELETE CASCADE,
       occurrence INTEGER NOT NULL,
       number INTEGER NOT NULL,
       cause TEXT NOT NULL,
       started_at INTEGER NOT NULL,
       started_by TEXT,
       machine_count INTEGER NOT NULL,
       UNIQUE (deployment_id, occurrence, number))`,
  ],
};
