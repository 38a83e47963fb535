import { quantile } from '../result.ts';
import type { HttpConnection } from '../site/http-connection.ts';
import { nextRequest, type SimulatedAgent } from './agents.ts';

/** A kept-alive connection and the agents that take turns on it. */
export interface Lane {
  readonly connection: HttpConnection;
  readonly agents: readonly SimulatedAgent[];
  /** What the baseline acknowledges is not on any disk. */
  readonly isSite: boolean;
  turn: number;
  /** Ends when the exchange in progress does. */
  busy: Promise<void>;
}

export interface LoadFigures {
  readonly count: number;
  readonly errors: number;
  readonly firstError: string;
  readonly seconds: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Processor time of the client. */
  readonly clientCpuMs: number;
}

/**
 * As many exchanges at a time as `concurrency`, each followed by the next at once: the peak. A lane carries one
 * exchange at a time, so that there are never more at a time than lanes.
 */
export function runUnpaced(lanes: readonly Lane[], concurrency: number, seconds: number) {
  return measure(async (samples) => {
    const endsAt = performance.now() + seconds * 1000;
    // The longest free goes first, so that all have their turns.
    const free = createRing(lanes);
    const walk = async () => {
      while (performance.now() < endsAt) {
        const lane = free.take();
        const startedAt = performance.now();
        await checkIn(lane, samples);
        samples.times.push(performance.now() - startedAt);
        free.giveBack(lane);
      }
    };
    const walkers = Math.min(concurrency, lanes.length);
    await Promise.all(Array.from({ length: walkers }, walk));
  });
}

/** First in, first out; never asked for more than it holds. */
function createRing<T>(items: readonly T[]) {
  const ring = [...items];
  let first = 0;
  let last = 0;
  return {
    take: () => ring[first++ % ring.length] as T,
    giveBack(item: T) {
      ring[last++ % ring.length] = item;
    },
  };
}

/** Check-ins at a steady rate; each is measured from the moment at which it was due, so that no wait is left out. */
export function runPaced(lanes: readonly Lane[], perSecond: number, seconds: number, signal?: AbortSignal) {
  return measure(async (samples) => {
    const startedAt = performance.now();
    const total = Math.floor(perSecond * seconds);
    const open = new Set<Promise<void>>();
    for (let sent = 0; sent < total && !signal?.aborted; ) {
      const due = Math.min(total, Math.floor(((performance.now() - startedAt) / 1000) * perSecond) + 1);
      for (; sent < due; sent += 1) {
        const exchange = enqueue(
          lanes[sent % lanes.length] as Lane,
          samples,
          startedAt + (sent * 1000) / perSecond,
        );
        open.add(exchange);
        void exchange.finally(() => open.delete(exchange));
      }
      const nextAt = startedAt + (sent * 1000) / perSecond;
      await new Promise((resolve) => setTimeout(resolve, Math.max(1, nextAt - performance.now())));
    }
    await Promise.all(open);
  });
}

function enqueue(lane: Lane, samples: Samples, dueAt: number): Promise<void> {
  lane.busy = lane.busy.then(async () => {
    await checkIn(lane, samples);
    samples.times.push(performance.now() - dueAt);
  });
  return lane.busy;
}

interface Samples {
  readonly times: number[];
  errors: number;
  firstError: string;
}

/** One heartbeat of the next agent on the lane; whatever is not its acknowledgement is an error. */
async function checkIn(lane: Lane, samples: Samples) {
  const agent = lane.agents[lane.turn % lane.agents.length] as SimulatedAgent;
  lane.turn += 1;
  const request = nextRequest(agent);
  try {
    const { status, body } = await lane.connection.exchange(request);
    const acknowledged = Number(/"acknowledged":(\d+)/.exec(body)?.[1]);
    if (status !== 200 || acknowledged !== agent.number) throw new Error(`${status} ${body}`);
    if (lane.isSite) agent.acknowledged = acknowledged;
  } catch (error) {
    samples.errors += 1;
    samples.firstError ||= String(error);
  }
}

async function measure(work: (samples: Samples) => Promise<void>): Promise<LoadFigures> {
  const samples: Samples = { times: [], errors: 0, firstError: '' };
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  await work(samples);
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const sorted = Float64Array.from(samples.times).sort();
  return {
    count: sorted.length,
    errors: samples.errors,
    firstError: samples.firstError,
    seconds,
    perSecond: sorted.length / seconds,
    p50Ms: quantile(sorted, 0.5),
    p95Ms: quantile(sorted, 0.95),
    p99Ms: quantile(sorted, 0.99),
    maxMs: sorted.at(-1) ?? Number.NaN,
    clientCpuMs: (user + system) / 1000,
  };
}
