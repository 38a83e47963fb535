import type { Migration } from '../kernel/database/migrate.ts';

export const contentFileTimes: Migration = {
  id: '0120-content-file-times',
  name: 'when the sources of files were changed last',
  up: () => [
    `CREATE TABLE content_file_times (
       content_id TEXT NOT NULL PRIMARY KEY REFERENCES content_manifests (content_id) ON DELETE CASCADE,
       times TEXT NOT NULL
     )`,
  ],
};
