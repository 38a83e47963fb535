import type { BoundaryRow } from '@tenkai/protocol/api/boundaries.ts';
import type { Reader, Tx } from '../../kernel/database/database.ts';

declare module '../../kernel/database/tables.ts' {
  interface Tables {
    locator_boundaries: {
      id: string;
      name: string;
      address_range: string;
      site_code: string;
      management_point: string | null;
      is_for_assignment: number;
    };
  }
}

export async function loadBoundaries(read: Reader): Promise<BoundaryRow[]> {
  const rows = await read.sql.selectFrom('locator_boundaries').selectAll().orderBy('name').execute();
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    range: row.address_range,
    siteCode: row.site_code,
    managementPoint: row.management_point,
    isForAssignment: row.is_for_assignment === 1,
  }));
}

/** Adds it, or replaces the one with its id. */
export async function saveBoundary(tx: Tx, { id, ...boundary }: BoundaryRow) {
  const values = {
    name: boundary.name,
    address_range: boundary.range,
    site_code: boundary.siteCode,
    management_point: boundary.managementPoint,
    is_for_assignment: Number(boundary.isForAssignment),
  };
  await tx.sql
    .insertInto('locator_boundaries')
    .values({ id, ...values })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
    .execute();
}

export async function deleteBoundary(tx: Tx, id: string) {
  await tx.sql.deleteFrom('locator_boundaries').where('id', '=', id).execute();
}
