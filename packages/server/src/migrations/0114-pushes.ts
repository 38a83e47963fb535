import type { Migration } from '../kernel/database/migrate.ts';

export const pushes: Migration = {
  id: '0114-pushes',
  name: 'pushes of the agent over SSH, where each machine stands, and the host keys that are believed',
  up: () => [
    // No secret is here: uses_secret says only that one was given.
    `CREATE TABLE pushes (
       id TEXT NOT NULL PRIMARY KEY,
       created_at INTEGER NOT NULL,
       by_id TEXT NOT NULL,
       by_name TEXT NOT NULL,
       user_name TEXT NOT NULL,
       sign_in TEXT NOT NULL,
       uses_secret INTEGER NOT NULL,
       host_keys TEXT NOT NULL,
       known_hosts TEXT NOT NULL,
       management_point TEXT NOT NULL,
       parallel INTEGER NOT NULL,
       retries INTEGER NOT NULL)`,
    // tickets: JSON, ids of those with which the machine may enroll; offered: JSON, OfferedKeys.
    `CREATE TABLE pushes_hosts (
       push_id TEXT NOT NULL REFERENCES pushes (id),
       position INTEGER NOT NULL,
       host TEXT NOT NULL,
       state TEXT NOT NULL,
       outcome TEXT,
       attempt INTEGER NOT NULL,
       reason TEXT,
       detail TEXT NOT NULL,
       version TEXT,
       exit_code INTEGER,
       log TEXT NOT NULL,
       offered TEXT,
       known TEXT NOT NULL,
       tickets TEXT NOT NULL,
       machine_id TEXT,
       updated_at INTEGER NOT NULL,
       PRIMARY KEY (push_id, position)) WITHOUT ROWID`,
    'CREATE INDEX pushes_hosts_by_state ON pushes_hosts (state, push_id, position)',
    `CREATE TABLE pushes_host_keys (
       id TEXT NOT NULL PRIMARY KEY,
       host TEXT NOT NULL UNIQUE,
       lines TEXT NOT NULL,
       fingerprints TEXT NOT NULL,
       origin TEXT NOT NULL,
       approved_by TEXT NOT NULL,
       approved_at INTEGER NOT NULL)`,
    'CREATE INDEX enrollment_identities_by_ticket ON enrollment_identities (ticket_id)',
  ],
};
