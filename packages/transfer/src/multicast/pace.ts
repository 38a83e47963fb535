/** How fast a sender sends: tokens that fill with time, at a rate that follows what members receive. */
export interface Pace {
  /** Whether so many bytes may go now; if so, they are accounted for. */
  take(bytes: number, now: number): boolean;
  /** Once in a while: the share of datagrams that the usual member lost since the last time. */
  adapt(loss: number | undefined): void;
  readonly bytesPerSecond: () => number;
}

export interface PaceOptions {
  /** Never faster. Absent: as fast as the line and the members take it. */
  readonly mostBytesPerSecond?: number | undefined;
  readonly now: number;
}

const FIRST_BYTES_PER_SECOND = 12_000_000;
const LEAST_BYTES_PER_SECOND = 100_000;
/** Above the fastest cards that such machines have; the window of segments under way is the limit then. */
const NO_LIMIT = 2_000_000_000;
/** Losses below this are the line's own, and no reason to be slower; above it some queue overflows. */
const QUEUE_LOSS = 0.03;
/** So many cuts that lower the loss by less than a fifth show that it is the line's own after all. */
const FUTILE_CUTS = 2;
/** So much at once is believed when it is seen a second time: a line that was away for a moment is as fast as before. */
const SUDDEN_LOSS = 0.5;
const GROWTH_AT_FIRST = 1.6;
const GROWTH = 1.03;
/** Close to the rate at which a queue overflowed: slowly over it. */
const GROWTH_NEAR_LIMIT = 1.003;
/** After a cut so many reports still tell of the time before. */
const SETTLING = 2;
/** How far tokens may run ahead: what a timer of a millisecond needs, and what every queue holds. */
const BURST_SECONDS = 0.002;
const LEAST_BURST_BYTES = 16_000;

/**
 * A rate that grows while members receive what is sent, and falls to what the usual member received where a queue
 * overflows. A line that loses its share at any rate is not taken for a full one.
 */
export function createPace({ mostBytesPerSecond = NO_LIMIT, now }: PaceOptions): Pace {
  let rate = Math.min(FIRST_BYTES_PER_SECOND, mostBytesPerSecond);
  let limit = Number.POSITIVE_INFINITY;
  let lineLoss = 0;
  let lastCut: number | undefined;
  let futileCuts = 0;
  let settling = 0;
  let wasSudden = false;
  let tokens = 0;
  let last = now;
  const cut = (loss: number) => {
    futileCuts = lastCut !== undefined && loss > lastCut * 0.8 ? futileCuts + 1 : 0;
    lastCut = loss;
    if (futileCuts >= FUTILE_CUTS) {
      lineLoss = loss;
      lastCut = undefined;
      limit = Number.POSITIVE_INFINITY;
      return;
    }
    limit = rate * (1 - loss);
    rate = Math.max(LEAST_BYTES_PER_SECOND, limit * 0.97);
    settling = SETTLING;
  };
  const grow = () => {
    if (limit === Number.POSITIVE_INFINITY) rate *= GROWTH_AT_FIRST;
    else rate *= rate > limit * 0.95 && rate < limit * 1.1 ? GROWTH_NEAR_LIMIT : GROWTH;
    rate = Math.min(mostBytesPerSecond, rate);
  };
  return {
    take(bytes, at) {
      const burst = Math.max(LEAST_BURST_BYTES, rate * BURST_SECONDS);
      tokens = Math.min(burst, tokens + (Math.max(0, at - last) / 1000) * rate);
      last = at;
      if (tokens < bytes) return false;
      tokens -= bytes;
      return true;
    },
    adapt(loss) {
      if (loss === undefined || settling-- > 0) return;
      const isSudden = loss > SUDDEN_LOSS && !wasSudden;
      wasSudden = loss > SUDDEN_LOSS;
      if (isSudden) return;
      if (loss > Math.max(QUEUE_LOSS, lineLoss * 1.3 + 0.02)) return cut(loss);
      lastCut = undefined;
      futileCuts = 0;
      lineLoss = Math.min(lineLoss, Math.max(loss, lineLoss * 0.98));
      grow();
    },
    bytesPerSecond: () => rate,
  };
}
