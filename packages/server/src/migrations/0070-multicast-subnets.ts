import type { Migration } from '../kernel/database/migrate.ts';

export const multicastSubnets: Migration = {
  id: '0070-multicast-subnets',
  name: 'multicast sessions that a machine of a subnet sends',
  up: () => [
    // All null: the site sends.
    'ALTER TABLE multicast_sessions ADD COLUMN subnet TEXT',
    'ALTER TABLE multicast_sessions ADD COLUMN representative_id TEXT',
    'ALTER TABLE multicast_sessions ADD COLUMN chosen_by TEXT',
    'ALTER TABLE multicast_sessions ADD COLUMN line_bytes INTEGER',
  ],
};
