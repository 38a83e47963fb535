import { bytesText, durationText } from './format.ts';
import type { Output } from './output.ts';

export interface Progress {
  /** Bytes done of all; may be called for every chunk. */
  to(done: number, total: number): void;
  /** Takes the bar away; the line for people says how it went. */
  end(): void;
}

/** Narrow enough for the whole line on a terminal of 80 columns. */
const barWidth = 12;
const redrawEveryMs = 100;
/** The rate is that of the last seconds: what was there before an interruption must not count as speed. */
const rateWindowMs = 5000;

/**
 * A bar with share, bytes, rate and remaining time on a watched terminal.
 * @param now milliseconds of a clock that never goes back
 */
export function startProgress(
  output: Output,
  label: string,
  now: () => number = () => performance.now(),
): Progress {
  const samples: { at: number; done: number }[] = [];
  let drawnAt = Number.NEGATIVE_INFINITY;
  return {
    to(done, total) {
      const at = now();
      if (at - drawnAt < redrawEveryMs && done < total) return;
      drawnAt = at;
      samples.push({ at, done });
      while (samples.length > 2 && (samples[0]?.at ?? at) < at - rateWindowMs) samples.shift();
      output.line(progressLine(label, done, total, rateOf(samples)));
    },
    end: () => output.line(''),
  };
}

function rateOf(samples: readonly { at: number; done: number }[]): number {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || last.at <= first.at) return 0;
  return ((last.done - first.done) / (last.at - first.at)) * 1000;
}

/** `Uploading [#####-------]  45 %  1.2 GiB of 2.6 GiB  210 MiB/s  0:07 left` */
export function progressLine(label: string, done: number, total: number, bytesPerSecond: number): string {
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const filled = Math.round(share * barWidth);
  const bar = '#'.repeat(filled) + '-'.repeat(barWidth - filled);
  const percent = String(Math.floor(share * 100)).padStart(3);
  const parts = [`${label} [${bar}] ${percent} %`, `${bytesText(done)} of ${bytesText(total)}`];
  if (bytesPerSecond > 0) {
    parts.push(`${bytesText(bytesPerSecond)}/s`);
    if (done < total) parts.push(`${durationText(((total - done) / bytesPerSecond) * 1000)} left`);
  }
  return parts.join('  ');
}
