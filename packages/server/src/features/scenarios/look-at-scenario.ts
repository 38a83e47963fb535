import {
  Failure,
  type FieldProblem,
  parseRule,
  type ScenarioDraft,
  type ScenarioProblem,
  type SoftwarePackage,
  scenarioProblems,
  stepsWithFirst,
  textProblems,
} from '@tenkai/domain';
import type { Content } from '../content/index.ts';
import type { Packages } from '../packages/index.ts';

export interface LookDeps {
  readonly content: Content;
  readonly packages: Packages;
}

/** Packages that a scenario names, each once. */
export function packagesIn(draft: ScenarioDraft): string[] {
  const ids = stepsWithFirst(draft).flatMap(({ step }) =>
    'packageId' in step && step.packageId !== null ? [step.packageId] : [],
  );
  return [...new Set(ids)];
}

/** Everything that keeps a scenario from being deployed now, and cautions (DIST-07, DIST-31, BPKG-15). */
export async function lookAtScenario(deps: LookDeps, draft: ScenarioDraft): Promise<ScenarioProblem[]> {
  const found = new Map<string, SoftwarePackage>();
  for (const id of packagesIn(draft)) {
    const software = await deps.packages.sealedPackage(id);
    if (software) found.set(id, software);
  }
  const problems = scenarioProblems(draft, { softwarePackage: (id) => found.get(id), queryProblem });
  return [...problems, ...(await unplacedProblems(deps.content, draft, found))];
}

function queryProblem(query: string): string | null {
  try {
    parseRule(query);
    return null;
  } catch (error) {
    if (error instanceof Failure) return error.message;
    throw error;
  }
}

async function unplacedProblems(
  content: Content,
  draft: ScenarioDraft,
  packages: ReadonlyMap<string, SoftwarePackage>,
): Promise<ScenarioProblem[]> {
  const contentIds = [...packages.values()].flatMap(({ contentId }) =>
    contentId === null ? [] : [contentId],
  );
  const unplaced = new Set(await content.unplaced([...new Set(contentIds)]));
  return stepsWithFirst(draft).flatMap(({ step }) => {
    const packageId = 'packageId' in step ? step.packageId : null;
    const contentId = packageId === null ? null : packages.get(packageId)?.contentId;
    if (!packageId || !contentId || !unplaced.has(contentId)) return [];
    return [
      { stepId: step.id, severity: 'error', code: 'package-not-placed', params: { packageId } },
    ] as const;
  });
}

/** What may be mended later, by somebody else, does not keep a scenario from being saved. */
const mayWait = new Set(['package-without-content', 'package-not-placed']);

/** What keeps a draft from being saved. */
export function savingProblems(draft: ScenarioDraft, problems: readonly ScenarioProblem[]): FieldProblem[] {
  const faults = problems.filter((problem) => problem.severity === 'error' && !mayWait.has(problem.code));
  return [
    ...(draft.name.trim() === '' ? [{ field: 'name', code: 'scenario-name-empty', params: {} }] : []),
    ...textProblems(draft),
    ...variableProblems(draft),
    ...faults.map(({ stepId, code, params }) => ({ field: `step ${stepId}`, code, params })),
  ];
}

function variableProblems({ variables }: ScenarioDraft): FieldProblem[] {
  const names = variables.map((variable) => variable.name);
  return names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [{ field: `variables[${index}].name`, code: 'variable-twice', params: { name } }],
  );
}
