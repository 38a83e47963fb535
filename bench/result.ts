/** What every benchmark answers, and how it is judged. A benchmark is `bench/NAME.ts` that exports `run`. */

export interface BenchOptions {
  /** Decides everything random. */
  readonly seed: number;
  /** `--name value` of the command line; a name without a value is `true`. */
  readonly flags: Readonly<Record<string, string | true>>;
  /** Tells how far the benchmark is; nothing of it is a result. */
  readonly progress: (line: string) => void;
}

/** One line of the table. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  /** `1/s`, `ms`, `MiB/s`, `MB` … */
  readonly unit: string;
  /** The same measured at the baseline or peer: in the same run, by the same client. */
  readonly baseline?: number;
  /** Absent: shown for information. */
  readonly target?: Target;
}

/** Bounds of the value itself, or of value / baseline. */
export interface Target {
  readonly of: 'value' | 'ratio';
  readonly atLeast?: number;
  readonly atMost?: number;
}

export interface BenchResult {
  readonly figures: readonly Figure[];
  /** What a reader must know to judge the figures: the baseline, the load, what was left out. */
  readonly notes: readonly string[];
  /** Every single measurement. */
  readonly raw: unknown;
}

export type Bench = (options: BenchOptions) => Promise<BenchResult>;

export function ratioOf({ value, baseline }: Figure): number | null {
  return baseline === undefined || baseline === 0 ? null : value / baseline;
}

/** Null where there is no target. A ratio that could not be measured is not reached. */
export function isReached(figure: Figure): boolean | null {
  if (!figure.target) return null;
  const { of, atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } = figure.target;
  const measured = of === 'ratio' ? ratioOf(figure) : figure.value;
  return measured !== null && measured >= atLeast && measured <= atMost;
}

/** The value below which a share of the samples lies (nearest rank); NaN without samples. */
export function quantile(samples: readonly number[] | Float64Array, share: number): number {
  const sorted = Float64Array.from(samples).sort();
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5);
}
