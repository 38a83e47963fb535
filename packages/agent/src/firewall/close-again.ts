import { setTimeout as pause } from 'node:timers/promises';
import { Failure } from '@tenkai/domain/failure.ts';

const tries = 4;
const pauseMs = 500;

/** What closing says where somebody else is at the same rules. */
const ofTwoHands = ['firewall-not-closed', 'firewall-refused', 'firewall-half'];

/**
 * Closes again where rules are still there: the service may have been bringing them back at the moment in which it was
 * told not to. It takes them away itself then, so that after moments only a stubborn firewall is left (BFWL-04).
 * @throws what the last try throws
 */
export async function closeAgain<T>(close: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let left = tries - 1; ; left -= 1) {
    try {
      return await close();
    } catch (error) {
      if (left === 0 || !(error instanceof Failure) || !ofTwoHands.includes(error.code)) throw error;
      await pause(pauseMs, undefined, { signal });
    }
  }
}
