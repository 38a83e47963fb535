import { contentOf, type FrozenStep, type Reason, type StepResult } from '@tenkai/domain';
import type { RunOrder } from '@tenkai/protocol/agent/orders.ts';
import type { RunReport } from '@tenkai/protocol/agent/reports.ts';
import { draw, within } from '../draws.ts';
import { detect, type InstalledSet } from './detect.ts';
import { doStep, type RunMemory, type StepDone } from './do-step.ts';
import { type FleetPlan, lifeMs } from './fleet-plan.ts';
import { crashOf, type StepOnMachine } from './step-fate.ts';

type RunFacts = Pick<RunReport, 'event' | 'succeeded' | 'reason' | 'verified'>;

/** What a machine does in a run, one after another; times are milliseconds of the simulation. */
export type Act =
  | { readonly kind: 'wait'; readonly ms: number }
  | ({ readonly kind: 'run' } & RunFacts)
  | { readonly kind: 'step-started'; readonly index: number }
  | {
      readonly kind: 'step-finished';
      readonly result: Omit<StepResult, 'startedAt' | 'finishedAt'>;
      readonly tookMs: number;
    }
  | {
      readonly kind: 'progress';
      readonly bytesDone: number;
      readonly bytesTotal: number;
      readonly bytesPerSecond: number;
    }
  /** The content of the run is on the machine. */
  | { readonly kind: 'received'; readonly bytes: number }
  /** Left for the next start of the machine, which does other things meanwhile (BSCN-19). */
  | { readonly kind: 'await-boot' }
  | { readonly kind: 'installed'; readonly installed: InstalledSet }
  /** Goes down; what follows happens in the next boot. */
  | { readonly kind: 'power'; readonly to: 'restarting' | 'shutting-down'; readonly ms: number }
  /** Goes down in the middle of a step, and nobody was told. */
  | { readonly kind: 'crash'; readonly ms: number };

/** What a script needs of an order; a plan without a site has it too. */
export interface RunToScript {
  readonly attempt: number;
  readonly steps: readonly FrozenStep[];
  readonly variables: Readonly<Record<string, string>>;
  readonly options: RunOrder['options'];
}

export interface MachineAtStart {
  readonly plan: FleetPlan;
  readonly index: number;
  readonly installed: InstalledSet;
}

/**
 * Everything that a machine will do in a run, before it does it: pure, and so the same for the machine itself and for
 * whoever predicts it.
 */
export function scriptRun(machine: MachineAtStart, run: RunToScript): Act[] {
  const acts: Act[] = [{ kind: 'run', event: 'received' }];
  acts.push(...delivery(machine, run), ...staging(machine, run), { kind: 'run', event: 'executing' });
  let memory: RunMemory = {
    installed: machine.installed,
    previousOutcome: null,
    outcomeBefore: null,
    wantsRestart: false,
    hasActedSinceRestart: true,
  };
  const results = new Map<number, StepDone['result']>();
  for (const [place, step] of run.steps.entries()) {
    const isLast = place === run.steps.length - 1;
    const done = doStep({ ...machine, ...run, step, memory, isLast });
    acts.push(...stepActs({ ...machine, attempt: run.attempt, step }, done, memory));
    results.set(step.index, done.result);
    memory = done.memory;
    if (done.result.outcome !== 'failed' || step.continueOnError) continue;
    const reason = done.result.reason ?? { code: 'step-failed', params: { step: step.index } };
    return [...acts, { kind: 'run', event: 'finished', succeeded: false, reason, verified: [] }];
  }
  acts.push({ kind: 'run', event: 'verifying' }, ...verification(machine, run, results, memory.installed));
  return [...acts, ...powerOff(machine, run, acts)];
}

/** Content is not fetched: it takes the time that its size takes on the machine's line. */
function delivery({ plan, index }: MachineAtStart, { steps }: RunToScript): Act[] {
  const bytesTotal = contentOf(steps).reduce((sum, { bytes }) => sum + bytes, 0);
  const share = draw(plan.seed, index, 'line', ...contentOf(steps).map(({ contentId }) => contentId));
  const perSecond = within(plan.profile.deliveryMBPerSecond, share) * 1e6;
  const ms = lifeMs(plan, bytesTotal / perSecond);
  const bytesPerSecond = perSecond * plan.speed;
  const half = {
    kind: 'progress',
    bytesDone: Math.floor(bytesTotal / 2),
    bytesTotal,
    bytesPerSecond,
  } as const;
  return [
    { kind: 'run', event: 'delivering' },
    ...(ms < progressFromMs
      ? [{ kind: 'wait', ms } as const]
      : [{ kind: 'wait', ms: ms / 2 } as const, half, { kind: 'wait', ms: ms / 2 } as const]),
    { kind: 'received', bytes: bytesTotal },
    { kind: 'run', event: 'delivered' },
  ];
}

