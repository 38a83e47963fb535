import type { Migration } from '../kernel/database/migrate.ts';

export const machinesByEnrollmentAndId: Migration = {
  id: '0097-machines-by-enrollment-and-id',
  name: 'enrolled machines are found by their ids without reading all that are enrolled',
  up: () => ['CREATE INDEX machines_by_enrollment_and_id ON machines (enrollment, id)'],
};
