import type { Heard, Pace } from './pace.ts';

export interface TestLine {
  readonly bytesPerSecond: number;
  /** What waits at most; whatever finds the queue full is lost. */
  readonly queueMs: number;
  /** Share that it loses by itself, at any rate. */
  readonly loss?: number;
  /** Milliseconds of each ten in which the sender has a processor: all, unless told. */
  readonly processorMs?: number;
}

export interface Carried {
  /** Datagrams that were lost, as a share of those that arrived. */
  readonly lost: number;
  /** What arrived, as a share of what the line carries. */
  readonly used: number;
}

interface Report {
  readonly at: number;
  readonly next: number;
  readonly received: number;
}

const BYTES = 1472;
const REPORT_MS = 40;
const LOOK_MS = 50;

/**
 * A sender that always has something to send, in front of a line with a queue, as a pace sees it: through reports that
 * tell of what has come out at the other end. The line's own losses come evenly, so each run is the same.
 */
export function carry(pace: Pace, line: TestLine, ms: number): Carried {
  const queue = createQueue(line);
  let seen: Report = { at: 0, next: 0, received: 0 };
  let told = seen;
  let sent = 0;
  let seenSent = 0;
  for (let now = 1; now <= ms; now += 1) {
    while (now % 10 < (line.processorMs ?? 10) && pace.take(BYTES, now)) queue.put(sent++, now);
    const { next, received } = queue.arrivedBy(now);
    if (now % REPORT_MS === 0) told = { at: now, next, received };
    if (now % LOOK_MS !== 0) continue;
    const heard = heardOf(seen, told);
    if (heard) seen = told;
    const bytesPerSecond = ((sent - seenSent) * BYTES * 1000) / LOOK_MS;
    if (sent > seenSent) pace.adapt(heard, { next: sent, bytesPerSecond });
    seenSent = sent;
  }
  const { received } = queue.arrivedBy(ms + line.queueMs + 1);
  return { lost: (sent - received) / received, used: received / ((line.bytesPerSecond / BYTES / 1000) * ms) };
}

function createQueue({ bytesPerSecond, queueMs, loss = 0 }: TestLine) {
  const waiting: { readonly number: number; readonly at: number }[] = [];
  let [next, received, freeAt, owed] = [0, 0, 0, 0];
  return {
    put(number: number, now: number) {
      owed += loss;
      if (owed >= 1) owed -= 1;
      else if (freeAt - now <= queueMs) {
        freeAt = Math.max(freeAt, now) + (BYTES / bytesPerSecond) * 1000;
        waiting.push({ number, at: freeAt });
      }
    },
    arrivedBy(now: number) {
      for (let first = waiting[0]; first && first.at <= now; first = waiting[0]) {
        next = first.number + 1;
        received += 1;
        waiting.shift();
      }
      return { next, received };
    },
  };
}

function heardOf(seen: Report, { at, next, received }: Report): Heard | undefined {
  const expected = next - seen.next;
  if (expected <= 0) return undefined;
  const arrived = received - seen.received;
  return {
    from: seen.next,
    loss: 1 - arrived / expected,
    bytesPerSecond: (arrived * BYTES * 1000) / (at - seen.at),
  };
}
