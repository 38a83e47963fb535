import type { Migration } from '../kernel/database/migrate.ts';

export const scenarios: Migration = {
  id: '0012-scenarios',
  name: 'scenarios and their revisions',
  up: () => [
    `CREATE TABLE scenarios (
       id TEXT NOT NULL PRIMARY KEY,
       name TEXT NOT NULL,
       name_key TEXT NOT NULL UNIQUE,
       revision INTEGER NOT NULL,
       is_built_in INTEGER NOT NULL,
       created_at INTEGER NOT NULL,
       updated_at INTEGER NOT NULL)`,
    // Never changed once written: deployments keep the revision with which they started.
    `CREATE TABLE scenarios_revisions (
       scenario_id TEXT NOT NULL REFERENCES scenarios (id),
       revision INTEGER NOT NULL,
       draft TEXT NOT NULL,
       saved_at INTEGER NOT NULL,
       saved_by TEXT NOT NULL,
       PRIMARY KEY (scenario_id, revision)) WITHOUT ROWID`,
    // Which packages the newest revision of each scenario names.
    `CREATE TABLE scenarios_packages (
       scenario_id TEXT NOT NULL REFERENCES scenarios (id),
       package_id TEXT NOT NULL,
       PRIMARY KEY (scenario_id, package_id)) WITHOUT ROWID`,
    'CREATE INDEX scenarios_packages_package ON scenarios_packages (package_id)',
  ],
};
