import type { Migration } from '../kernel/database/migrate.ts';

export const updatesKnown: Migration = {
  id: '0099-updates-known',
  name: 'when automatic update first heard of a machine that was on',
  up: () => ['ALTER TABLE updates_machines ADD COLUMN known_at INTEGER'],
};
