/**
 * A small registry in the Prometheus text format 0.0.4: counters, gauges read when asked, and histograms.
 * Names follow the Prometheus convention: `tenkai_<what>_<unit>`, counters end in `_total`.
 */
export interface Metrics {
  counter(name: string, help: string): Counter;
  /** `read` is called at each scrape. */
  gauge(name: string, help: string, read: () => number): void;
  /** `bounds` are the upper limits of the buckets in ascending order, in the unit of the name. */
  histogram(name: string, help: string, bounds: readonly number[]): Histogram;
  render(): string;
}

export type Labels = Readonly<Record<string, string>>;

export interface Counter {
  add(labels?: Labels, by?: number): void;
}

export interface Histogram {
  observe(value: number, labels?: Labels): void;
  /** The same for labels that come again and again: they are looked up once. */
  of(labels: Labels): (value: number) => void;
}

export function createMetrics(): Metrics {
  const families = new Map<string, () => string[]>();
  const register = (name: string, help: string, type: string, lines: () => string[]) => {
    if (families.has(name)) throw new Error(`metric ${name} is registered twice`);
    families.set(name, () => [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines()]);
  };
  return {
    counter(name, help) {
      const values = new Map<string, number>();
      register(name, help, 'counter', () =>
        [...values].map(([labels, value]) => `${name}${labels} ${value}`),
      );
      return {
        add(labels = {}, by = 1) {
          const key = labelText(labels);
          values.set(key, (values.get(key) ?? 0) + by);
        },
      };
    },
    gauge: (name, help, read) => register(name, help, 'gauge', () => [`${name} ${read()}`]),
    histogram(name, help, bounds) {
      const series = new Map<string, Series>();
      register(name, help, 'histogram', () =>
        [...series.values()].flatMap((one) => seriesLines(name, one, bounds)),
      );
      const of = (labels: Labels) => {
        const one = seriesOf(series, bounds, labels);
        return (value: number) => observe(one, bounds, value);
      };
      return { of, observe: (value, labels = {}) => of(labels)(value) };
    },
    render: () => `${[...families.values()].flatMap((lines) => lines()).join('\n')}\n`,
  };
}

interface Series {
  readonly labels: Labels;
  readonly buckets: number[];
  sum: number;
  count: number;
}

function seriesOf(series: Map<string, Series>, bounds: readonly number[], labels: Labels): Series {
  const key = labelText(labels);
  const known = series.get(key);
  if (known) return known;
  const one = { labels, buckets: bounds.map(() => 0), sum: 0, count: 0 };
  series.set(key, one);
  return one;
}

function observe(one: Series, bounds: readonly number[], value: number) {
  one.sum += value;
  one.count += 1;
  for (let index = bounds.length - 1; index >= 0 && value <= (bounds[index] as number); index -= 1) {
    one.buckets[index] = (one.buckets[index] as number) + 1;
  }
}

function seriesLines(name: string, one: Series, bounds: readonly number[]): string[] {
  const bucket = (limit: string, count: number) =>
    `${name}_bucket${labelText({ ...one.labels, le: limit })} ${count}`;
  return [
    ...bounds.map((bound, index) => bucket(String(bound), one.buckets[index] ?? 0)),
    bucket('+Inf', one.count),
    `${name}_sum${labelText(one.labels)} ${one.sum}`,
    `${name}_count${labelText(one.labels)} ${one.count}`,
  ];
}

function labelText(labels: Labels): string {
  const parts = Object.entries(labels).map(([key, value]) => `${key}="${escaped(value)}"`);
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
