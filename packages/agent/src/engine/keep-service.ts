import type { Log } from '../log.ts';
import { installedPrograms } from '../patch/programs.ts';
import type { Platform } from '../platform/platform.ts';

const limitMs = 2 * 60_000;

interface KeepServiceDeps {
  readonly platform: Pick<Platform, 'ownService'>;
  readonly log: Log;
}

/**
 * A step may replace the agent's own programs. Their installer stops the service and starts it again, but not where the
 * machine was too busy to stop it within the installer's patience; and without the service nobody hears of the run. One
 * that an administrator has stopped meanwhile, with its programs as they were, stays stopped.
 * @param folder of the agent's programs
 * @returns to be called after each step; never throws
 */
export function keepServiceThere(
  { platform: { ownService }, log }: KeepServiceDeps,
  folder: string,
): (stop: AbortSignal) => Promise<void> {
  if (!ownService) return async () => {};
  let before = sumsOf(folder);
  return async (stop) => {
    const sums = sumsOf(folder);
    if (sums === before || sums === undefined) return;
    before = sums;
    const wasStarted = await ownService.startIfStopped(AbortSignal.any([stop, AbortSignal.timeout(limitMs)]));
    if (wasStarted)
      log.warn('a step replaced the programs of the agent and left its service stopped: started');
  };
}

/** Undefined where there are no programs: the step has removed them, or they are not installed. */
function sumsOf(folder: string): string | undefined {
  try {
    return installedPrograms(folder)
      .map(({ sha256 }) => sha256)
      .join();
  } catch {
    return undefined;
  }
}
