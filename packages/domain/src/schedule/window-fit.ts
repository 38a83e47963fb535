import { defineReasons } from '../reason.ts';
import type { Reason } from '../scenario/frozen-step.ts';
import { nextOccurrence } from './occurrence.ts';
import { type MaintenanceWindow, nextSpan, windowState } from './window.ts';

/** All times in epoch milliseconds. `closesAt` null: no windows, so there is no end. */
export type WindowFit =
  | { readonly fits: true; readonly opensAt: number | null; readonly closesAt: number | null }
  | { readonly fits: false; readonly reason: Reason; readonly earliestAt: number | null };

export interface WindowQuestion {
  readonly windows: readonly MaintenanceWindow[];
  readonly nowMs: number;
  readonly maxRunTimeMs: number;
  /** Kept free before the window closes, for restart and verification. */
  readonly marginMs?: number;
}

defineReasons({
  'window-closed': 'No maintenance window is open.',
  'window-too-little-left':
    'The open maintenance window closes in {remainingMs}; this may take {neededMs} at the longest.',
  'window-never-fits':
    'It never fits: this may take {neededMs} at the longest, and the longest maintenance window has {longestMs}.',
  'window-none-left': 'No maintenance window opens any more.',
});

/** Kept free before a window closes, for restart and verification. */
export const windowMarginMs = 300_000;

/** Enough for three months of daily windows that join only now and then. */
const spansToTry = 100;

/**
 * Whether a run may begin now so that it ends, even at its longest, before the maintenance ends; if not, why, and
 * when it may begin. A run that no window is long enough for is told so at once (`window-never-fits`).
 */
export function fitsWindow({
  windows,
  nowMs,
  maxRunTimeMs,
  marginMs = windowMarginMs,
}: WindowQuestion): WindowFit {
  const neededMs = Math.max(0, maxRunTimeMs) + marginMs;
  const state = windowState(windows, nowMs);
  if (state.isOpen && !state.span) return { fits: true, opensAt: null, closesAt: null };
  if (state.isOpen && state.span && state.span.closesAt - nowMs >= neededMs)
    return { fits: true, ...state.span };
  const earliestAt = earliestFit(windows, nowMs, neededMs);
  if (earliestAt === null) return refuseForEver(windows, neededMs);
  if (!state.isOpen) return refuse('window-closed', { opensAt: state.next?.opensAt ?? null }, earliestAt);
  return refuse(
    'window-too-little-left',
    { neededMs, remainingMs: (state.span?.closesAt ?? nowMs) - nowMs },
    earliestAt,
  );
}

function refuseForEver(windows: readonly MaintenanceWindow[], neededMs: number): WindowFit {
  const longestMs = Math.max(...windows.map((window) => window.durationMinutes * 60_000));
  return refuse(
    longestMs < neededMs ? 'window-never-fits' : 'window-none-left',
    { neededMs, longestMs },
    null,
  );
}

function refuse(code: string, params: Reason['params'], earliestAt: number | null): WindowFit {
  return { fits: false, reason: { code, params }, earliestAt };
}

/** The first instant from `nowMs` on with enough open time behind it; short windows may join to a long one. */
function earliestFit(windows: readonly MaintenanceWindow[], nowMs: number, neededMs: number): number | null {
  let fromMs = nowMs;
  for (let tries = 0; tries < spansToTry; tries += 1) {
    const span = nextSpan(windows, fromMs);
    if (!span) return null;
    const beginsAt = Math.max(span.opensAt, nowMs);
    if (span.closesAt - beginsAt >= neededMs) return beginsAt;
    fromMs = span.closesAt;
  }
  return earliestLongEnough(windows, nowMs, neededMs);
}

/** Beyond the spans that were tried only windows that are long enough by themselves count. */
function earliestLongEnough(
  windows: readonly MaintenanceWindow[],
  nowMs: number,
  neededMs: number,
): number | null {
  const openings = windows
    .filter((window) => window.durationMinutes * 60_000 >= neededMs)
    .flatMap((window) => nextOccurrence(window.schedule, nowMs - 1) ?? []);
  return openings.length === 0 ? null : Math.min(...openings);
}
