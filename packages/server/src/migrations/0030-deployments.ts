import type { Migration } from '../kernel/database/migrate.ts';

export const deployments: Migration = {
  id: '0030-deployments',
  name: 'deployments, runs, frozen plans and the results of steps',
  up: () => [
    `CREATE TABLE deployments_deployments (
       id TEXT NOT NULL PRIMARY KEY,
       name TEXT NOT NULL,
       draft TEXT NOT NULL,
       subject TEXT NOT NULL,
       subject_name TEXT NOT NULL,
       collection_id TEXT NOT NULL,
       status TEXT NOT NULL,
       occurrence INTEGER NOT NULL,
       created_at INTEGER NOT NULL,
       created_by TEXT NOT NULL,
       next_start_at INTEGER,
       started_at INTEGER,
       finished_at INTEGER)`,
    'CREATE INDEX deployments_deployments_collection ON deployments_deployments (collection_id, status)',
    'CREATE INDEX deployments_deployments_start ON deployments_deployments (next_start_at) WHERE next_start_at IS NOT NULL',

    // Machines of one kind share a plan: 100,000 runs keep one copy of their steps.
    'CREATE TABLE deployments_plans (hash TEXT NOT NULL PRIMARY KEY, body TEXT NOT NULL)',

    `CREATE TABLE deployments_runs (
       id TEXT NOT NULL PRIMARY KEY,
       deployment_id TEXT NOT NULL REFERENCES deployments_deployments (id) ON DELETE CASCADE,
       occurrence INTEGER NOT NULL,
       machine_id TEXT NOT NULL,
       status TEXT NOT NULL,
       attempt INTEGER NOT NULL,
       gate TEXT,
       is_released INTEGER NOT NULL,
       is_cancel_requested INTEGER NOT NULL,
       is_in_error INTEGER NOT NULL,
       is_requested INTEGER NOT NULL,
       reason TEXT,
       waits_until INTEGER,
       step_index INTEGER,
       retries_left INTEGER NOT NULL,
       plan_hash TEXT REFERENCES deployments_plans (hash),
       variables TEXT NOT NULL,
       created_at INTEGER NOT NULL,
       started_at INTEGER,
       finished_at INTEGER,
       deadline_at INTEGER,
       UNIQUE (deployment_id, occurrence, machine_id))`,
    'CREATE INDEX deployments_runs_status ON deployments_runs (deployment_id, status)',
    'CREATE INDEX deployments_runs_machine ON deployments_runs (machine_id, created_at)',
    'CREATE INDEX deployments_runs_gate ON deployments_runs (gate, id) WHERE gate IS NOT NULL',
    'CREATE INDEX deployments_runs_waiting ON deployments_runs (machine_id) WHERE gate IS NOT NULL',
    'CREATE INDEX deployments_runs_due ON deployments_runs (waits_until) WHERE waits_until IS NOT NULL',
    'CREATE INDEX deployments_runs_released ON deployments_runs (machine_id) WHERE is_released = 1',
    'CREATE INDEX deployments_runs_deadline ON deployments_runs (deadline_at) WHERE deadline_at IS NOT NULL',
    'CREATE INDEX deployments_runs_error ON deployments_runs (machine_id) WHERE is_in_error = 1',

    // Law: one result for each machine, attempt and step.
    `CREATE TABLE deployments_steps (
       run_id TEXT NOT NULL REFERENCES deployments_runs (id) ON DELETE CASCADE,
       attempt INTEGER NOT NULL,
       step_index INTEGER NOT NULL,
       started_at INTEGER,
       result TEXT,
       PRIMARY KEY (run_id, attempt, step_index))`,
  ],
};
