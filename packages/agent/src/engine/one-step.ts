import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FrozenStep, StepResult } from '@tenkai/domain';
import { holds } from '@tenkai/domain/scenario/resolve-condition.ts';
import { stepTimeMs } from '@tenkai/domain/scenario/step-time.ts';
import type { RunOrder } from '@tenkai/protocol/agent/orders.ts';
import type { Boundary } from '../boundary.ts';
import type { Log } from '../log.ts';
import type { Platform } from '../platform/platform.ts';
import type { RunFolder } from '../run-folder.ts';
import { withdrawRestart } from '../steps/announced-restart.ts';
import { doStep } from '../steps/index.ts';
import { endProcesses } from '../steps/run-process.ts';
import { failed, type StepContext, type StepEnd, skipped, TryAgain } from '../steps/step.ts';
import type { RunContent } from './content.ts';
import { reasonOf } from './reason.ts';
import type { Recorder } from './record.ts';

export interface StepDeps {
  readonly order: RunOrder;
  readonly folder: RunFolder;
  readonly platform: Platform;
  readonly recorder: Recorder;
  readonly content: Pick<RunContent, 'open'>;
  readonly now: () => number;
  readonly log: Log;
  readonly boundary: Boundary;
  readonly stop: AbortSignal;
}

/** An interrupted step is begun this often in all. */
const triesLimit = 3;

/**
 * Does one step, or goes on with it where an engine before us left it, and writes its one result.
 * @throws the signal's reason when the engine is to stop; a cancelled step has a result
 */
export async function doOneStep(deps: StepDeps, step: FrozenStep, signal: AbortSignal): Promise<StepResult> {
  const { recorder, platform, order, boundary } = deps;
  const { index } = step;
  if (recorder.memory().open?.index !== index) {
    if (!meetsCondition(deps, step))
      return conclude(deps, step, skipped('condition-false', { step: step.name }));
    await recorder.record({ event: 'step-started', index, bootId: platform.bootId(), tries: 1 });
  }
  for (;;) {
    const tries = recorder.memory().open?.tries ?? 1;
    const end = await attempt(deps, step, signal);
    boundary(`step#${index}:acted`);
    if (end !== 'again') return conclude(deps, step, end);
    deps.log.warn({ runId: order.runId, index, tries }, 'the step was interrupted and is begun again');
    await recorder.record({ event: 'step-started', index, bootId: platform.bootId(), tries: tries + 1 });
  }
}

/** A run was cancelled while no engine lived: what the step had started ends, and the step has its one result. */
export async function cancelOpenStep(deps: StepDeps, step: FrozenStep): Promise<void> {
  if (deps.recorder.memory().open?.index !== step.index) return;
  await endProcesses(contextOf(deps, step, deps.stop));
  deps.stop.throwIfAborted();
  await withdrawRestart(deps, deps.stop);
  await conclude(deps, step, cancelled);
}

const cancelled: StepEnd = { outcome: 'cancelled', reason: { code: 'cancelled', params: {} } };

function meetsCondition({ recorder, order }: StepDeps, { condition }: FrozenStep): boolean {
  const { previousOutcome, outcomeBefore } = recorder.memory();
  const facts = { variables: order.variables, previousOutcome, outcomeBefore };
  return condition === null || holds(condition, facts);
}

async function attempt(deps: StepDeps, step: FrozenStep, signal: AbortSignal): Promise<StepEnd | 'again'> {
  try {
    return await doStep(contextOf(deps, step, signal), step);
  } catch (error) {
    deps.stop.throwIfAborted();
    if (signal.aborted) {
      await withdrawRestart(deps, deps.stop);
      return cancelled;
    }
    if (error instanceof TryAgain) return interrupted(deps, error);
    deps.log.warn({ err: error, index: step.index }, 'the step failed');
    return { outcome: 'failed', reason: reasonOf(error) };
  }
}

function interrupted({ recorder }: StepDeps, { logTail }: TryAgain): StepEnd | 'again' {
  const tries = recorder.memory().open?.tries ?? 1;
  return tries < triesLimit ? 'again' : failed('interrupted', { tries }, { logTail });
}

function contextOf(deps: StepDeps, step: FrozenStep, signal: AbortSignal): StepContext {
  const { order, folder, platform, recorder, now, stop } = deps;
  const { index } = step;
  const memory = recorder.memory();
  const open = memory.open;
  return {
    run: { runId: order.runId, attempt: order.attempt },
    index,
    tries: open?.tries ?? 1,
    startedAt: open?.startedAt ?? now(),
    hasRestarted: open !== null && open.bootId !== platform.bootId(),
    get noted() {
      return recorder.memory().open?.noted;
    },
    memory,
    variables: order.variables,
    platform,
    runFolder: folder,
    deploymentName: order.deploymentName,
    window: {
      closesAt: order.options.windowClosesAt ?? null,
      restMs: order.steps.slice(index).reduce((sum, one) => sum + stepTimeMs(one), 0),
    },
    folder: join(folder.steps, String(index)),
    workFolder: join(folder.work, String(index)),
    now,
    signal,
    isStopping: () => stop.aborted,
    isLast: index === order.steps.length - 1,
    log: deps.log,
    boundary: deps.boundary,
    content: (contentId) => deps.content.open(contentId),
    note: (versionBefore) => recorder.record({ event: 'step-noted', index, versionBefore }),
    record: (event) => recorder.record(event),
    async told(limitMs) {
      await recorder.told(limitMs);
    },
    stillHere: recorder.stillHere,
  };
}

/** The one result, in the journal before anything of the step is cleared away. */
async function conclude(deps: StepDeps, step: FrozenStep, end: StepEnd): Promise<StepResult> {
  const { recorder, now, folder } = deps;
  const { index } = step;
  const result: StepResult = {
    index,
    outcome: end.outcome,
    reason: end.reason ?? null,
    exitCode: end.exitCode ?? null,
    logTail: (end.logTail ?? '').slice(-8192),
    versionBefore: end.versionBefore ?? null,
    versionAfter: end.versionAfter ?? null,
    detection: end.detection ?? [],
    startedAt: recorder.memory().open?.startedAt ?? now(),
    finishedAt: now(),
  };
  const { wantsRestart = false, hasNotActed = false } = end;
  await recorder.record({ event: 'step-finished', index, result, wantsRestart, hasActed: !hasNotActed });
  for (const part of [folder.work, folder.steps])
    await rm(join(part, String(index)), { recursive: true, force: true });
  return result;
}
