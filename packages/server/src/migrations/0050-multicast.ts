import type { Migration } from '../kernel/database/migrate.ts';

export const multicast: Migration = {
  id: '0050-multicast',
  name: 'multicast sessions: their addresses, members, and how they ended',
  up: () => [
    `CREATE TABLE multicast_sessions (
       id TEXT NOT NULL PRIMARY KEY,
       deployment_id TEXT NOT NULL,
       content_id TEXT NOT NULL,
       address TEXT NOT NULL,
       port INTEGER NOT NULL,
       sender_port INTEGER NOT NULL,
       interface_address TEXT NOT NULL,
       content_bytes INTEGER NOT NULL,
       started_at INTEGER NOT NULL,
       ended_at INTEGER,
       outcome TEXT,
       detail TEXT,
       datagrams INTEGER NOT NULL,
       repairs INTEGER NOT NULL)`,
    // Whatever goes wrong elsewhere: an address or a port belongs to one running session.
    'CREATE UNIQUE INDEX multicast_sessions_address ON multicast_sessions (address) WHERE ended_at IS NULL',
    'CREATE UNIQUE INDEX multicast_sessions_port ON multicast_sessions (port) WHERE ended_at IS NULL',
    'CREATE INDEX multicast_sessions_deployment ON multicast_sessions (deployment_id, id)',

    `CREATE TABLE multicast_members (
       session_id TEXT NOT NULL REFERENCES multicast_sessions (id) ON DELETE CASCADE,
       number INTEGER NOT NULL,
       run_id TEXT NOT NULL,
       machine_id TEXT NOT NULL,
       state TEXT NOT NULL,
       cause TEXT,
       PRIMARY KEY (session_id, number))`,

    "CREATE INDEX deployments_runs_multicast ON deployments_runs (deployment_id, occurrence) WHERE method = 'multicast'",
  ],
};
