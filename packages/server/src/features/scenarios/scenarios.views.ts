import {
  Failure,
  flattenSteps,
  problemSentence,
  type ScenarioProblem,
  type SoftwarePackage,
} from '@tenkai/domain';
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

type Deps = Pick<LookDeps, 'packages'> & { readonly read: Reader };
type PackageTypes = ReadonlyMap<string, SoftwarePackage['type']>;

/** Scenarios whose name or description holds every word of the search. */
export async function scenarioRows({ read, packages }: Deps, search = ''): Promise<ScenarioRow[]> {
  const words = nameKeyOf(search).split(/\s+/);
  const types = await typesOf(packages);
  const rows = (await listScenarios(read)).map((row) => toRow(row, row, types));
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
  return { ...toRow(row, newest, await typesOf(deps.packages)), draft, problems: problems.map(withSentence) };
}

function withSentence({ stepId, severity, code, params }: ScenarioProblem) {
  return { stepId, severity, code, params, message: problemSentence({ code, params }) };
}

async function typesOf(packages: Deps['packages']): Promise<PackageTypes> {
  return new Map((await packages.newestPackages()).map(({ id, type }) => [id, type]));
}

/** BSCN-06: what kind of scenario it is, by the packages that it installs. */
function kindsOf(steps: ReturnType<typeof flattenSteps>, types: PackageTypes) {
  const kinds = steps.map(({ step }) =>
    step.kind === 'install-package' ? types.get(step.packageId) : undefined,
  );
  return [...new Set(kinds)].filter((kind) => kind !== undefined);
}

function toRow(row: ScenarioTableRow, { draft }: { draft: string }, types: PackageTypes): ScenarioRow {
  const { description, steps, options } = scenarioDraftOf({ draft });
  return {
    id: row.id,
    name: row.name,
    description,
    revision: row.revision,
    stepCount: flattenSteps(steps).length,
    deliveryMethod: options.deliveryMethod ?? 'auto',
    kinds: kindsOf(flattenSteps(steps), types),
    isBuiltIn: row.is_built_in === 1,
    updatedAt: row.updated_at,
  };
}
