import type { FrozenStep, Reason } from '@tenkai/domain';
import { cancelOpenStep, doOneStep } from './one-step.ts';
import { powerOff } from './power-off.ts';
import { reasonOf } from './reason.ts';
import type { RunDeps } from './run-deps.ts';
import { leaveStage, stage } from './stage.ts';
import { verifyRun } from './verify.ts';

/**
 * Does a run from wherever its journal says it is to its end, or until it has to wait for the next start of the
 * machine. May be called again and again: what is done stays done, each step has one result, and the end is reported
 * once.
 * @throws the stop signal's reason; nothing else
 */
export async function doRun(deps: RunDeps): Promise<'ended' | 'staged'> {
  const { recorder } = deps;
  await begin(deps);
  if (!recorder.memory().end && (await toTheEnd(deps)) === 'staged') return 'staged';
  await powerOffAtEnd(deps);
  return 'ended';
}

async function begin({ recorder, platform }: RunDeps): Promise<void> {
  const { entries, memory } = { entries: recorder.entries(), memory: recorder.memory() };
  if (entries === 0) await recorder.record({ event: 'received' });
  else if (!memory.end && memory.isExecuting)
    await recorder.record({ event: 'resumed', bootId: platform.bootId() });
}

async function toTheEnd(deps: RunDeps): Promise<'ended' | 'staged'> {
  const { recorder, stop, cancel, log } = deps;
  try {
    await deliverAll(deps);
    if (await stage(deps)) return 'staged';
    if (!recorder.memory().isExecuting) await recorder.record({ event: 'executing' });
    leaveStage(deps);
    const failure = await doSteps(deps);
    cancel.throwIfAborted();
    await finish(deps, failure);
  } catch (error) {
    stop.throwIfAborted();
    if (cancel.aborted) {
      for (const step of deps.order.steps) await cancelOpenStep(deps, step);
      await recorder.record({ event: 'cancelled' });
      return 'ended';
    }
    log.error({ err: error }, 'the run cannot go on');
    await recorder.record({ event: 'finished', succeeded: false, reason: reasonOf(error), verified: [] });
  }
  return 'ended';
}

async function deliverAll({ recorder, deliver, stop, cancel }: RunDeps): Promise<void> {
  const signal = AbortSignal.any([stop, cancel]);
  signal.throwIfAborted();
  if (recorder.memory().isDelivered) return;
  await recorder.record({ event: 'delivering' });
  const delivery = await deliver(signal);
  await recorder.record({ event: 'delivered', ...(delivery && { delivery }) });
}

/** @returns why the run ended before its last step; null when it did not. */
async function doSteps(deps: RunDeps): Promise<Reason | null> {
  for (const step of deps.order.steps) {
    const before = deps.recorder.memory().results.get(step.index);
    const result = before ?? (await doOneStep(deps, step, AbortSignal.any([deps.stop, deps.cancel])));
    if (!before) await deps.afterStep(deps.stop);
    deps.cancel.throwIfAborted();
    if (result.outcome === 'failed' && !step.continueOnError) return stepFailed(step, result.reason);
  }
  return null;
}

function stepFailed(step: FrozenStep, reason: Reason | null): Reason {
  return reason ?? { code: 'step-failed', params: { step: step.index } };
}

async function finish({ recorder, order, platform, stop }: RunDeps, failure: Reason | null): Promise<void> {
  if (failure) return recorder.record({ event: 'finished', succeeded: false, reason: failure, verified: [] });
  await recorder.record({ event: 'verifying' });
  const { verified, reason } = await verifyRun({ order, memory: recorder.memory(), platform, signal: stop });
  await recorder.record({ event: 'finished', succeeded: reason === null, reason, verified });
}

/** BSCN-32, BPWR-07: once the end is told. A machine that came up again meanwhile stays on. */
async function powerOffAtEnd(deps: RunDeps): Promise<void> {
  const { order, recorder, platform } = deps;
  const { end, powerOffBootId, results } = recorder.memory();
  const last = order.steps.at(-1);
  const byStep = last?.kind === 'shut-down' && results.get(last.index)?.outcome === 'succeeded';
  if (end?.event !== 'finished' || !(byStep || (order.options.powerOffAtEnd && end.succeeded))) return;
  const bootId = platform.bootId();
  if (powerOffBootId !== null && powerOffBootId !== bootId) return;
  await powerOff(deps, powerOffBootId !== null);
}
