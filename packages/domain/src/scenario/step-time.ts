import type { FrozenStep } from './frozen-step.ts';

/** A restart counts this much of a maintenance window. */
export const restartTimeMs = 10 * 60_000;

/** What a step counts of a maintenance window. */
export function stepTimeMs(step: FrozenStep): number {
  if (step.kind === 'restart') return step.ifNeeded ? 0 : restartTimeMs;
  return step.kind === 'wait' ? step.seconds * 1000 : step.timeoutMs;
}
