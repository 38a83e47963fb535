import type { Static } from 'typebox';
import * as Type from 'typebox';
import { defineReasons, defineWords } from '../reason.ts';
import { Reason } from '../scenario/frozen-step.ts';
import type { MethodChoice } from './delivery.ts';

/** What a machine tells of a delivery that was to come by multicast. */
export const DeliveryFigures = Type.Object({
  /** Bytes that came, each verified, by either way; what was on the machine before is in neither. */
  multicastBytes: Type.Integer({ minimum: 0 }),
  unicastBytes: Type.Integer({ minimum: 0 }),
  /** Why not everything came by multicast; null: it did. */
  reason: Type.Union([Reason, Type.Null()]),
  /** Who sent, where that was the representative of the machine's subnet; absent: the site, or nobody. */
  representative: Type.Optional(
    Type.Object({ machine: Type.String({ maxLength: 255 }), network: Type.String({ maxLength: 32 }) }),
  ),
});
export type DeliveryFigures = Static<typeof DeliveryFigures>;

/**
 * What is said of a run whose content has come, where multicast was chosen for it (BSCN-29): the way that brought
 * its bytes, and where that was not multicast alone, why. A machine that says nothing is too old for multicast.
 */
export function methodUsed(chosen: MethodChoice, figures: DeliveryFigures | undefined): MethodChoice {
  if (chosen.method === 'unicast') return chosen;
  if (!figures) return { method: 'unicast', reason: { code: 'unicast-agent-cannot', params: {} } };
  const { multicastBytes, unicastBytes, reason, representative } = figures;
  if (multicastBytes === 0 && unicastBytes === 0)
    return { method: 'unicast', reason: { code: 'unicast-nothing-to-fetch', params: {} } };
  if (multicastBytes === 0)
    return { method: 'unicast', reason: reason ?? { code: 'unicast-not-heard', params: {} } };
  if (unicastBytes === 0 && representative)
    return {
      method: 'multicast',
      reason: {
        code: 'multicast-subnet',
        params: { representative: representative.machine, network: representative.network },
      },
    };
  if (unicastBytes === 0) return chosen;
  const { cause = 'ended' } = reason?.params ?? {};
  return {
    method: 'multicast',
    reason: { code: 'multicast-and-unicast', params: { cause, multicastBytes, unicastBytes } },
  };
}

export interface Gathering {
  /** Machines of the wave that ask for the content and can hear the site's network. */
  readonly asked: number;
  /** Machines of the wave that have been told to fetch it, those that have asked among them. */
  readonly expected: number;
  /** Since the first of them asked. */
  readonly waitedMs: number;
  readonly limitMs: number;
}

/**
 * Whether a session begins: as soon as everybody is there, at the latest after the limit, and never for one machine
 * alone. Who comes later joins what is under way.
 */
export function gathering({ asked, expected, waitedMs, limitMs }: Gathering): 'waits' | 'begins' | 'alone' {
  const isOver = asked >= expected || waitedMs >= limitMs;
  if (!isOver) return 'waits';
  return asked >= 2 ? 'begins' : 'alone';
}

/**
 * Whether a machine is on the network of a card: one of its addresses (`10.0.0.7/24`) lies in it. Datagrams with a
 * TTL of 1 reach nobody else.
 */
export function isOnNetwork(card: string, addresses: readonly string[]): boolean {
  const [own, bits] = parseAddress(card);
  if (own === undefined || bits === undefined) return false;
  return addresses.some((text) => {
    const [address] = parseAddress(text);
    const shift = 2 ** (32 - bits);
    return address !== undefined && Math.floor(address / shift) === Math.floor(own / shift);
  });
}

/** The network of an address with its prefix length (`10.0.0.7/24`): `10.0.0.0/24`; undefined for what is none. */
export function networkOf(text: string): string | undefined {
  const [address, bits] = parseAddress(text);
  if (address === undefined || bits === undefined || !text.includes('/')) return undefined;
  const first = Math.floor(address / 2 ** (32 - bits)) * 2 ** (32 - bits);
  return `${[24, 16, 8, 0].map((shift) => (first >>> shift) & 0xff).join('.')}/${bits}`;
}

