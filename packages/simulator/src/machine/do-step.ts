import type { FrozenStep, Reason, StepOutcome, StepResult } from '@tenkai/domain';
import { holds } from '@tenkai/domain/scenario/resolve-condition.ts';
import { evaluateCondition } from '@tenkai/domain/software/condition-evaluation.ts';
import { detect, type InstalledSet, installedBy, keyOf, type Look, probe } from './detect.ts';
import type { FleetPlan } from './fleet-plan.ts';
import { durationOf, type Fate, fateOf, limitOf } from './step-fate.ts';

/** What a run knows of itself, as the agent's engine does (`run-memory.ts` there). */
export interface RunMemory {
  readonly installed: InstalledSet;
  /** Of the last step that was not skipped. */
  readonly previousOutcome: StepOutcome | null;
  /** Of the step just before, skipped or not. */
  readonly outcomeBefore: StepOutcome | null;
  readonly wantsRestart: boolean;
  readonly hasActedSinceRestart: boolean;
}

export interface StepDone {
  /** Null: the condition does not hold, and the step was never started. */
  readonly startedMs: number | null;
  /** `startedAt` and `finishedAt` are filled in when it happens. */
  readonly result: Omit<StepResult, 'startedAt' | 'finishedAt'>;
  readonly power: 'restarting' | 'shutting-down' | null;
  readonly memory: RunMemory;
}

export interface StepInput {
  readonly plan: FleetPlan;
  readonly index: number;
  readonly attempt: number;
  readonly step: FrozenStep;
  readonly variables: Readonly<Record<string, string>>;
  readonly memory: RunMemory;
  readonly isLast: boolean;
}

type End = Partial<Omit<StepResult, 'index'>> & { readonly outcome: StepOutcome };

/** One step on a simulated machine: the decisions of the agent, with a fate drawn from the seed in place of programs. */
export function doStep(input: StepInput): StepDone {
  const { step, memory, variables } = input;
  const { previousOutcome, outcomeBefore } = memory;
  if (step.condition && !holds(step.condition, { variables, previousOutcome, outcomeBefore }))
    return done(input, skipped('condition-false', { step: step.name }), null);
  switch (step.kind) {
    case 'install-package':
      return install(input, step);
    case 'run-program':
    case 'run-script':
      return program(input, fateOf(input, step.exitCodes));
    case 'restart':
      return restart(input, step);
    case 'shut-down':
      return done(input, succeeded, 0, input.isLast ? {} : { power: 'shutting-down' });
    case 'wake':
      return done(input, skipped('already-on'), 0);
    case 'wait':
      return done(input, succeeded, durationOf(input), { hasNotActed: true });
    case 'copy-files':
      return program(input, fateOf(input, { success: [0], restart: [] }));
  }
}

function install(input: StepInput, step: Extract<FrozenStep, { kind: 'install-package' }>): StepDone {
  const look: Look = { ...input, installed: input.memory.installed };
  if (step.applicableWhen) {
    const { holds: suits, reasons } = evaluateCondition(step.applicableWhen, (leaf) => probe(look, leaf));
    if (!suits) return done(input, skipped('condition-not-met', reasons[0]?.params ?? {}), 0);
  }
  const before = detect(look, step);
  const version = (isThere: boolean) => (isThere ? step.packageVersion : null);
  if (before.isDetected) {
    const found = before.results[0]?.found ?? '';
    return done(
      input,
      {
        ...skipped('already-installed', { found }),
        detection: before.results,
        versionBefore: version(true),
        versionAfter: version(true),
      },
      0,
    );
  }
  const fate = fateOf(input, step.exitCodes);
  const isThere = fate.kind === 'well';
  const installed = isThere ? { ...look.installed, [keyOf(step)]: installedBy(step) } : look.installed;
  const after = detect({ ...look, installed }, step);
  const end = { ...endOf(input, fate), detection: after.results, versionAfter: version(isThere) };
  if (fate.kind === 'not-detected')
    end.reason = { code: 'not-detected', params: { found: after.results[0]?.found ?? '' } };
  return done(input, end, timeOf(input, fate), { installed, wantsRestart: isThere && fate.wantsRestart });
}

function program(input: StepInput, fate: Fate): StepDone {
  return done(input, endOf(input, fate), timeOf(input, fate), {
    wantsRestart: fate.kind === 'well' && fate.wantsRestart,
  });
}

function restart(input: StepInput, step: Extract<FrozenStep, { kind: 'restart' }>): StepDone {
  const { wantsRestart, hasActedSinceRestart, installed } = input.memory;
  if (step.ifNeeded && !wantsRestart) return done(input, skipped('restart-not-needed'), 0);
  if (!hasActedSinceRestart) return done(input, skipped('nothing-since-restart'), 0);
  const known = Object.values(installed);
  const isThere = step.skipIfDetected.every((rule) =>
    known.some((one) => rule.kind === 'package' && rule.name === one.name),
  );
  if (step.skipIfDetected.length > 0 && isThere) return done(input, skipped('already-installed'), 0);
  return done(input, succeeded, 0, { power: 'restarting' });
}

const succeeded: End = { outcome: 'succeeded' };

function skipped(code: string, params: Reason['params'] = {}): End {
  return { outcome: 'skipped', reason: { code, params } };
}

function timeOf(input: StepInput, fate: Fate): number {
  return fate.kind === 'time-limit' ? limitOf(input) : durationOf(input);
}

function endOf({ step }: StepInput, fate: Fate): End {
  if (fate.kind === 'time-limit') {
    const minutes = Math.round(step.timeoutMs / 60_000);
    return { outcome: 'failed', reason: { code: 'time-limit', params: { minutes } } };
  }
  const { exitCode } = fate;
  const logTail = `simulated: ended with ${exitCode}`;
  if (fate.kind === 'well') return { outcome: 'succeeded', exitCode, logTail };
  return { outcome: 'failed', exitCode, logTail, reason: { code: 'exit-code', params: { exitCode } } };
}

interface Changes {
  readonly power?: 'restarting' | 'shutting-down';
  readonly installed?: InstalledSet;
  readonly wantsRestart?: boolean;
  readonly hasNotActed?: boolean;
}

function done(
  { step, memory }: StepInput,
  end: End,
  startedMs: number | null,
  { power, installed = memory.installed, wantsRestart = false, hasNotActed = false }: Changes = {},
): StepDone {
  const hasActed = startedMs !== null && end.outcome !== 'skipped' && !hasNotActed;
  const isNewBoot = power !== undefined;
  return {
    startedMs,
    power: power ?? null,
    result: {
      reason: null,
      exitCode: null,
      logTail: '',
      versionBefore: null,
      versionAfter: null,
      detection: [],
      ...end,
      index: step.index,
    },
    memory: {
      installed,
      previousOutcome: end.outcome === 'skipped' ? memory.previousOutcome : end.outcome,
      outcomeBefore: end.outcome,
      wantsRestart: !isNewBoot && (memory.wantsRestart || wantsRestart),
      hasActedSinceRestart: !isNewBoot && (memory.hasActedSinceRestart || hasActed),
    },
  };
}
