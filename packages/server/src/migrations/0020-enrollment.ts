import type { Migration } from '../kernel/database/migrate.ts';

export const enrollment: Migration = {
  id: '0020-enrollment',
  name: 'tickets with which machines enroll, and the keys by which they are known',
  up: () => [
    // The secret is kept as SHA-256 only.
    `CREATE TABLE enrollment_tickets (
       id TEXT NOT NULL PRIMARY KEY,
       name TEXT NOT NULL,
       secret_hash TEXT NOT NULL UNIQUE,
       created_at INTEGER NOT NULL,
       expires_at INTEGER NOT NULL,
       max_uses INTEGER NOT NULL,
       uses INTEGER NOT NULL,
       revoked_at INTEGER)`,

    // One row for each key that asked to enroll. fingerprints: JSON, the hardware on which the key may live;
    // foreign_fingerprint: the other hardware that used it, for which the key is in quarantine.
    `CREATE TABLE enrollment_identities (
       machine_id TEXT NOT NULL PRIMARY KEY,
       key_thumbprint TEXT NOT NULL UNIQUE,
       signing_key TEXT NOT NULL,
       encryption_key TEXT NOT NULL,
       fingerprints TEXT NOT NULL,
       foreign_fingerprint TEXT,
       status TEXT NOT NULL,
       ticket_id TEXT REFERENCES enrollment_tickets (id),
       asked_name TEXT NOT NULL,
       asked_at INTEGER NOT NULL,
       decided_at INTEGER)`,
    'CREATE INDEX enrollment_identities_status ON enrollment_identities (status)',
  ],
};
