import type { Migration } from '../kernel/database/migrate.ts';

export const locator: Migration = {
  id: '0060-locator',
  name: 'boundaries by which machines are told their site',
  up: () => [
    `CREATE TABLE locator_boundaries (
       id TEXT NOT NULL PRIMARY KEY,
       name TEXT NOT NULL,
       address_range TEXT NOT NULL,
       site_code TEXT NOT NULL,
       management_point TEXT,
       is_for_assignment INTEGER NOT NULL)`,
    'CREATE UNIQUE INDEX locator_boundaries_name ON locator_boundaries (name)',
  ],
};
