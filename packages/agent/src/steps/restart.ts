import { pause } from '@tenkai/protocol/agent/link/wake-up.ts';
import { awaitRestart } from './announced-restart.ts';
import { detectAll } from './detect-all.ts';
import { failed, type StepContext, type StepEnd, type StepHandler, skipped, succeeded } from './step.ts';

/** The server should know why the machine is gone; a machine whose network is down is restarted all the same. */
const tellLimitMs = 5000;
const lookAgainMs = 250;
/** A machine that has not gone down by then will not. */
const goDownLimitMs = 15 * 60_000;

/** Restarts the machine, and goes on in the next boot: only there is the step done. */
export const restart: StepHandler<'restart'> = async (context, step) => {
  const { memory, platform, signal } = context;
  const hasCommanded = memory.open?.powerBootId !== undefined;
  if (!hasCommanded && memory.open && context.hasRestarted) {
    // Somebody did it by hand while it was announced: that is what the step is there for.
    await context.record({ event: 'restarting', index: context.index, bootId: memory.open.bootId });
    return succeeded();
  }
  if (!hasCommanded) {
    if (step.ifNeeded && !memory.wantsRestart) return skipped('restart-not-needed');
    if (!memory.hasActedSinceRestart) return skipped('nothing-since-restart');
    const { isDetected } = await detectAll(platform.detection, step.skipIfDetected, signal);
    if (isDetected) return skipped('already-installed');
  }
  return goDown(context, 'restarting', () => awaitRestart(context, step));
};

/** Shuts the machine down. As the last step it is done by the engine once the run's end was told. */
export const shutDown: StepHandler<'shut-down'> = async (context, step) => {
  if (!context.platform.power.supports.shutDown)
    return failed('power-not-supported', { action: 'shut-down' });
  if (!context.isLast) return goDown(context, 'shutting-down', () => warnAndWait(context, step.delaySeconds));
  await warnAndWait(context, step.delaySeconds);
  return succeeded();
};

async function goDown(
  context: StepContext,
  event: 'restarting' | 'shutting-down',
  announce: () => Promise<void>,
): Promise<StepEnd> {
  const { memory, index, platform } = context;
  const endingBoot = memory.open?.powerBootId;
  if (endingBoot !== undefined && endingBoot !== platform.bootId()) return succeeded();
  const action = event === 'restarting' ? 'restart' : 'shut-down';
  const { supports } = platform.power;
  if (event === 'restarting' ? !supports.restart : !supports.shutDown)
    return failed('power-not-supported', { action });
  await announce();
  const bootId = platform.bootId();
  if (endingBoot === undefined) await context.record({ event, index, bootId });
  await context.told(tellLimitMs);
  context.boundary(`step#${index}:before-power`);
  if (event === 'restarting') await platform.power.restart(context.signal);
  else await platform.power.shutDown(context.signal);
  context.boundary(`step#${index}:power-commanded`);
  return (await hasGoneDown(context, bootId)) ? succeeded() : failed('machine-stayed-on', { action });
}

/** Usually this never returns: the machine goes down, and the next engine finds another boot. */
async function hasGoneDown({ platform, signal }: StepContext, bootId: string): Promise<boolean> {
  const giveUpAt = performance.now() + goDownLimitMs;
  while (performance.now() < giveUpAt) {
    signal.throwIfAborted();
    if (platform.bootId() !== bootId) return true;
    await pause(lookAgainMs, signal);
  }
  return false;
}

/** People who are signed in get the time that the scenario gives them; a crash meanwhile does not add to it. */
async function warnAndWait(context: StepContext, delaySeconds: number): Promise<void> {
  const leftMs = context.startedAt + delaySeconds * 1000 - context.now();
  const waitMs = Math.max(0, Math.min(leftMs, delaySeconds * 1000));
  if (waitMs === 0) return;
  const minutes = Math.max(1, Math.round(waitMs / 60_000));
  await context.platform.sessions.warn(
    `This machine will shut down in ${minutes} min. Please save your work.`,
    context.signal,
  );
  await pause(waitMs, context.signal);
  context.signal.throwIfAborted();
}