/**
 * Whether sessions may use the addresses from first to last: IPv4 multicast, without 224.0.0.0/24, which no switch
 * forwards less of (RFC 4541, 2.1.2), and 64 thousand at most, so that a free one is found at once.
 */
export function isAddressRange(first: string, last: string): boolean {
  const [from] = parseAddress(first);
  const [to] = parseAddress(last);
  const [lowest = 0, highest = 0] = [parseAddress('224.0.1.0')[0], parseAddress('239.255.255.255')[0]];
  if (from === undefined || to === undefined || from < lowest || to > highest) return false;
  return from <= to && to - from < 65_536;
}

/** IPv4 with an optional prefix length; nothing for what is none. */
function parseAddress(text: string): [address?: number, bits?: number] {
  const found = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?$/.exec(text);
  if (!found) return [];
  const parts = found.slice(1, 5).map(Number);
  const bits = Number(found[5] ?? 32);
  if (bits > 32 || parts.some((part) => part > 255)) return [];
  return [parts.reduce((sum, part) => sum * 256 + part, 0), bits];
}

defineReasons({
  'unicast-multicast-unfit': 'By unicast: the site cannot send by multicast ({problem}: {detail}).',
  'unicast-pool-empty': 'By unicast: all {sessions} addresses of the site for multicast are in use.',
  'unicast-address-used': 'By unicast: a running session already uses the multicast address {address}.',
  'unicast-address-invalid': 'By unicast: {address} is not a multicast address for sessions.',
  'unicast-other-network': 'By unicast: the machine is not on the network {network} of the site.',
  'unicast-nobody-else': 'By unicast: no other machine of its wave needs the content now.',
  'unicast-alone-in-subnet':
    'By unicast: no other machine of its wave in the network {network} needs the content now.',
  'unicast-no-representative':
    'By unicast: no machine of the network {network} can fetch for the others ({problem}).',
  'unicast-represents':
    'By unicast: it fetched for the network {network} and sent on by multicast (neighbours: {neighbours}).',
  'multicast-subnet':
    'By multicast from {representative}, which fetched the content for the network {network}.',
  'unicast-agent-cannot': 'By unicast: the agent of this machine knows no multicast.',
  'unicast-nothing-to-fetch': 'Nothing had to be sent: everything was on the machine.',
  'unicast-cannot-join': 'By unicast: the machine cannot take part in multicast ({problem}: {detail}).',
  'unicast-not-heard': 'By unicast: nothing was heard of {group} within {seconds} s.',
  'unicast-left-session': 'By unicast: the session went on without the machine ({cause}).',
  'unicast-session-ended': 'By unicast: the session ended before the machine had got anything.',
  'multicast-and-unicast':
    'By multicast {multicastBytes} bytes, and the last {unicastBytes} by unicast ({cause}).',
});

/** Why the others went on without a machine. */
defineWords('cause', {
  silent: 'nothing was heard any more',
  disk: 'its disk is too slow or full',
  link: 'its connection is too slow',
  loss: 'its line loses too much',
  cancelled: 'the session was ended',
  ended: 'the session ended',
});

/** Why a machine or a site can neither send nor hear, or cannot fetch for its neighbours. */
defineWords('problem', {
  'no-such-address': 'no card has the address, or it is off',
  'small-packets': 'its card takes smaller packets only',
  'no-route': 'its system knows no way to the group',
  blocked: 'its own firewall lets nothing out to the group',
  'port-used': 'another program has the port',
  'not-heard': 'it does not hear what it sends itself: its own firewall lets nothing in from the group',
  'no-group': 'its system did not join the group',
  'no-answer': 'the site did not answer',
  'cannot-send': 'it cannot send to its neighbours',
  forbidden: 'forbidden by hand',
  offline: 'off',
  battery: 'on battery',
  disk: 'too little room on the disk',
  'failed-before': 'fell out before',
});
