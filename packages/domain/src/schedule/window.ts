import type { Static } from 'typebox';
import * as Type from 'typebox';
import { nextOccurrence } from './occurrence.ts';
import { OnceSchedule, RecurringSchedule } from './schedule.ts';

/** A time in which machines may be changed. */
export const MaintenanceWindow = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 64 }),
  name: Type.String({ minLength: 1, maxLength: 255 }),
  schedule: Type.Union([OnceSchedule, RecurringSchedule]),
  /** Real minutes: a window over a change of clocks is neither longer nor shorter. */
  durationMinutes: Type.Integer({ minimum: 1, maximum: 44_640 }),
});
export type MaintenanceWindow = Static<typeof MaintenanceWindow>;

/** A time without gaps in which at least one window is open; overlapping and adjoining windows are one. */
export interface WindowSpan {
  readonly opensAt: number;
  readonly closesAt: number;
}

/** `span` null with `isOpen`: there are no windows, so it is always open. */
export type WindowState =
  | { readonly isOpen: true; readonly span: WindowSpan | null }
  | { readonly isOpen: false; readonly next: WindowSpan | null };

/** Joining ends here: windows that adjoin for ever would never end otherwise. */
const longestSpanMs = 62 * 86_400_000;

/** Whether changes are allowed at an instant; without any window they always are. Times in epoch milliseconds. */
export function windowState(windows: readonly MaintenanceWindow[], nowMs: number): WindowState {
  if (windows.length === 0) return { isOpen: true, span: null };
  const span = nextSpan(windows, nowMs);
  if (span && span.opensAt <= nowMs) return { isOpen: true, span };
  return { isOpen: false, next: span };
}

/** The first span that ends after an instant; it may have begun before. Null when no window opens any more. */
export function nextSpan(windows: readonly MaintenanceWindow[], fromMs: number): WindowSpan | null {
  const spans = windows.flatMap((window) => openingThatEndsAfter(window, fromMs) ?? []);
  if (spans.length === 0) return null;
  const opensAt = Math.min(...spans.map((span) => span.opensAt));
  let reached = Math.max(opensAt, fromMs);
  let closesAt = latestCloseJoining(windows, reached);
  while (closesAt > reached && closesAt - opensAt < longestSpanMs) {
    reached = closesAt;
    closesAt = latestCloseJoining(windows, reached);
  }
  return { opensAt, closesAt };
}

/** The latest close among openings that are open at an instant, or begin at it; the instant itself for none. */
function latestCloseJoining(windows: readonly MaintenanceWindow[], atMs: number): number {
  const spans = windows.flatMap((window) => openingThatEndsAfter(window, atMs) ?? []);
  return Math.max(atMs, ...spans.filter((span) => span.opensAt <= atMs).map((span) => span.closesAt));
}

function openingThatEndsAfter(window: MaintenanceWindow, atMs: number): WindowSpan | null {
  const durationMs = window.durationMinutes * 60_000;
  const opensAt = nextOccurrence(window.schedule, atMs - durationMs);
  return opensAt === null ? null : { opensAt, closesAt: opensAt + durationMs };
}
