import { nextOccurrence, type PackageDraft } from '@tenkai/domain';
import type { Gate, PullSchedule } from '@tenkai/protocol/api/repositories.ts';

const urgencies = ['low', 'normal', 'high', 'highest'] as const;

/** The package as this site registers it: never more urgent than its gate lets through (BAUT-24). */
export function gated(draft: PackageDraft, gate: Gate): PackageDraft {
  if (gate.kind !== 'lower') return draft;
  const isAbove = urgencies.indexOf(draft.urgency) > urgencies.indexOf(gate.to);
  return isAbove ? { ...draft, urgency: gate.to } : draft;
}

/** Epoch milliseconds of the next pull after this moment (BAUT-22); null: only when somebody asks for it. */
export function nextPull(schedule: PullSchedule, now: number): number | null {
  if (schedule.kind === 'manual') return null;
  if (schedule.kind === 'interval') return now + schedule.minutes * 60_000;
  const { at, timeZone } = schedule;
  const rule = { every: 'day', interval: 1, at } as const;
  return nextOccurrence({ kind: 'recurring', rule, timeZone, startsAt: '2020-01-01T00:00:00Z' }, now);
}
