import type { Migration } from '../kernel/database/migrate.ts';

export const packages: Migration = {
  id: '0011-packages',
  name: 'software packages, their sealed revisions and where they are placed',
  up: () => [
    `CREATE TABLE packages (
       id TEXT NOT NULL PRIMARY KEY,
       revision INTEGER NOT NULL,
       origin TEXT NOT NULL,
       created_at INTEGER NOT NULL,
       updated_at INTEGER NOT NULL)`,
    // IDs that differ by case alone would be one folder on Windows.
    'CREATE UNIQUE INDEX packages_id ON packages (lower(id))',
    // Never changed once written: a deployment that froze a revision finds it as it was.
    `CREATE TABLE packages_revisions (
       package_id TEXT NOT NULL REFERENCES packages (id),
       revision INTEGER NOT NULL,
       draft TEXT NOT NULL,
       content_id TEXT,
       content_bytes INTEGER NOT NULL,
       sealed_at INTEGER NOT NULL,
       sealed_by TEXT NOT NULL,
       summary TEXT NOT NULL,
       PRIMARY KEY (package_id, revision)) WITHOUT ROWID`,
    'CREATE INDEX packages_revisions_content ON packages_revisions (content_id)',
    `CREATE TABLE packages_places (
       package_id TEXT NOT NULL REFERENCES packages (id),
       point_id TEXT NOT NULL,
       PRIMARY KEY (package_id, point_id)) WITHOUT ROWID`,
  ],
};
