import type { Migration } from '../kernel/database/migrate.ts';

export const updatesLastError: Migration = {
  id: '0096-updates-last-error',
  name: 'why the last attempt of automatic update failed on a machine',
  up: () => [
    'ALTER TABLE updates_pairs ADD COLUMN last_error TEXT',
    'ALTER TABLE updates_pairs ADD COLUMN is_blameless INTEGER NOT NULL DEFAULT 0',
  ],
};