function staging({ plan, index }: MachineAtStart, { options }: RunToScript): Act[] {
  if (options.timing !== 'at-next-start') return [];
  const staged: Act = { kind: 'run', event: 'staged' };
  if (!options.powerOffAfterDelivery) return [staged, { kind: 'await-boot' }];
  return [staged, { kind: 'power', to: 'shutting-down', ms: downMs(plan, index, 'shutting-down', -2) }];
}

/** A delivery that takes less is over before anybody could look. */
const progressFromMs = 2000;

function stepActs(machine: StepOnMachine, done: StepDone, before: RunMemory): Act[] {
  const { result, startedMs, power } = done;
  const { step } = machine;
  if (startedMs === null) return [{ kind: 'step-finished', result, tookMs: 0 }];
  const acts: Act[] = [
    { kind: 'step-started', index: step.index },
    ...crashActs(machine, startedMs),
    { kind: 'wait', ms: startedMs },
  ];
  if (power) acts.push(...powerActs(machine, power));
  if (done.memory.installed !== before.installed)
    acts.push({ kind: 'installed', installed: done.memory.installed });
  return [...acts, { kind: 'step-finished', result, tookMs: startedMs }];
}

/** The step is begun anew in the next boot, as the agent's engine does. */
function crashActs(machine: StepOnMachine, stepMs: number): Act[] {
  const crash = crashOf(machine);
  if (crash === null || stepMs === 0) return [];
  return [
    { kind: 'wait', ms: stepMs * crash.share },
    { kind: 'crash', ms: crash.downMs },
    { kind: 'run', event: 'resumed' },
  ];
}

function powerActs({ plan, index, step }: StepOnMachine, to: 'restarting' | 'shutting-down'): Act[] {
  const delay = 'delaySeconds' in step ? lifeMs(plan, step.delaySeconds) : 0;
  return [
    { kind: 'wait', ms: delay },
    { kind: 'run', event: to },
    { kind: 'power', to, ms: downMs(plan, index, to, step.index) },
    { kind: 'run', event: 'resumed' },
  ];
}

/** How long a machine is down. Somebody switches on again what was shut down. */
export function downMs(plan: FleetPlan, index: number, to: 'restarting' | 'shutting-down', occasion: number) {
  const share = draw(plan.seed, index, 'down', to, occasion);
  if (to === 'restarting') return lifeMs(plan, within(plan.profile.rebootSeconds, share));
  return lifeMs(plan, within(plan.profile.power.offMinutes, share) * 60);
}

/** Law 8: what was installed, or found installed, is looked at once more. */
function verification(
  machine: MachineAtStart,
  { steps }: RunToScript,
  results: ReadonlyMap<number, StepDone['result']>,
  installed: InstalledSet,
): Act[] {
  const verified: NonNullable<RunReport['verified']> = [];
  let reason: Reason | null = null;
  for (const step of steps) {
    const result = results.get(step.index);
    if (step.kind !== 'install-package' || step.detection.length === 0) continue;
    if (result?.outcome !== 'succeeded' && result?.reason?.code !== 'already-installed') continue;
    const look = detect({ ...machine, installed }, step);
    const found = look.results.map((one) => one.found).join(', ');
    verified.push({ index: step.index, isDetected: look.isDetected, found });
    if (!look.isDetected) reason ??= { code: 'not-detected', params: { step: step.index, found } };
  }
  return [{ kind: 'run', event: 'finished', succeeded: reason === null, reason, verified }];
}

/** BSCN-32: once the end is told. */
function powerOff(
  { plan, index }: MachineAtStart,
  { steps, options }: RunToScript,
  acts: readonly Act[],
): Act[] {
  const last = acts.at(-1);
  const byStep = steps.at(-1)?.kind === 'shut-down';
  const isWell = last?.kind === 'run' && last.succeeded === true;
  if (!byStep && !(options.powerOffAtEnd && isWell)) return [];
  return [{ kind: 'power', to: 'shutting-down', ms: downMs(plan, index, 'shutting-down', -1) }];
}
