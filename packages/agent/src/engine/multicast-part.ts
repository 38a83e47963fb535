import type { Reason } from '@tenkai/domain';
import type { DeliveryFigures } from '@tenkai/domain/deployment/multicast.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import { pause } from '@tenkai/protocol/agent/link/wake-up.ts';
import type { MulticastAnswer, RelayFacts } from '@tenkai/protocol/agent/multicast.ts';
import { RemoteProblem } from '@tenkai/protocol/problem.ts';
import type { BeforeFetch, Manifest } from '@tenkai/transfer';
import type { Bringing, MulticastDeps, RelayNetwork } from './multicast-deps.ts';
import { represent } from './multicast-relay.ts';
import { ownNetworks, takePart } from './multicast-session.ts';

/** What a run does of its delivery by multicast. */
export interface MulticastPart {
  /** For `fillFolder`: brings what it can of a content; the rest comes by unicast. */
  before(manifest: Manifest, network: RelayNetwork): BeforeFetch;
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
  let representative: DeliveryFigures['representative'];
  return {
    before: (manifest, network) => async (fetch) => {
      const left = new Map(fetch.wants.map((want) => [want.sha256, want]));
      // What an earlier try of this delivery lacked is counted already.
      if (!begun.has(manifest.contentId)) {
        for (const { sizeBytes } of left.values()) neededBytes += sizeBytes;
        begun.add(manifest.contentId);
      }
      const fetched = async (sha256: string, bytes: Uint8Array) => {
        const want = left.get(sha256);
        if (!want) return;
        await fetch.accept(want, bytes);
        left.delete(sha256);
      };
      const accept = async (sha256: string, bytes: Uint8Array) => {
        if (!left.has(sha256)) return;
        await fetched(sha256, bytes);
        multicastBytes += bytes.length;
      };
      const signal = fetch.signal ?? AbortSignal.any([]);
      const wants = () => [...left.values()];
      const onJoin = (by: DeliveryFigures['representative']) => {
        representative = by;
      };
      const { fileOf } = fetch;
      const bringing = { manifest, network, fileOf, wants, accept, fetched, signal, onJoin };
      reason = (await bring(deps, bringing)) ?? reason;
      if (reason) deps.log.info({ contentId: manifest.contentId, reason }, 'not all came by multicast');
    },
    figures: () => ({
      ...{ multicastBytes, unicastBytes: Math.max(0, neededBytes - multicastBytes), reason },
      ...(representative && { representative }),
    }),
  };
}

/** @returns why not everything came by multicast; null: it did */
async function bring(deps: MulticastDeps, bringing: Bringing): Promise<Reason | null> {
  const facts = await deps.facts();
  let reason: Reason | null = null;
  let after: number | undefined;
  for (let sessions = 0; sessions < mostSessions; sessions += 1) {
    const before = bringing.wants().length;
    if (before === 0) return reason;
    const answer = await untilAnswered(deps, bringing, { facts, after });
    if (answer.kind === 'unicast') return reason ?? answer.reason;
    after = answer.session;
    if (answer.kind === 'represent') {
      reason = await represent(deps, bringing, answer);
      continue;
    }
    bringing.onJoin(answer.representative);
    reason = await takePart(deps, bringing, answer);
    if (reason === null) return null;
    const hasHeard = bringing.wants().length < before;
    if (!isWorthAnother(reason, { hasHeard, isSubnet: answer.representative !== undefined })) return reason;
  }
  return reason;
}

/**
 * A firewall between is there the next time, too, and whoever was too slow for the others stays so. Of a machine that
 * sent to its subnet the site knows whether it is gone.
 */
function isWorthAnother(
  { code, params }: Reason,
  { hasHeard, isSubnet }: { hasHeard: boolean; isSubnet: boolean },
): boolean {
  const { cause } = params;
  if (code === 'unicast-session-ended' || cause === 'cancelled') return true;
  if (code === 'unicast-not-heard') return isSubnet;
  return (hasHeard || isSubnet) && code === 'unicast-left-session' && cause === 'silent';
}

type FinalAnswer = Exclude<MulticastAnswer, { kind: 'wait' }>;

interface Known {
  readonly facts: Omit<RelayFacts, 'haveBytes'> | undefined;
  readonly after: number | undefined;
}

/** Asks until the site knows, which waits for others of the wave a while; a site that is away has some time, too. */
async function untilAnswered(
  deps: MulticastDeps,
  { manifest, wants, signal }: Pick<Bringing, 'manifest' | 'wants' | 'signal'>,
  { facts, after }: Known,
): Promise<FinalAnswer> {
  const { contentId, totalBytes } = manifest;
  const lackBytes = wants().reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const relay = facts && { ...facts, haveBytes: Math.max(0, totalBytes - lackBytes) };
  const more = { ...(relay && { relay }), ...(after !== undefined && { after }) };
  const giveUpAt = performance.now() + answerLimitMs;
  let detail = '';
  while (performance.now() < giveUpAt) {
    try {
      const answer = await deps.ask({ contentId, addresses: ownNetworks(), ...more }, signal);
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
