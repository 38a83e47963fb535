import type { Detection } from '../software/detection.ts';
import type { ChosenStep } from './chosen-step.ts';
import { type PlannedStep, programOf } from './freeze-step.ts';
import type { RuntimeCondition } from './frozen-step.ts';
import type { PlanInput } from './plan-input.ts';
import { postponableWarningSeconds, type RestartPostponement } from './postpone-restart.ts';
import type { RunSettings } from './run-settings.ts';
import type { ScenarioOptions } from './scenario.ts';

/**
 * Puts the restarts where packages and scenario ask for them, and no two in a row:
 * at the start (BSCN-34), before a standalone package (BPKG-33), after a package that needs one (BPKG-32), at the
 * end where an installer asked for it by its exit code, or where the scenario says so (BSCN-31). At most one
 * restart follows the last step, and power-off comes after it (BSCN-35).
 */
export function withRestarts(
  chosen: readonly ChosenStep[],
  input: PlanInput,
  settings: Pick<RunSettings, 'restartsAtStart' | 'restartsAfter' | 'restartPostponement'>,
): PlannedStep[] {
  const { options } = input.scenario;
  const planned: PlannedStep[] = settings.restartsAtStart ? [restart('start', null)] : [];
  const { restartPostponement } = settings;
  if (options.withoutRestarts)
    return [...planned, ...chosen].map((one) => announced(one, {}, restartPostponement));
  for (const one of chosen) planned.push(...aroundInstall(one, input));
  if (settings.restartsAfter) planned.push(restart('end', null));
  else if (chosen.some(mayAskForRestart)) planned.push({ ...restart('pending', null), ifNeeded: true });
  return withoutRepeats(planned).map((one) => announced(one, options, restartPostponement));
}

/** A restart that says itself how long it warns keeps that; one that may be put off is never a surprise. */
function announced(
  planned: PlannedStep,
  { restartWarningSeconds }: Pick<ScenarioOptions, 'restartWarningSeconds'>,
  postponement: RestartPostponement | null,
): PlannedStep {
  const { step } = planned;
  if (step.kind !== 'restart') return planned;
  const seconds = step.delaySeconds ?? restartWarningSeconds ?? (postponement && postponableWarningSeconds);
  const told = seconds === null ? step : { ...step, delaySeconds: seconds };
  return { ...planned, step: told, ...(postponement ? { postponement } : {}) };
}

function aroundInstall(chosen: ChosenStep, input: PlanInput): PlannedStep[] {
  const { step } = chosen;
  if (step.kind !== 'install-package') return [chosen];
  const { software } = programOf(step.packageId, step.program, input.packages);
  const before = software.standalone
    ? [restart(`${step.id}.before`, chosen.condition, software.detection)]
    : [];
  const after = software.restartAfterInstall ? [restart(`${step.id}.after`, afterSuccess)] : [];
  return [...before, chosen, ...after];
}

/** A package that was there already, or failed, asks for no restart. */
const afterSuccess: RuntimeCondition = { kind: 'step-before', outcome: 'succeeded' };

function restart(
  id: string,
  condition: RuntimeCondition | null,
  skipIfDetected: readonly Detection[] = [],
): PlannedStep {
  return {
    step: { kind: 'restart', id: `restart.${id}`.slice(0, 64), name: 'restart' },
    condition,
    continueOnError: false,
    isDependency: false,
    skipIfDetected,
  };
}

function mayAskForRestart({ step }: ChosenStep): boolean {
  return step.kind === 'install-package' || step.kind === 'run-program';
}

/**
 * Of restarts in a row a certain one makes the others needless. Two conditional ones stay: the machine skips a
 * restart where nothing ran since the last one.
 */
function withoutRepeats(planned: readonly PlannedStep[]): PlannedStep[] {
  const kept: PlannedStep[] = [];
  for (const one of planned) {
    const last = kept.at(-1);
    const repeats = one.step.kind === 'restart' && last?.step.kind === 'restart';
    if (!repeats) kept.push(one);
    else if (isCertain(last)) continue;
    else if (isCertain(one)) kept.splice(-1, 1, one);
    else kept.push(one);
  }
  return kept;
}

function isCertain(planned: PlannedStep): boolean {
  return (
    planned.condition === null && planned.ifNeeded !== true && (planned.skipIfDetected ?? []).length === 0
  );
}
