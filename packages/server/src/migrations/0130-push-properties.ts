import type { Migration } from '../kernel/database/migrate.ts';

export const pushProperties: Migration = {
  id: '0130-push-properties',
  name: 'what a push gives to the agents beside the address of the site',
  up: () => [
    // JSON, PushProperty[].
    `ALTER TABLE pushes ADD COLUMN properties TEXT NOT NULL DEFAULT '[]'`,
    `UPDATE pushes SET properties =
       '[{"name":"MP","value":"' || replace(management_point, '\\', '\\\\') || '","origin":"push"}]'`,
  ],
};
