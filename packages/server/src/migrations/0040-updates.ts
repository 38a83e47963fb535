import type { Migration } from '../kernel/database/migrate.ts';

export const updates: Migration = {
  id: '0040-updates',
  name: 'automatic update: policy, packages, machines and what is known of both together',
  up: () => [
    'ALTER TABLE deployments_deployments ADD COLUMN owner TEXT',

    // One row. Absent: the defaults; a site that had packages before does not begin to install them by itself.
    'CREATE TABLE updates_policy (id INTEGER NOT NULL PRIMARY KEY, body TEXT NOT NULL)',
    `INSERT INTO updates_policy (id, body)
       SELECT 1, '{"isOn":false}' FROM packages ORDER BY id LIMIT 1`,

    `CREATE TABLE updates_packages (
       package_id TEXT NOT NULL PRIMARY KEY,
       revision INTEGER NOT NULL,
       open_ring INTEGER NOT NULL,
       is_judged INTEGER NOT NULL,
       enough_since INTEGER,
       next_at INTEGER,
       held TEXT,
       changed_at INTEGER NOT NULL)`,
    'CREATE INDEX updates_packages_next ON updates_packages (next_at) WHERE next_at IS NOT NULL',

    // Only pairs that concern each other: a package for another system has no row.
    `CREATE TABLE updates_pairs (
       machine_id TEXT NOT NULL,
       package_id TEXT NOT NULL,
       state TEXT NOT NULL,
       reason TEXT,
       until INTEGER,
       ring INTEGER NOT NULL,
       since INTEGER,
       attempts INTEGER NOT NULL,
       retry_at INTEGER,
       held TEXT,
       is_continuing INTEGER NOT NULL,
       is_delivered INTEGER NOT NULL,
       run_id TEXT,
       goal_id TEXT,
       PRIMARY KEY (machine_id, package_id))`,
    'CREATE INDEX updates_pairs_package ON updates_pairs (package_id, state, machine_id)',
    'CREATE INDEX updates_pairs_until ON updates_pairs (until) WHERE until IS NOT NULL',
    'CREATE INDEX updates_pairs_run ON updates_pairs (run_id) WHERE run_id IS NOT NULL',

    `CREATE TABLE updates_machines (
       machine_id TEXT NOT NULL PRIMARY KEY,
       started_at INTEGER,
       is_opted_out INTEGER NOT NULL,
       restart_run_id TEXT)`,

    // What a run showed and an inventory does not: verified, or refused by the machine itself.
    `CREATE TABLE updates_evidence (
       machine_id TEXT NOT NULL,
       package_id TEXT NOT NULL,
       revision INTEGER NOT NULL,
       verdict TEXT NOT NULL,
       at INTEGER NOT NULL,
       PRIMARY KEY (machine_id, package_id))`,

    'CREATE TABLE updates_opted_collections (collection_id TEXT NOT NULL PRIMARY KEY)',

    `CREATE TABLE updates_deployments (
       deployment_id TEXT NOT NULL PRIMARY KEY,
       package_id TEXT NOT NULL,
       fingerprint TEXT NOT NULL)`,
    'CREATE INDEX updates_deployments_package ON updates_deployments (package_id, fingerprint)',
  ],
};
