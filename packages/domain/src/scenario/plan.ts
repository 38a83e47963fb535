import { Failure } from '../failure.ts';
import { systemRefusal } from '../os-matrix/step-support.ts';
import { platformApplicability } from '../software/applicability.ts';
import type { ChosenStep } from './chosen-step.ts';
import { freezeStep, programOf } from './freeze-step.ts';
import { contentOf, type Reason } from './frozen-step.ts';
import { emptyPlan, type PlanInput, type RunPlan, type SkippedStep } from './plan-input.ts';
import { resolveAll } from './resolve-condition.ts';
import { withRestarts } from './restarts.ts';
import { runSettings } from './run-settings.ts';
import { type FlatStep, flattenSteps, runFirstId, type Step, stepsWithFirst } from './scenario.ts';
import { stepTimeMs } from './step-time.ts';

export * from './plan-input.ts';

/**
 * Decides for one machine what a scenario means: the frozen list of steps, a reason for each one left out.
 * Pure: the same question always has the same answer, so that preview, what-if and the real thing cannot differ.
 * @throws Failure `package-missing`, `program-missing`, `dependency-cycle`: the scenario itself is wrong;
 * `power-off-before-run`: the deployment is.
 * Source: design section 5; BSCN-18..20, BSCN-31..35, BSCN-41, BPKG-32, 33, 43..47, 52, DIST-13, 14.
 */
export function plan(input: PlanInput): RunPlan {
  const choice = choose(input);
  const reasons = choice.skipped.map((skip) => skip.reason);
  if (choice.isUnknown) return nothing(input, 'unknown', reasons, choice.skipped);
  if (isPointless(input, choice.chosen)) return nothing(input, 'not-applicable', reasons, choice.skipped);
  const settings = runSettings(input.deployed ?? {}, input.scenario.options);
  const steps = withRestarts(choice.chosen, input, settings).map((chosen, index) =>
    freezeStep(chosen, index, input),
  );
  return {
    state: 'applicable',
    reasons: [],
    steps,
    skipped: choice.skipped,
    variables: variablesOf(input),
    timing: settings.timing,
    powerOffAfterDelivery: settings.powerOff === 'after-delivery',
    powerOffAtEnd: settings.powerOff === 'after-update',
    bytes: contentOf(steps).reduce((sum, content) => sum + content.bytes, 0),
    restarts: steps.filter((step) => step.kind === 'restart' && !step.ifNeeded).length,
    maxRunTimeMs: steps.reduce((sum, step) => sum + stepTimeMs(step), 0),
  };
}

interface Choice {
  readonly chosen: ChosenStep[];
  readonly skipped: SkippedStep[];
  readonly isUnknown: boolean;
}

function choose(input: PlanInput): Choice {
  const chosen: ChosenStep[] = [];
  const skipped: SkippedStep[] = [];
  let isUnknown = false;
  const planned = new Set<string>();
  for (const flat of stepsWithFirst(input.scenario)) {
    const condition = resolveAll(conditionsOf(flat), input.matches);
    if (condition === false) {
      skipped.push(skip(flat.step, { code: 'condition-false', params: { step: flat.step.name } }));
      continue;
    }
    const verdict = suits(flat.step, input);
    isUnknown ||= verdict.state === 'unknown';
    if (verdict.state !== 'applicable') {
      skipped.push(...verdict.reasons.map((reason) => skip(flat.step, reason)));
      continue;
    }
    const shared = {
      condition: condition === true ? null : condition,
      continueOnError: [...flat.groups, flat.step].some((node) => node.continueOnError === true),
    };
    for (const step of withDependencies(flat.step, input, planned)) {
      const isDependency = step !== flat.step || step.id === runFirstId;
      chosen.push({ step, ...shared, isDependency });
    }
  }
  return { chosen, skipped, isUnknown };
}

function conditionsOf({ step, groups }: FlatStep) {
  return [...groups, step].flatMap((node) => (node.condition ? [node.condition] : []));
}

function skip(step: Step, reason: Reason): SkippedStep {
  return { stepId: step.id, name: step.name, reason };
}

/** Judges the machine's system by the matrix (BOSM-01), then package and program by their platform rows. */
function suits(step: Step, input: PlanInput) {
  const refusal = systemRefusal(step, input.facts);
  if (refusal) return { state: 'not-applicable' as const, reasons: [refusal] };
  const packageId = 'packageId' in step ? step.packageId : null;
  if (!packageId) return { state: 'applicable' as const, reasons: [] };
  const { software, program } = programOf(packageId, 'program' in step ? step.program : null, input.packages);
  const bySoftware = platformApplicability(software.targets, input.facts);
  if (bySoftware.state !== 'applicable' || step.kind === 'copy-files') return bySoftware;
  return platformApplicability(program.targets, input.facts);
}

/** The programs that this step's program requires, first things first, each once in a run; then the step. */
function withDependencies(step: Step, input: PlanInput, planned: Set<string>, path: string[] = []): Step[] {
  const packageId = step.kind === 'install-package' || step.kind === 'run-program' ? step.packageId : null;
  if (packageId === null || !('program' in step)) return [step];
  const { program } = programOf(packageId, step.program, input.packages);
  const key = `${packageId}/${program.name}`;
  refuseCycle(path, key);
  const before = program.requires.flatMap((required) => {
    const { program: first } = programOf(required.packageId, required.program, input.packages);
    const requiredKey = `${required.packageId}/${first.name}`;
    refuseCycle([...path, key], requiredKey);
    if (planned.has(requiredKey)) return [];
    const dependency: Step = {
      kind: 'install-package',
      id: `${step.id}.requires.${required.packageId}`.slice(0, 64),
      name: `${required.packageId}: ${first.name}`,
      packageId: required.packageId,
      program: first.name,
    };
    if (suits(dependency, input).state !== 'applicable') return [];
    return withDependencies(dependency, input, planned, [...path, key]);
  });
  // What a step merely runs is not known to be there afterwards.
  if (step.kind === 'install-package') planned.add(key);
  return [...before, step];
}

function refuseCycle(path: readonly string[], key: string): void {
  if (!path.includes(key)) return;
  throw new Failure('dependency-cycle', { path: [...path.slice(path.indexOf(key)), key].join(' → ') });
}

/** A scenario that installs packages is not applicable where none of them suits (BSCN-41). */
function isPointless(input: PlanInput, chosen: readonly ChosenStep[]): boolean {
  // What only runs before the others is no reason to begin.
  const own = chosen.filter(({ isDependency }) => !isDependency);
  if (own.length === 0) return true;
  const installs = flattenSteps(input.scenario.steps).filter(({ step }) => step.kind === 'install-package');
  return installs.length > 0 && !own.some(({ step }) => step.kind === 'install-package');
}

function nothing(
  input: PlanInput,
  state: 'not-applicable' | 'unknown',
  reasons: Reason[],
  skipped: SkippedStep[],
): RunPlan {
  return { ...emptyPlan, state, reasons, skipped, variables: variablesOf(input) };
}

function variablesOf({ scenario, facts, variables }: PlanInput): Record<string, string> {
  const own = Object.fromEntries(scenario.variables.map(({ name, value }) => [name, value]));
  return { ...own, ...facts.properties, ...variables, MACHINE_NAME: facts.name, MACHINE_ID: facts.id };
}
