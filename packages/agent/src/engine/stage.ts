import { existsSync, rmSync } from 'node:fs';
import { writeDurably } from '../durable-file.ts';
import { powerOff } from './power-off.ts';
import type { RunDeps } from './run-deps.ts';

/**
 * BSCN-19: a run for the next start waits in its folder, verified, until the machine speaks from another boot. A run
 * begins only with its mark there: by the marks the service puts runs in the order delivered (BSCN-24), and a power
 * cut between journal and mark must not let a later run overtake.
 * @returns true: nothing more is to be done in this boot
 */
export async function stage(deps: RunDeps): Promise<boolean> {
  const { order, recorder, platform, folder, boundary } = deps;
  if (order.options.timing !== 'at-next-start' || recorder.memory().isExecuting) return false;
  const bootId = platform.bootId();
  if (recorder.memory().stagedBootId === null) await recorder.record({ event: 'staged', bootId });
  const { stagedBootId, stagedPowerOffBootId } = recorder.memory();
  const isSameBoot = stagedBootId === bootId;
  const isMarked = existsSync(folder.staged);
  if (!isSameBoot && isMarked) return false;
  if (isSameBoot && !isMarked && order.options.powerOffAfterDelivery)
    await powerOff(deps, stagedPowerOffBootId !== null);
  writeDurably(folder.staged, stagedBootId ?? bootId);
  boundary('staged:marked');
  return true;
}

/** In hand from now on: after a restart of its own the run goes on before others that wait. */
export function leaveStage({ order, folder, boundary }: RunDeps): void {
  if (order.options.timing !== 'at-next-start') return;
  rmSync(folder.staged, { force: true });
  boundary('staged:left');
}
