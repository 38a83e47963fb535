import type { Migration } from '../kernel/database/migrate.ts';

export const siteHealth: Migration = {
  id: '0110-site-health',
  name: 'what was told of the state of the site itself',
  up: () => [
    `CREATE TABLE site_health_states (
       item TEXT NOT NULL PRIMARY KEY,
       state TEXT NOT NULL,
       detail TEXT NOT NULL,
       since INTEGER NOT NULL)`,
  ],
};
