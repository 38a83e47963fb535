import type { Migration } from '../kernel/database/migrate.ts';

export const multicastRepresentatives: Migration = {
  id: '0095-multicast-representatives',
  name: 'machines that an administrator named or forbade as representatives of their subnets',
  up: () => [
    `CREATE TABLE multicast_representatives (
       machine_id TEXT NOT NULL PRIMARY KEY,
       rule TEXT NOT NULL,
       set_by TEXT NOT NULL,
       set_at INTEGER NOT NULL)`,
  ],
};
