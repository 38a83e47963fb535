import type { SoftwarePackage, Urgency } from '../software/software-package.ts';
import type { Reason } from './frozen-step.ts';
import './scenario-sentences.ts';
import {
  type ScenarioDraft,
  type Step,
  type StepCondition,
  type StepNode,
  stepsWithFirst,
} from './scenario.ts';

/** error: it cannot be deployed like this. caution: shown where the decision is made (BCON-19). */
export interface ScenarioProblem extends Reason {
  readonly stepId: string;
  readonly severity: 'error' | 'caution';
}

/** What the rules need to know of the world. */
export interface ScenarioLookup {
  /** The newest sealed revision, or undefined. */
  readonly softwarePackage: (id: string) => SoftwarePackage | undefined;
  /** Why a query of the collections' language cannot be read, or null. */
  readonly queryProblem: (query: string) => string | null;
}

const depthLimit = 10;

/** Everything that is wrong, or worth a caution, in a scenario: DIST-31, BPKG-15, BSCN-04. */
export function scenarioProblems(draft: ScenarioDraft, lookup: ScenarioLookup): ScenarioProblem[] {
  return [
    ...treeProblems(draft.steps),
    ...stepsWithFirst(draft).flatMap(({ step }) => packageProblems(step, lookup)),
    ...conditionsIn(draft.steps).flatMap(({ id, condition }) => queryProblems(id, condition, lookup)),
  ];
}

function error(stepId: string, code: string, params: Reason['params'] = {}): ScenarioProblem {
  return { stepId, severity: 'error', code, params };
}

function treeProblems(nodes: readonly StepNode[]): ScenarioProblem[] {
  const ids = idsIn(nodes, 0);
  const tooDeep = ids.filter(({ depth }) => depth > depthLimit).slice(0, 1);
  const seen = new Set<string>();
  const repeated = ids.filter(({ id }) => seen.size === seen.add(id).size);
  return [
    ...tooDeep.map(({ id }) => error(id, 'groups-too-deep', { limit: depthLimit })),
    ...repeated.map(({ id }) => error(id, 'step-id-twice', { id })),
  ];
}

function idsIn(nodes: readonly StepNode[], depth: number): { id: string; depth: number }[] {
  return nodes.flatMap((node) => [
    { id: node.id, depth },
    ...(node.kind === 'group' ? idsIn(node.steps, depth + 1) : []),
  ]);
}

function packageProblems(step: Step, lookup: ScenarioLookup): ScenarioProblem[] {
  const packageId = 'packageId' in step ? step.packageId : null;
  if (!packageId) return [];
  const software = lookup.softwarePackage(packageId);
  if (!software) return [error(step.id, 'package-missing', { packageId })];
  const wanted = 'program' in step ? step.program : null;
  const program =
    wanted === null ? software.programs[0] : software.programs.find(({ name }) => name === wanted);
  if (!program) return [error(step.id, 'program-missing', { packageId, program: wanted ?? '' })];
  const needsContent = step.kind === 'copy-files' || program.executable !== null;
  return [
    ...(needsContent && software.contentId === null
      ? [error(step.id, 'package-without-content', { packageId })]
      : []),
    ...urgencyCaution(step, software.urgency, packageId),
  ];
}

const automatic: readonly Urgency[] = ['highest', 'high'];

/** Automatic update would deliver it too. */
function urgencyCaution(step: Step, urgency: Urgency, packageId: string): ScenarioProblem[] {
  if (step.kind !== 'install-package' || !automatic.includes(urgency)) return [];
  return [
    { stepId: step.id, severity: 'caution', code: 'urgency-also-automatic', params: { packageId, urgency } },
  ];
}

function conditionsIn(nodes: readonly StepNode[]): { id: string; condition: StepCondition }[] {
  return nodes.flatMap((node) => [
    ...(node.condition ? [{ id: node.id, condition: node.condition }] : []),
    ...(node.kind === 'group' ? conditionsIn(node.steps) : []),
  ]);
}

function queryProblems(id: string, condition: StepCondition, lookup: ScenarioLookup): ScenarioProblem[] {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return condition.of.flatMap((part) => queryProblems(id, part, lookup));
    case 'not':
      return queryProblems(id, condition.of, lookup);
    case 'query': {
      const problem = lookup.queryProblem(condition.query);
      return problem === null ? [] : [error(id, 'query-wrong', { problem })];
    }
    default:
      return [];
  }
}
