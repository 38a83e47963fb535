import { defineReasons } from '../reason.ts';
import type { Reason } from '../scenario/frozen-step.ts';
import { type Fate, playForecast } from './forecast-play.ts';
import type { ForecastOutcome, ForecastQuestion, ForecastWave } from './forecast-question.ts';

export interface ForecastRow {
  readonly id: string;
  readonly outcome: ForecastOutcome;
  /** What keeps it from beginning at once, in the order in which it meets it; of one that starts: what may delay it. */
  readonly reasons: readonly Reason[];
  /** Where every run before it ends at once. */
  readonly startsAt: number | null;
  /** Where every run before it takes its longest; null: later than is looked ahead. */
  readonly latestStartAt: number | null;
  /** Counts from 1; null: it waits for no group, or does not start. */
  readonly wave: number | null;
}

export interface Forecast {
  readonly rows: readonly ForecastRow[];
  readonly waves: readonly ForecastWave[];
}

defineReasons({
  'forecast-group': 'It waits for others of its group.',
  'forecast-too-far': 'When its turn comes lies further ahead than was looked.',
});

/**
 * Who begins when, who does not, and why: the gates, groups and slots that the site asks, asked on a clock that jumps
 * from event to event. Played twice: with runs that take no time, and with runs that take their longest. Machines
 * that come, go or fail meanwhile are not foreseen. Pure. Source: BSCN-07..16, BSRV-14, BSRV-16.
 */
export function forecast(question: ForecastQuestion): Forecast {
  const parts = forecastInParts(question);
  for (;;) {
    const part = parts.next();
    if (part.done) return part.value;
  }
}

/** The same in small parts of work, for a server that has others to answer meanwhile. */
export function* forecastInParts(question: ForecastQuestion): Generator<void, Forecast> {
  const soonest = yield* playForecast(question, 'soonest');
  const latest = yield* playForecast(question, 'longest');
  const rows = question.machines.map(({ id }, index) =>
    rowOf(id, soonest.fates[index] as Fate, latest.fates[index] as Fate),
  );
  return { rows, waves: soonest.waves };
}

function rowOf(id: string, { outcome, reasons, startsAt, wave }: Fate, late: Fate): ForecastRow {
  const met = outcome === 'starts' ? [...reasons, ...late.reasons] : reasons;
  return { id, outcome, reasons: met.filter(isFirst), startsAt, latestStartAt: late.startsAt, wave };
}

/** A window met twice is one reason, whatever its numbers were at the second time. */
function isFirst({ code }: Reason, index: number, all: readonly Reason[]): boolean {
  return all.findIndex((one) => one.code === code) === index;
}
