/** How fast a sender sends: tokens that fill with time, at a rate that follows what members receive. */
export interface Pace {
  /** Whether so many bytes may go now; if so, they are accounted for. */
  take(bytes: number, now: number): boolean;
  /**
   * Once in a while: what the usual member has told since the last time, and what has been sent since then.
   * @returns the share of datagrams that the line loses at this rate; undefined where nothing new is known of it
   */
  adapt(heard: Heard | undefined, sent: Sent): number | undefined;
  readonly bytesPerSecond: () => number;
}

/** What a member received between two looks at its reports. */
export interface Heard {
  /** The first datagram of which this tells. */
  readonly from: number;
  /** Share of datagrams that were lost. */
  readonly loss: number;
  /** The rate at which the others arrived. */
  readonly bytesPerSecond: number;
}

export interface Sent {
  /** The datagram that comes next. */
  readonly next: number;
  /** More than nothing; less than the pace where there was nothing to send, or the processor had no time. */
  readonly bytesPerSecond: number;
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
/**
 * So much at once, while much less arrived than before, is believed when it is seen a second time: a line that was away
 * for a moment is as fast as before. Of a full one arrives as much as ever.
 */
const SUDDEN_LOSS = 0.5;
/** At each look, until a queue has overflowed and from then on. */
const GROWTH_AT_FIRST = 2;
const GROWTH = 1.03;
/** Close to the rate at which a queue overflowed: slowly over it. */
const GROWTH_NEAR_LIMIT = 1.003;
/** How far above what arrives: what is sent beyond that stands in a queue. More than QUEUE_LOSS, or none overflows. */
const AHEAD_AT_FIRST = 1.75;
const AHEAD = 1.06;
/** The best of so many looks tells what the line carries: the sender may have paused, or a report may have come late. */
const LOOKS_KEPT = 3;
/** Of what the line carries, so that the queue that has overflowed becomes empty. */
const CUT = 0.94;
/** No line that loses more is worth a faster sender. */
const LEAST_ARRIVING = 0.1;
/** How far tokens may run ahead: what a timer of a millisecond needs, and what every queue holds. */
const BURST_SECONDS = 0.002;
const LEAST_BURST_BYTES = 16_000;

/**
 * A rate that grows while members receive what is sent, and falls below what arrives where a queue overflows: a full
 * line carries its all, whatever it is given, and what arrives tells how much that is. Below it the queue becomes empty
 * and the losses end; a line that goes on losing its share is not taken for a full one.
 */
export function createPace({ mostBytesPerSecond = NO_LIMIT, now }: PaceOptions): Pace {
  const arrived: number[] = [];
  const middle = () => [...arrived].sort((a, b) => a - b)[arrived.length >> 1] ?? 0;
  const best = () => (arrived.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...arrived));
  const take = createTokens(now);
  let rate = Math.min(FIRST_BYTES_PER_SECOND, mostBytesPerSecond);
  let limit = Number.POSITIVE_INFINITY;
  let lineLoss = 0;
  let lastCut: number | undefined;
  let futileCuts = 0;
  /** The first datagram after the last cut: what was lost before it tells of the time before. */
  let cutAt = 0;
  let wasSudden = false;
  const cut = ({ loss, bytesPerSecond }: Heard, next: number) => {
    futileCuts = lastCut !== undefined && loss > lastCut * 0.8 ? futileCuts + 1 : 0;
    lastCut = loss;
    if (futileCuts >= FUTILE_CUTS) {
      lineLoss = loss;
      lastCut = undefined;
      limit = Number.POSITIVE_INFINITY;
      return;
    }
    limit = Math.min(rate * (1 - loss), Math.max(bytesPerSecond, middle()));
    rate = Math.max(LEAST_BYTES_PER_SECOND, limit * CUT);
    cutAt = next;
  };
  const grow = (loss: number, sent: Sent) => {
    const isFirst = limit === Number.POSITIVE_INFINITY;
    const isNear = sent.bytesPerSecond > limit * 0.95 && sent.bytesPerSecond < limit * 1.1;
    const growth = isFirst ? GROWTH_AT_FIRST : isNear ? GROWTH_NEAR_LIMIT : GROWTH;
    // A pace that the sender cannot reach may be as far above what arrives as it is above what is sent.
    const unused = Math.max(1, rate / sent.bytesPerSecond);
    const arriving = (best() * unused) / Math.max(LEAST_ARRIVING, 1 - loss);
    const most = arriving * (isFirst ? AHEAD_AT_FIRST : AHEAD);
    const grown = Math.min(rate * growth, most);
    rate = Math.min(mostBytesPerSecond, Math.max(isFirst ? LEAST_BYTES_PER_SECOND : rate, grown));
  };
  return {
    take: (bytes, at) => take(bytes, at, rate),
    adapt(heard, sent) {
      if (!heard) return undefined;
      const { loss, bytesPerSecond, from } = heard;
      const isSudden = loss > SUDDEN_LOSS && bytesPerSecond < best() / 2 && !wasSudden;
      arrived.push(bytesPerSecond);
      if (arrived.length > LOOKS_KEPT) arrived.shift();
      wasSudden = loss > SUDDEN_LOSS;
      if (isSudden || ((from - cutAt) | 0) < 0) return undefined;
      if (loss > Math.max(QUEUE_LOSS, lineLoss * 1.3 + 0.02)) {
        cut(heard, sent.next);
        return undefined;
      }
      lastCut = undefined;
      futileCuts = 0;
      lineLoss = Math.min(lineLoss, Math.max(loss, lineLoss * 0.98));
      grow(loss, sent);
      return loss;
    },
    bytesPerSecond: () => rate,
  };
}

function createTokens(now: number): (bytes: number, at: number, rate: number) => boolean {
  let tokens = 0;
  let last = now;
  return (bytes, at, rate) => {
    const burst = Math.max(LEAST_BURST_BYTES, rate * BURST_SECONDS);
    tokens = Math.min(burst, tokens + (Math.max(0, at - last) / 1000) * rate);
    last = at;
    if (tokens < bytes) return false;
    tokens -= bytes;
    return true;
  };
}
