import type { ScenarioDraft } from '@tenkai/domain';
import type { Reader, Tx } from '../../kernel/database/database.ts';

declare module '../../kernel/database/tables.ts' {
  interface Tables {
    scenarios: ScenarioTableRow;
    scenarios_revisions: ScenarioRevisionRow;
    scenarios_packages: { scenario_id: string; package_id: string };
  }
}

export interface ScenarioTableRow {
  id: string;
  name: string;
  /** Two names with the same key are one to a reader. */
  name_key: string;
  revision: number;
  is_built_in: number;
  created_at: number;
  updated_at: number;
}

export interface ScenarioRevisionRow {
  scenario_id: string;
  revision: number;
  /** ScenarioDraft as JSON. */
  draft: string;
  saved_at: number;
  saved_by: string;
}

export function nameKeyOf(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}

export const findScenario = (read: Reader, id: string) =>
  read.sql.selectFrom('scenarios').selectAll().where('id', '=', id).executeTakeFirst();

export const findScenarioByName = (read: Reader, name: string) =>
  read.sql.selectFrom('scenarios').selectAll().where('name_key', '=', nameKeyOf(name)).executeTakeFirst();

export const findScenarioRevision = (read: Reader, id: string, revision: number) =>
  read.sql
    .selectFrom('scenarios_revisions')
    .selectAll()
    .where('scenario_id', '=', id)
    .where('revision', '=', revision)
    .executeTakeFirst();

/** The newest revisions of all scenarios, by name. */
export const listScenarios = (read: Reader) =>
  read.sql
    .selectFrom('scenarios')
    .innerJoin('scenarios_revisions', (join) =>
      join
        .onRef('scenarios_revisions.scenario_id', '=', 'scenarios.id')
        .onRef('scenarios_revisions.revision', '=', 'scenarios.revision'),
    )
    .selectAll('scenarios')
    .select('draft')
    .orderBy('scenarios.name_key')
    .execute();

/** Scenarios whose newest revision names a package. */
export const scenariosWith = (read: Reader, packageId: string) =>
  read.sql
    .selectFrom('scenarios_packages')
    .innerJoin('scenarios', 'scenarios.id', 'scenarios_packages.scenario_id')
    .select(['scenarios.id', 'scenarios.name'])
    .where('package_id', '=', packageId)
    .orderBy('scenarios.name_key')
    .execute();

export async function insertScenario(tx: Tx, row: ScenarioTableRow) {
  await tx.sql.insertInto('scenarios').values(row).execute();
}

export async function updateScenario(
  tx: Tx,
  { id, ...row }: Omit<ScenarioTableRow, 'created_at' | 'is_built_in'>,
) {
  await tx.sql.updateTable('scenarios').set(row).where('id', '=', id).execute();
}

export async function insertScenarioRevision(
  tx: Tx,
  row: ScenarioRevisionRow,
  packageIds: readonly string[],
) {
  await tx.sql.insertInto('scenarios_revisions').values(row).execute();
  await tx.run('DELETE FROM scenarios_packages WHERE scenario_id = ?', [row.scenario_id]);
  for (const packageId of packageIds)
    await tx.sql
      .insertInto('scenarios_packages')
      .values({ scenario_id: row.scenario_id, package_id: packageId })
      .execute();
}

export async function deleteScenario(tx: Tx, id: string) {
  await tx.run('DELETE FROM scenarios_packages WHERE scenario_id = ?', [id]);
  await tx.run('DELETE FROM scenarios_revisions WHERE scenario_id = ?', [id]);
  await tx.run('DELETE FROM scenarios WHERE id = ?', [id]);
}

export function scenarioDraftOf(row: Pick<ScenarioRevisionRow, 'draft'>): ScenarioDraft {
  return JSON.parse(row.draft) as ScenarioDraft;
}
