import type { Migration } from '../kernel/database/migrate.ts';

export const machinesCertificates: Migration = {
  id: '0121-machines-certificates',
  name: 'how the certificates of machines stand, for lists and counts of the fleet',
  up: () => [
    "ALTER TABLE machines ADD COLUMN certificate_state TEXT NOT NULL DEFAULT 'unknown'",
    "ALTER TABLE machines ADD COLUMN certificate_remedies TEXT NOT NULL DEFAULT ''",
    'CREATE INDEX machines_by_certificates ON machines (enrollment, certificate_state, certificate_remedies)',
    'CREATE INDEX machines_by_certificates_and_name ON machines (certificate_state, name_key, id)',
  ],
};
