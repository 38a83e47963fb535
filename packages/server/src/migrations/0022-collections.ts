import type { Migration } from '../kernel/database/migrate.ts';

export const collections: Migration = {
  id: '0022-collections',
  name: 'collections, their members, their maintenance windows, and what must be evaluated again',
  up: () => [
    // Rules are JSON. The built-in collection "all" has no rows of members: every enrolled machine is one.
    `CREATE TABLE collections (
       id TEXT NOT NULL PRIMARY KEY,
       name TEXT NOT NULL,
       name_key TEXT NOT NULL UNIQUE,
       description TEXT NOT NULL,
       limiting_id TEXT REFERENCES collections (id),
       rules TEXT NOT NULL,
       is_built_in INTEGER NOT NULL,
       revision INTEGER NOT NULL,
       created_at INTEGER NOT NULL,
       member_count INTEGER NOT NULL,
       evaluated_at INTEGER)`,
    `INSERT INTO collections (id, name, name_key, description, rules, is_built_in, revision, created_at, member_count)
     VALUES ('all', 'All machines', 'all machines', '', '[]', 1, 1, 0, 0)`,

    `CREATE TABLE collections_members (
       collection_id TEXT NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
       machine_id TEXT NOT NULL,
       PRIMARY KEY (collection_id, machine_id)) WITHOUT ROWID`,
    'CREATE INDEX collections_members_machine ON collections_members (machine_id, collection_id)',

    `CREATE TABLE collections_windows (
       collection_id TEXT NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
       position INTEGER NOT NULL,
       body TEXT NOT NULL,
       PRIMARY KEY (collection_id, position)) WITHOUT ROWID`,

    // Machines whose facts changed since their membership was last judged: written with the change itself.
    // attributes: JSON, null for all; stamp: another value after each change, so that none is overlooked.
    `CREATE TABLE collections_changes (
       machine_id TEXT NOT NULL PRIMARY KEY,
       attributes TEXT,
       stamp INTEGER NOT NULL) WITHOUT ROWID`,
    // Collections whose rules changed: all machines are judged again.
    `CREATE TABLE collections_stale (
       collection_id TEXT NOT NULL PRIMARY KEY,
       revision INTEGER NOT NULL) WITHOUT ROWID`,
  ],
};
