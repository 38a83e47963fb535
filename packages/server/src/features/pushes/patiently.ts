import { Overtaken } from './move.ts';
import type { Deps } from './needs.ts';

const pauseMs = 2000;

/**
 * Does it until it is done: a database that does not answer for a moment must not end a push.
 * @throws Overtaken; whatever it throws once the signal is aborted
 */
export async function patiently<T>(
  { clock, log }: Pick<Deps, 'clock' | 'log'>,
  signal: AbortSignal,
  act: () => Promise<T>,
): Promise<T> {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (signal.aborted || error instanceof Overtaken) throw error;
      log.error({ err: error }, 'a push is held up; it is tried again in a moment');
    }
    await clock.wait(pauseMs, signal);
  }
}
