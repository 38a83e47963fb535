import type { Migration } from '../kernel/database/migrate.ts';

export const enrollmentReplacedAt: Migration = {
  id: '0139-enrollment-replaced-at',
  name: 'when the key of a machine was replaced: its tokens of before end then',
  up: () => [
    'ALTER TABLE enrollment_identities ADD COLUMN replaced_at INTEGER',
    'CREATE INDEX enrollment_identities_by_replaced_at ON enrollment_identities (replaced_at)',
  ],
};
