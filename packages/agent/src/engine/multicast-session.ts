import { randomBytes } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import type { Reason } from '@tenkai/domain';
import { isOnNetwork } from '@tenkai/domain/deployment/multicast.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import type { MulticastTerms } from '@tenkai/protocol/agent/multicast.ts';
import type { Bringing, MulticastDeps } from './multicast-deps.ts';

/** IPv4 addresses of this machine, with the length of their network's prefix. */
export function ownNetworks(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((card) => card ?? []);
  return addresses.flatMap(({ family, cidr }) => (family === 'IPv4' && cidr ? [cidr] : []));
}

/** The address of the card on the sender's network; of a card with any network where there is none. */
function ownAddressTowards(senderAddress: string): string {
  const networks = ownNetworks();
  const near = networks.find((network) => isOnNetwork(network, [senderAddress]));
  const found = near ?? networks.find((network) => !network.startsWith('127.')) ?? '';
  return found.split('/')[0] ?? '';
}

/**
 * Takes part in one session as far as it goes.
 * @returns why something is still missing; null: nothing is
 * @throws what `accept` throws; the signal's reason
 */
export async function takePart(
  { log, silenceMs }: MulticastDeps,
  { manifest, wants, accept, signal }: Bringing,
  terms: MulticastTerms,
): Promise<Reason | null> {
  const { group, port, senderAddress, session, member } = terms;
  const interfaceAddress = ownAddressTowards(senderAddress);
  // Both ends on one machine hear each other only by way of its own loop.
  const place = { interfaceAddress, ttl: terms.ttl, hasLoopback: interfaceAddress === senderAddress };
  // Loaded where it is needed: most runs take no part.
  const { checkMulticast } = await import('@tenkai/transfer/multicast/preflight.ts');
  const fit = await checkMulticast({ group, port, key: randomBytes(32) }, place);
  const own = { groupKey: Buffer.from(terms.groupKey, 'base64') };
  const keyed = { ...terms, ...own, memberKey: Buffer.from(terms.memberKey, 'base64') };
  const decline = async (problem: string, detail: string) => {
    const { declineSession } = await import('@tenkai/transfer/multicast/decline-session.ts');
    await declineSession(keyed, place);
    return cannotJoin(problem, detail);
  };
  if (!fit.isFit) return decline(fit.reason, fit.detail);
  const { receiveContent } = await import('@tenkai/transfer/multicast/receive-content.ts');
  log.info({ group, port, session, member, interfaceAddress }, 'joins a multicast session');
  try {
    const result = await receiveContent({
      ...{
        ...place,
        manifest,
        terms: keyed,
        wanted: new Set(wants().map(({ sha256 }) => sha256)),
        silenceMs,
        signal,
      },
      accept: ({ sha256 }, bytes) => accept(sha256, bytes),
    });
    log.info({ session, ...result }, 'the part in a multicast session has ended');
    return reasonOf(result, terms, silenceMs);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Failure && error.code === 'multicast-no-group')
      return decline('no-group', error.detail);
    throw error;
  }
}

type Result = Awaited<
  ReturnType<typeof import('@tenkai/transfer/multicast/receive-content.ts').receiveContent>
>;

function reasonOf({ outcome, figures }: Result, { group }: MulticastTerms, silenceMs: number): Reason | null {
  if (outcome.kind === 'complete') return null;
  if (outcome.kind === 'ended') return { code: 'unicast-session-ended', params: {} };
  if (outcome.cause === 'silent' && figures.received === 0)
    return { code: 'unicast-not-heard', params: { group, seconds: Math.round(silenceMs / 1000) } };
  return { code: 'unicast-left-session', params: { cause: outcome.cause } };
}

function cannotJoin(problem: string, detail: string): Reason {
  return { code: 'unicast-cannot-join', params: { problem, detail: detail.slice(0, 200) } };
}
