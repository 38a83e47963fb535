import { setTimeout as delay } from 'node:timers/promises';

const pollMs = 100;

/**
 * Asks again and again until the answer is neither undefined nor false, and gives it.
 * @param what in the error's words: "the agent is connected"; a function says it when the time is over
 * @throws Error when it has not come true within `limitMs` (default three minutes)
 */
export async function until<T>(
  what: string | (() => string),
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  limitMs = 180_000,
): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadline) throw new Error(`not true within ${limitMs / 1000} s: ${said(what)}`);
    await delay(pollMs);
  }
}

const said = (what: string | (() => string)) => (typeof what === 'string' ? what : what());
