import type { Migration } from '../kernel/database/migrate.ts';

export const fallback: Migration = {
  id: '0090-fallback',
  name: 'machines that cannot get in, as they tell the fallback status point',
  up: () => [
    `CREATE TABLE fallback_machines (
       id TEXT NOT NULL PRIMARY KEY,
       sender TEXT NOT NULL,
       name TEXT NOT NULL,
       address TEXT NOT NULL,
       operating_system TEXT NOT NULL,
       agent_version TEXT NOT NULL,
       kind TEXT NOT NULL,
       code TEXT NOT NULL,
       detail TEXT NOT NULL,
       server TEXT NOT NULL,
       first_at INTEGER NOT NULL,
       last_at INTEGER NOT NULL)`,
    'CREATE UNIQUE INDEX fallback_machines_sender ON fallback_machines (sender)',
    'CREATE INDEX fallback_machines_last_at ON fallback_machines (last_at)',
    'CREATE INDEX fallback_machines_address ON fallback_machines (address, last_at)',
  ],
};
