import type { Reason } from '@tenkai/domain';
import type { DeliveryFigures } from '@tenkai/domain/deployment/multicast.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import { pause } from '@tenkai/protocol/agent/link/wake-up.ts';
import type { MulticastAnswer, MulticastAsk, MulticastTerms } from '@tenkai/protocol/agent/multicast.ts';
import { RemoteProblem } from '@tenkai/protocol/problem.ts';
import type { BeforeFetch, Manifest } from '@tenkai/transfer';
import type { Log } from '../log.ts';
import { ownNetworks, takePart } from './multicast-session.ts';

export interface MulticastDeps {
  /** @throws RemoteProblem; Failure site-unreachable, site-answer-invalid; the signal's reason */
  readonly ask: (
    question: Pick<MulticastAsk, 'contentId' | 'addresses'>,
    signal: AbortSignal,
  ) => Promise<MulticastAnswer>;
  readonly log: Log;
  /** How long nothing may be heard of a session. */
  readonly silenceMs: number;
}

/** What a run does of its delivery by multicast. */
export interface MulticastPart {
  /** For `fillFolder`: brings what it can of a content; the rest comes by unicast. */
  before(manifest: Manifest): BeforeFetch;
  figures(): DeliveryFigures;
}

/** After a restart of the site, or where a session ended early, another is asked for; so many in all. */
const mostSessions = 3;
const askAgainMs = 1000;
/** Unicast waits for a site that is away as well: asking must not take longer than that is worth. */
const answerLimitMs = 60_000;

export function createMulticastPart(deps: MulticastDeps): MulticastPart {
  const begun = new Set<string>();
  let multicastBytes = 0;
  let neededBytes = 0;
  let reason: Reason | null = null;
  return {
    before: (manifest) => async (fetch) => {
      const left = new Map(fetch.wants.map((want) => [want.sha256, want]));
      // What an earlier try of this delivery lacked is counted already.
      if (!begun.has(manifest.contentId)) {
        for (const { sizeBytes } of left.values()) neededBytes += sizeBytes;
        begun.add(manifest.contentId);
      }
      const accept = async (sha256: string, bytes: Uint8Array) => {
        const want = left.get(sha256);
        if (!want) return;
        await fetch.accept(want, bytes);
        left.delete(sha256);
        multicastBytes += bytes.length;
      };
      const signal = fetch.signal ?? AbortSignal.any([]);
      const wanted = () => new Set(left.keys());
      reason = (await bring(deps, { manifest, wanted, accept, signal })) ?? reason;
      if (reason) deps.log.info({ contentId: manifest.contentId, reason }, 'not all came by multicast');
    },
    figures: () => ({ multicastBytes, unicastBytes: Math.max(0, neededBytes - multicastBytes), reason }),
  };
}

/** One content on its way. */
export interface Bringing {
  readonly manifest: Manifest;
  /** Hashes of the chunks that are not here. */
  readonly wanted: () => Set<string>;
  readonly accept: (sha256: string, bytes: Uint8Array) => Promise<void>;
  readonly signal: AbortSignal;
}

/** @returns why not everything came; null: it did */
async function bring(deps: MulticastDeps, bringing: Bringing): Promise<Reason | null> {
  let reason: Reason | null = null;
  for (let sessions = 0; sessions < mostSessions; sessions += 1) {
    const before = bringing.wanted().size;
    if (before === 0) return null;
    const answer = await untilAnswered(deps, bringing);
    if (answer.kind === 'unicast') return reason ?? answer.reason;
    reason = await takePart(deps, bringing, answer);
    if (reason === null) return null;
    if (!isWorthAnother(reason, bringing.wanted().size < before)) return reason;
  }
  return reason;
}

/** A firewall between is there the next time, too, and whoever was too slow for the others stays so. */
function isWorthAnother({ code, params }: Reason, hasHeard: boolean): boolean {
  const { cause } = params;
  if (code === 'unicast-session-ended' || cause === 'cancelled') return true;
  return hasHeard && code === 'unicast-left-session' && cause === 'silent';
}

type FinalAnswer = MulticastTerms | Extract<MulticastAnswer, { kind: 'unicast' }>;

/** Asks until the site knows, which waits for others of the wave a while; a site that is away has some time, too. */
async function untilAnswered(
  deps: MulticastDeps,
  { manifest, signal }: Pick<Bringing, 'manifest' | 'signal'>,
): Promise<FinalAnswer> {
  const { contentId } = manifest;
  const giveUpAt = performance.now() + answerLimitMs;
  let detail = '';
  while (performance.now() < giveUpAt) {
    try {
      const answer = await deps.ask({ contentId, addresses: ownNetworks() }, signal);
      if (answer.kind !== 'wait') return answer;
      await pause(answer.afterMs, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Failure || error instanceof RemoteProblem)) throw error;
      detail = error.message;
      if (error instanceof RemoteProblem && error.status < 500) break;
      await pause(askAgainMs, signal);
    }
  }
  return {
    kind: 'unicast',
    reason: { code: 'unicast-cannot-join', params: { problem: 'no-answer', detail } },
  };
}
