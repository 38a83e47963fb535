import type { FrozenStep } from '@tenkai/domain';
import { draw, pick, type Range, within } from '../draws.ts';
import { type FleetPlan, lifeMs } from './fleet-plan.ts';

/** How a program ends that a step runs. */
export type Fate =
  | { readonly kind: 'well'; readonly exitCode: number; readonly wantsRestart: boolean }
  | { readonly kind: 'exit-code'; readonly exitCode: number }
  | { readonly kind: 'not-detected'; readonly exitCode: number }
  | { readonly kind: 'time-limit' };

export interface StepOnMachine {
  readonly plan: FleetPlan;
  readonly index: number;
  readonly attempt: number;
  readonly step: FrozenStep;
}

type Codes = { readonly success: readonly number[]; readonly restart: readonly number[] };

/** What a step is called in the draws: nothing that a site makes up anew for each run. */
function identityOf(step: FrozenStep): string {
  if (step.kind !== 'install-package') return `${step.kind} ${step.id}`;
  return `install ${step.packageId} ${step.packageVersion} ${step.program}`;
}

/** Drawn from seed, machine, step and attempt; a lasting failure does not know the attempt. */
export function fateOf({ plan, index, attempt, step }: StepOnMachine, codes: Codes): Fate {
  const { seed, profile } = plan;
  const { failures } = profile;
  const identity = identityOf(step);
  const isLasting = draw(seed, index, 'lasting', identity) < failures.lasting;
  let left = draw(seed, index, 'fails', identity, isLasting ? 'always' : attempt);
  left -= failures.exitCode;
  if (left < 0) return { kind: 'exit-code', exitCode: failingCode(plan, index, identity, codes) };
  left -= failures.timeLimit;
  if (left < 0) return { kind: 'time-limit' };
  const exitCode = codes.success[0] ?? 0;
  const isDetectable = step.kind === 'install-package' && step.detection.length > 0;
  if (isDetectable && left < failures.notDetected) return { kind: 'not-detected', exitCode };
  const wantsRestart =
    step.kind === 'install-package' && draw(seed, index, 'wants-restart', identity) < profile.wantsRestart;
  const restartCode = wantsRestart ? codes.restart[0] : undefined;
  if (restartCode === undefined) return { kind: 'well', exitCode, wantsRestart: false };
  return { kind: 'well', exitCode: restartCode, wantsRestart: true };
}

/**
 * The machine restarts under a step: how far the step comes, uniform in [0, 1), and how long the machine is down.
 * Null: it does not.
 */
export function crashOf({
  plan,
  index,
  attempt,
  step,
}: StepOnMachine): { share: number; downMs: number } | null {
  const { seed, profile } = plan;
  const drawn = (what: string) => draw(seed, index, what, identityOf(step), attempt);
  if (!(step.kind in durations) || drawn('crashes') >= (profile.crashes ?? 0)) return null;
  const downMs = lifeMs(plan, within(profile.rebootSeconds, drawn('crash-down')));
  return { share: drawn('crash-share'), downMs };
}

/** A code that the program itself calls a success is none. */
function failingCode({ seed, profile }: FleetPlan, index: number, identity: string, codes: Codes): number {
  const code = pick(profile.failures.exitCodes, draw(seed, index, 'exit-code', identity));
  return codes.success.includes(code) || codes.restart.includes(code) ? 255 : code;
}

const durations = {
  'install-package': 'install',
  'run-program': 'program',
  'run-script': 'script',
  'copy-files': 'copy',
} as const;

/** Milliseconds of the simulation that the step takes. */
export function durationOf({ plan, index, attempt, step }: StepOnMachine): number {
  if (step.kind === 'wait') return lifeMs(plan, step.seconds);
  if (!(step.kind in durations)) return 0;
  const range: Range = plan.profile.stepSeconds[durations[step.kind as keyof typeof durations]];
  const seconds = within(range, draw(plan.seed, index, 'duration', identityOf(step), attempt));
  return lifeMs(plan, Math.min(seconds, step.timeoutMs / 1000));
}

export function limitOf({ plan, step }: StepOnMachine): number {
  return lifeMs(plan, step.timeoutMs / 1000);
}
