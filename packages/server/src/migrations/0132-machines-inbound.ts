import type { Migration } from '../kernel/database/migrate.ts';

export const machinesInbound: Migration = {
  id: '0132-machines-inbound',
  name: 'whether what the site sends reaches a machine, for lists of the fleet',
  up: () => [
    "ALTER TABLE machines ADD COLUMN inbound_state TEXT NOT NULL DEFAULT 'unknown'",
    'CREATE INDEX machines_by_inbound_and_name ON machines (inbound_state, name_key, id)',
  ],
};
