import { Failure, flattenSteps, problemSentence, type ScenarioProblem } from '@tenkai/domain';
import type { ScenarioDetail, ScenarioRow } from '@tenkai/protocol/api/scenarios.ts';
import type { Reader } from '../../kernel/database/database.ts';
import { type LookDeps, lookAtScenario } from './look-at-scenario.ts';
import {
  findScenario,
  findScenarioRevision,
  listScenarios,
  nameKeyOf,
  type ScenarioTableRow,
  scenarioDraftOf,
} from './scenarios.store.ts';

/** Scenarios whose name or description holds every word of the search. */
export async function scenarioRows(read: Reader, search = ''): Promise<ScenarioRow[]> {
  const words = nameKeyOf(search).split(/\s+/);
  const rows = (await listScenarios(read)).map((row) => toRow(row, row));
  return rows.filter((row) => {
    const text = nameKeyOf(`${row.name} ${row.description}`);
    return words.every((word) => text.includes(word));
  });
}

/** @throws Failure not-found */
export async function scenarioDetail(
  { read, ...deps }: LookDeps & { readonly read: Reader },
  id: string,
): Promise<ScenarioDetail> {
  const row = await findScenario(read, id);
  const newest = row && (await findScenarioRevision(read, id, row.revision));
  if (!row || !newest) throw new Failure('not-found', { what: 'scenario', id });
  const draft = scenarioDraftOf(newest);
  const problems = await lookAtScenario(deps, draft);
  return { ...toRow(row, newest), draft, problems: problems.map(withSentence) };
}

function withSentence({ stepId, severity, code, params }: ScenarioProblem) {
  return { stepId, severity, code, params, message: problemSentence({ code, params }) };
}

function toRow(row: ScenarioTableRow, { draft }: { draft: string }): ScenarioRow {
  const { description, steps, options } = scenarioDraftOf({ draft });
  return {
    id: row.id,
    name: row.name,
    description,
    revision: row.revision,
    stepCount: flattenSteps(steps).length,
    deliveryMethod: options.deliveryMethod ?? 'auto',
    isBuiltIn: row.is_built_in === 1,
    updatedAt: row.updated_at,
  };
}
