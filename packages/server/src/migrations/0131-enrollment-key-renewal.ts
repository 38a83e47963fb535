import type { Migration } from '../kernel/database/migrate.ts';

export const enrollmentKeyRenewal: Migration = {
  id: '0131-enrollment-key-renewal',
  name: 'the key that is to replace that of a machine, and the one that was replaced last',
  up: () => [
    // next_*: taken beside the present ones until next_thumbprint is used; replaced_*: refused, and known by name.
    'ALTER TABLE enrollment_identities ADD COLUMN next_thumbprint TEXT',
    'ALTER TABLE enrollment_identities ADD COLUMN next_signing_key TEXT',
    'ALTER TABLE enrollment_identities ADD COLUMN next_encryption_key TEXT',
    'ALTER TABLE enrollment_identities ADD COLUMN replaced_thumbprint TEXT',
    'ALTER TABLE enrollment_identities ADD COLUMN replaced_signing_key TEXT',
    'CREATE UNIQUE INDEX enrollment_identities_by_next_key ON enrollment_identities (next_thumbprint)',
    'CREATE INDEX enrollment_identities_by_replaced_key ON enrollment_identities (replaced_thumbprint)',
  ],
};
