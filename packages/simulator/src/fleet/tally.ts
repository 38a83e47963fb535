/** What a fleet has done so far, as one process or all of them count it. Plain numbers: tallies add up. */
export interface Tally {
  readonly counts: Readonly<Record<Counter, number>>;
  /** What went wrong between machines and site, by reason: `channel:site-unreachable`. */
  readonly troubles: Readonly<Record<string, number>>;
  /** Why runs failed on machines, by reason. */
  readonly runFailures: Readonly<Record<string, number>>;
  /** When a machine was last nudged, and when reports were last acknowledged; epoch milliseconds, 0: never. */
  readonly lastAt: { readonly nudge: number; readonly report: number };
}

export const counters = [
  'machines',
  'enrolled',
  'refused',
  'online',
  'off',
  'nudged',
  'runsBegun',
  'runsOpen',
  'runsSucceeded',
  'runsFailed',
  'runsCancelled',
  'ordersRefused',
  'restarts',
  'crashes',
  'reports',
  'checkIns',
] as const;
export type Counter = (typeof counters)[number];

export interface TallyBook {
  add(counter: Counter, count?: number): void;
  trouble(reason: string): void;
  runFailure(reason: string): void;
  happened(what: 'nudge' | 'report', at: number): void;
  read(): Tally;
}

export function createTallyBook(): TallyBook {
  const counts = emptyCounts();
  const troubles: Record<string, number> = {};
  const runFailures: Record<string, number> = {};
  const lastAt = { nudge: 0, report: 0 };
  const count = (into: Record<string, number>, reason: string) => {
    into[reason] = (into[reason] ?? 0) + 1;
  };
  return {
    add(counter, by = 1) {
      counts[counter] += by;
    },
    trouble: (reason) => count(troubles, reason),
    runFailure: (reason) => count(runFailures, reason),
    happened(what, at) {
      lastAt[what] = at;
    },
    read: () => ({
      counts: { ...counts },
      troubles: { ...troubles },
      runFailures: { ...runFailures },
      lastAt: { ...lastAt },
    }),
  };
}

export function sumOf(tallies: readonly Tally[]): Tally {
  const counts = emptyCounts();
  for (const tally of tallies) for (const counter of counters) counts[counter] += tally.counts[counter];
  return {
    counts,
    troubles: sumOfRecords(tallies.map((tally) => tally.troubles)),
    runFailures: sumOfRecords(tallies.map((tally) => tally.runFailures)),
    lastAt: {
      nudge: Math.max(0, ...tallies.map(({ lastAt }) => lastAt.nudge)),
      report: Math.max(0, ...tallies.map(({ lastAt }) => lastAt.report)),
    },
  };
}

function emptyCounts(): Record<Counter, number> {
  return Object.fromEntries(counters.map((counter) => [counter, 0])) as Record<Counter, number>;
}

function sumOfRecords(records: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const record of records)
    for (const [reason, count] of Object.entries(record)) sum[reason] = (sum[reason] ?? 0) + count;
  return sum;
}
