export interface LostContact {
  /** How many fell silent together. */
  readonly machines: number;
  /** Of how many: these, and those that are heard. */
  readonly of: number;
  /** When the last of them was heard; none of them was since, epoch ms. */
  readonly since: number;
}

export interface ContactPicture {
  /** When each machine was heard last that should be heard, and is not. Machines that have said good-bye are none. */
  readonly silentSince: readonly number[];
  /** Machines that are heard. */
  readonly heard: number;
  /** Machines that lose contact at one moment were heard last within this, ms. */
  readonly togetherMs: number;
  /** True: there is a cause for it, so that one machine is enough. */
  readonly isExpected: boolean;
}

const leastMachines = 2;
const leastShare = 0.5;

/**
 * Machines go silent one by one every day; that half of those that should be there went together is a fault of the
 * server, of its host or of the network (BSRV-21).
 * @returns null where nothing of the kind happened
 */
export function lostContact({
  silentSince,
  heard,
  togetherMs,
  isExpected,
}: ContactPicture): LostContact | null {
  const wave = largestWave(
    [...silentSince].sort((a, b) => a - b),
    togetherMs,
  );
  if (wave === null) return null;
  const of = wave.machines + heard;
  const isEnough = wave.machines >= leastMachines && wave.machines >= of * leastShare;
  return isExpected || isEnough ? { ...wave, of } : null;
}

/** Of several of one size the latest. */
function largestWave(times: readonly number[], togetherMs: number): Omit<LostContact, 'of'> | null {
  let first = 0;
  let best: Omit<LostContact, 'of'> | null = null;
  for (const [last, since] of times.entries()) {
    while (since - (times[first] ?? since) > togetherMs) first += 1;
    const machines = last - first + 1;
    if (machines >= (best?.machines ?? 0)) best = { machines, since };
  }
  return best;
}
