import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../failures.ts';
import { type Connection, connect } from './http-get.ts';
import type { RateLimit } from './rate-limit.ts';
import { createRateLimiter } from './rate-limit.ts';
import { type ContentSource, createSourceChoice, type SourceChoice } from './source-choice.ts';

/** What all requests of one download share. */
export interface Download {
  readonly options: NetworkOptions;
  readonly choice: SourceChoice;
  readonly signal: AbortSignal;
  /** Status with which a source refused to serve us at all. */
  readonly refusals: Map<ContentSource, number>;
  /** The last trouble with each source, for the person who reads the failure. */
  readonly problems: Map<ContentSource, string>;
  connectionTo(source: ContentSource): Connection;
  /** New bytes have come, so there is hope. */
  progressed(): void;
  /** The first error of any act ends all requests of the download. */
  unlessFailed(act: () => Promise<void>): Promise<void>;
  /**
   * Waits for the best source of those not excluded; undefined when none is left.
   * @throws Failure content-unreachable when nothing has come for too long
   */
  nextSource(
    what: string,
    isExcluded: (source: ContentSource) => boolean,
  ): Promise<ContentSource | undefined>;
  close(): void;
}

export function openDownload(options: NetworkOptions): Download {
  const now = () => performance.now();
  const {
    random = Math.random,
    firstRestMs = 500,
    longestRestMs = 30_000,
    giveUpAfterMs = 300_000,
  } = options;
  const choice = createSourceChoice({ sources: options.sources, now, random, firstRestMs, longestRestMs });
  const connections = openConnections(options, now);
  const problems = new Map<ContentSource, string>();
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  // Each request under way listens to it.
  setMaxListeners(0, signal);
  let lastByteAt = now();
  return {
    options,
    choice,
    signal,
    refusals: new Map(),
    problems,
    connectionTo: (source) => connections.get(source) as Connection,
    progressed: () => {
      lastByteAt = now();
    },
    async unlessFailed(act) {
      try {
        await act();
      } catch (error) {
        stop.abort(error);
        throw error;
      }
    },
    async nextSource(what, isExcluded) {
      for (;;) {
        signal.throwIfAborted();
        const next = choice.next(isExcluded);
        if (!next || !('waitMs' in next)) return next;
        if (now() - lastByteAt > giveUpAfterMs) throw unreachable({ options, problems }, what);
        await sleep(Math.max(1, next.waitMs), undefined, { signal }).catch(() => signal.throwIfAborted());
      }
    },
    close: () => {
      stop.abort();
      for (const { pool } of connections.values()) pool.close();
    },
  };
}

function openConnections(options: NetworkOptions, now: () => number): Map<ContentSource, Connection> {
  const { connectTimeoutMs = 10_000, idleTimeoutMs = 30_000, bytesPerSecond, sources } = options;
  const limits = {
    timeouts: { connectTimeoutMs, idleTimeoutMs },
    limiter: createRateLimiter({ bytesPerSecond, now }),
  };
  return new Map(sources.map((source) => [source, connect(source, limits)]));
}

/** No source delivered; the detail says for each what went wrong. */
export function unreachable(download: Pick<Download, 'options' | 'problems'>, what: string): Failure {
  const { sources } = download.options;
  const detail = sources
    .map((source) => `${sourceName(source)}: ${download.problems.get(source) ?? 'not asked'}`)
    .join('; ');
  return new Failure('content-unreachable', { sources: sources.length, what }, { detail });
}

/** A source's address without credentials. */
export function sourceName(source: ContentSource): string {
  const { protocol, host, pathname } = new URL(source.baseUrl);
  return `${protocol}//${host}${pathname}`;
}

/** How to reach sources; what all downloads have in common. */
export interface NetworkOptions {
  /** In order of preference; the next is asked where one fails. */
  readonly sources: readonly ContentSource[];
  readonly signal?: AbortSignal;
  /** Chunks under way at once: 4, unless told. */
  readonly parallel?: number;
  /** Limit for all connections together (DIST-34); a function where it changes with the time. */
  readonly bytesPerSecond?: RateLimit['bytesPerSecond'];
  /** 10 s, unless told. */
  readonly connectTimeoutMs?: number;
  /** 30 s, unless told. */
  readonly idleTimeoutMs?: number;
  /** How long nothing at all may arrive from any source before the download fails: 5 min, unless told. */
  readonly giveUpAfterMs?: number;
  /** The rest of a source after its first failure, doubled with each further one: 500 ms, unless told. */
  readonly firstRestMs?: number;
  /** 30 s, unless told. */
  readonly longestRestMs?: number;
  readonly random?: () => number;
  /** A source delivered damaged bytes; the download goes on with other sources. */
  readonly onCorrupt?: (found: CorruptChunk) => void;
}

export interface CorruptChunk {
  readonly path: string;
  /** Which chunk of the file, from 0. */
  readonly chunk: number;
  readonly sha256: string;
  readonly source: string;
}
