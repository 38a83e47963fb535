import { Failure } from '@tenkai/domain/failure.ts';
import { pause } from '@tenkai/protocol/agent/link/wake-up.ts';
import type { PowerOrder } from '@tenkai/protocol/agent/orders.ts';
import type { Log } from '../log.ts';
import type { Platform } from '../platform/platform.ts';

export interface PowerOrderDeps {
  readonly platform: Platform;
  readonly log: Log;
  readonly stop: AbortSignal;
  readonly isRunning: () => boolean;
  /** Tells the site that the machine goes down, as far as it can be reached within a few seconds. */
  readonly announce: (order: PowerOrder) => Promise<void>;
  readonly onFailed: (order: PowerOrder, error: unknown) => void;
}

/**
 * BPWR-02, BPWR-11: an administrator restarts or shuts down. Answers at once; what follows the delay goes on beside.
 * @throws Failure run-in-progress unless it has force (BPWR-15), power-not-supported
 */
export async function carryOutPower(deps: PowerOrderDeps, order: PowerOrder): Promise<void> {
  const { supports } = deps.platform.power;
  if (!(order.action === 'restart' ? supports.restart : supports.shutDown)) {
    throw new Failure('power-not-supported', { action: order.action });
  }
  if (deps.isRunning() && !order.force) throw new Failure('run-in-progress');
  await deps.announce(order);
  goDown(deps, order).catch((error: unknown) => {
    if (deps.stop.aborted) return;
    deps.log.error({ err: error }, 'the power order failed');
    deps.onFailed(order, error);
  });
}

async function goDown(
  { platform, stop }: PowerOrderDeps,
  { action, delaySeconds }: PowerOrder,
): Promise<void> {
  if (delaySeconds > 0) {
    const verb = action === 'restart' ? 'restart' : 'shut down';
    const minutes = Math.max(1, Math.round(delaySeconds / 60));
    await platform.sessions.warn(`This machine will ${verb} in ${minutes} min. Please save your work.`, stop);
    await pause(delaySeconds * 1000, stop);
  }
  stop.throwIfAborted();
  await (action === 'restart' ? platform.power.restart(stop) : platform.power.shutDown(stop));
}
