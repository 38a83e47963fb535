/** What is known of a machine that could fetch a content for its subnet. */
export interface Candidate {
  readonly machine: string;
  readonly isOnline: boolean;
  /** On mains or, on a battery, how full it is. */
  readonly power: 'mains' | { readonly batteryPercent: number };
  readonly freeDiskBytes: number;
  readonly linkMbits: number;
  readonly isWireless: boolean;
  /** Bytes of the content that it has already: who takes over should not begin again. */
  readonly haveBytes: number;
  /** How often it has been the representative of this content and fell out. */
  readonly failures: number;
  /** What an administrator decided: `named` goes before all that are fit, `forbidden` is never chosen. */
  readonly rule?: 'named' | 'forbidden' | undefined;
}

export type Unfit = 'forbidden' | 'offline' | 'battery' | 'disk' | 'failed-before';

export interface Choice {
  /** Best first; undefined machine: nobody is fit, and each fetches by unicast. */
  readonly machine: string | undefined;
  readonly others: readonly string[];
  readonly unfit: ReadonlyMap<string, Unfit>;
  /** What the best has before the second; `only`: there is no second. */
  readonly chosenBy: ChosenBy | undefined;
}

export type ChosenBy = (typeof merits)[number]['by'] | 'only';

/** On its way to empty it would leave the others half-way. */
const LEAST_BATTERY_PERCENT = 50;
/** The content itself, once more while it is put in place, and something to live on. */
const DISK_FACTOR = 2;
const SPARE_BYTES = 1024 ** 3;
const MOST_FAILURES = 2;

/**
 * Chooses the machine that fetches a content by unicast for its subnet and sends it to its neighbours. Fit is who is
 * on, has power and room; of those comes first who fell out least, was named by hand, has most of the content, has a cable, then the
 * faster link, then more room, then by name, so that everybody who asks comes to the same answer.
 */
export function chooseRepresentative(candidates: readonly Candidate[], contentBytes: number): Choice {
  const unfit = new Map<string, Unfit>();
  const fit = candidates.filter((candidate) => {
    const reason = whyUnfit(candidate, contentBytes);
    if (reason) unfit.set(candidate.machine, reason);
    return !reason;
  });
  const [best, ...others] = fit.sort(better);
  const [second] = others;
  const chosenBy = best && second ? merits.find(({ compare }) => compare(best, second) !== 0)?.by : 'only';
  return {
    machine: best?.machine,
    others: others.map(({ machine }) => machine),
    unfit,
    chosenBy: best && chosenBy,
  };
}

function whyUnfit(candidate: Candidate, contentBytes: number): Unfit | undefined {
  const { isOnline, power, freeDiskBytes, haveBytes, failures, rule } = candidate;
  if (rule === 'forbidden') return 'forbidden';
  if (!isOnline) return 'offline';
  if (power !== 'mains' && power.batteryPercent < LEAST_BATTERY_PERCENT) return 'battery';
  const neededBytes = Math.max(0, contentBytes - haveBytes) * DISK_FACTOR + SPARE_BYTES;
  if (freeDiskBytes < neededBytes) return 'disk';
  return failures >= MOST_FAILURES ? 'failed-before' : undefined;
}

/** In order: the first that differs decides. */
const merits = [
  { by: 'failures', compare: (a, b) => a.failures - b.failures },
  { by: 'named', compare: (a, b) => Number(b.rule === 'named') - Number(a.rule === 'named') },
  { by: 'content', compare: (a, b) => b.haveBytes - a.haveBytes },
  { by: 'power', compare: (a, b) => Number(b.power === 'mains') - Number(a.power === 'mains') },
  { by: 'cable', compare: (a, b) => Number(a.isWireless) - Number(b.isWireless) },
  { by: 'link', compare: (a, b) => b.linkMbits - a.linkMbits },
  { by: 'disk', compare: (a, b) => b.freeDiskBytes - a.freeDiskBytes },
  { by: 'name', compare: (a, b) => (a.machine < b.machine ? -1 : 1) },
] as const satisfies readonly { by: string; compare: (a: Candidate, b: Candidate) => number }[];

function better(a: Candidate, b: Candidate): number {
  for (const { compare } of merits) {
    const difference = compare(a, b);
    if (difference !== 0) return difference;
  }
  return 0;
}
