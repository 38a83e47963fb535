import { Failure } from '../failure.ts';
import { type Detection, describeDetection } from '../software/detection.ts';
import { defaultExitCodes, defaultRunOptions, type Program } from '../software/program.ts';
import type { SoftwarePackage } from '../software/software-package.ts';
import type { ChosenStep } from './chosen-step.ts';
import type { FrozenStep } from './frozen-step.ts';
import type { PlanInput } from './plan-input.ts';
import type { RestartPostponement } from './postpone-restart.ts';
import type { Step } from './scenario.ts';

const minute = 60_000;
/** Copying, power changes and waiting for a machine to wake have this limit where the scenario names none. */
const defaultTimeoutMs = 30 * minute;

/** Finds a program; null: the package's first. */
export function programOf(
  packageId: string,
  name: string | null,
  packages: PlanInput['packages'],
): { software: SoftwarePackage; program: Program } {
  const software = packages.get(packageId);
  if (!software) throw new Failure('package-missing', { packageId });
  const program = name === null ? software.programs[0] : software.programs.find((one) => one.name === name);
  if (!program) throw new Failure('program-missing', { packageId, program: name ?? '' });
  return { software, program };
}

/** Puts everything into the step that the machine would otherwise have to ask for. */
export function freezeStep(chosen: PlannedStep, index: number, input: PlanInput): FrozenStep {
  const { step } = chosen;
  const shared = {
    index,
    id: step.id,
    name: step.name,
    condition: chosen.condition,
    continueOnError: chosen.continueOnError,
    timeoutMs: defaultTimeoutMs,
  };
  switch (step.kind) {
    case 'install-package':
      return freezeInstall(step, shared, chosen.isDependency, input);
    case 'run-program':
      return freezeRunProgram(step, shared, input);
    case 'run-script':
      return {
        ...shared,
        kind: step.kind,
        timeoutMs: (step.timeoutMinutes ?? 60) * minute,
        interpreter: step.interpreter,
        text: step.text,
        exitCodes: { success: step.successCodes ?? [0], restart: [] },
      };
    case 'copy-files': {
      const { software } = programOf(step.packageId, null, input.packages);
      return { ...shared, kind: step.kind, content: contentFor(software), from: step.from, to: step.to };
    }
    case 'restart':
      return {
        ...shared,
        kind: step.kind,
        delaySeconds: step.delaySeconds ?? 0,
        ifNeeded: chosen.ifNeeded ?? false,
        skipIfDetected: [...(chosen.skipIfDetected ?? [])],
        ...(chosen.postponement ? { postponement: chosen.postponement } : {}),
      };
    case 'shut-down':
      return { ...shared, kind: step.kind, delaySeconds: step.delaySeconds ?? 0 };
    case 'wake':
      return { ...shared, kind: step.kind, timeoutMs: (step.timeoutMinutes ?? 30) * minute };
    case 'wait':
      return { ...shared, kind: step.kind, seconds: step.seconds, timeoutMs: step.seconds * 1000 + minute };
  }
}

/** A chosen step, or a restart that the rules of `restarts.ts` put between. */
export interface PlannedStep extends ChosenStep {
  readonly ifNeeded?: boolean;
  readonly skipIfDetected?: readonly Detection[];
  /** A restart that people may put off. */
  readonly postponement?: RestartPostponement;
}

type Shared = Pick<FrozenStep, 'index' | 'id' | 'name' | 'condition' | 'continueOnError' | 'timeoutMs'>;

function freezeInstall(
  step: Extract<Step, { kind: 'install-package' }>,
  shared: Shared,
  isDependency: boolean,
  input: PlanInput,
): FrozenStep {
  const { software, program } = programOf(step.packageId, step.program, input.packages);
  return {
    ...shared,
    kind: step.kind,
    timeoutMs: program.options.maxRunTimeMinutes * minute,
    content: contentFor(software),
    packageId: software.id,
    packageName: software.name,
    packageVersion: software.version,
    program: program.name,
    executable: program.executable,
    parameters: program.parameters,
    options: program.options,
    exitCodes: program.exitCodes,
    detection: software.detection,
    applicableWhen: software.condition,
    before: software.before,
    after: software.after,
    isDependency,
  };
}

function freezeRunProgram(
  step: Extract<Step, { kind: 'run-program' }>,
  shared: Shared,
  input: PlanInput,
): FrozenStep {
  const exitCodes = step.successCodes
    ? { ...defaultExitCodes, success: step.successCodes }
    : defaultExitCodes;
  if (step.packageId === null) {
    const own = { content: null, executable: null, parameters: step.commandLine, options: defaultRunOptions };
    return { ...shared, kind: step.kind, timeoutMs: (step.timeoutMinutes ?? 60) * minute, ...own, exitCodes };
  }
  const { software, program } = programOf(step.packageId, step.program, input.packages);
  return {
    ...shared,
    kind: step.kind,
    timeoutMs: (step.timeoutMinutes ?? program.options.maxRunTimeMinutes) * minute,
    content: contentFor(software),
    executable: program.executable,
    parameters: [program.parameters, step.commandLine].filter((part) => part !== '').join(' '),
    options: program.options,
    exitCodes: step.successCodes ? exitCodes : program.exitCodes,
  };
}

function contentFor(software: SoftwarePackage) {
  const { contentId, id, revision, contentBytes } = software;
  return contentId === null ? null : { contentId, packageId: id, revision, bytes: contentBytes };
}

/** How the installs of a run are verified, for a table's column. */
export function verifiedBy(steps: readonly FrozenStep[]): string {
  return steps
    .flatMap((step) => (step.kind === 'install-package' ? step.detection.map(describeDetection) : []))
    .join(', ');
}
