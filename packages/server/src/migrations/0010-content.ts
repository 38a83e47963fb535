import type { Migration } from '../kernel/database/migrate.ts';

export const content: Migration = {
  id: '0010-content',
  name: 'content manifests, distribution points and the copies that lie there',
  up: () => [
    // The row comes before the file and goes after it, so that no published file is unknown here.
    `CREATE TABLE content_manifests (
       content_id TEXT NOT NULL PRIMARY KEY,
       total_bytes INTEGER NOT NULL,
       file_count INTEGER NOT NULL,
       created_at INTEGER NOT NULL,
       created_by TEXT NOT NULL,
       touched_at INTEGER NOT NULL,
       is_leaving INTEGER NOT NULL)`,
    `CREATE TABLE content_points (
       id TEXT NOT NULL PRIMARY KEY,
       name TEXT NOT NULL,
       name_key TEXT NOT NULL UNIQUE,
       base_url TEXT NOT NULL,
       folder TEXT,
       is_enabled INTEGER NOT NULL,
       takes_all INTEGER NOT NULL,
       has_file_view INTEGER NOT NULL,
       preference INTEGER NOT NULL,
       is_built_in INTEGER NOT NULL,
       revision INTEGER NOT NULL,
       created_at INTEGER NOT NULL)`,
    `CREATE TABLE content_copies (
       content_id TEXT NOT NULL,
       point_id TEXT NOT NULL REFERENCES content_points (id),
       state TEXT NOT NULL,
       error TEXT,
       published_at INTEGER,
       PRIMARY KEY (content_id, point_id)) WITHOUT ROWID`,
  ],
};
