import type { Network } from '@tenkai/domain';
import { magicPacket } from './magic-packet.ts';

/** What is sent to wake one machine. */
export interface WakePlan {
  readonly packets: readonly Uint8Array[];
  /** Broadcast addresses: of the segments in which the machine was last seen, and of our own. */
  readonly addresses: readonly string[];
}

/** RFC 919: every host of the segment in which the sender stands. */
const limitedBroadcast = '255.255.255.255';

/**
 * A packet for each network card, to the directed broadcast of each subnet in which the machine had an address
 * (routers that pass it reach other segments), and to our own segments.
 */
export function planWake(network: Network): WakePlan {
  const packets = network.interfaces
    .map(({ mac }) => magicPacket(mac))
    .filter((packet) => packet !== undefined);
  const directed = network.interfaces
    .flatMap(({ addresses }) => addresses)
    .filter(({ family }) => family === 'ipv4')
    .map(({ address, prefix }) => directedBroadcast(address, prefix))
    .filter((address) => address !== undefined);
  return { packets, addresses: [...new Set([...directed, limitedBroadcast])] };
}

/** The last address of the subnet (RFC 919); none for links without one (RFC 3021). */
export function directedBroadcast(address: string, prefix: number): string | undefined {
  const parts = address.split('.').map(Number);
  const isAddress =
    parts.length === 4 && parts.every((part) => Number.isInteger(part) && part >= 0 && part <= 255);
  if (!isAddress || prefix < 1 || prefix > 30) return undefined;
  const value = parts.reduce((sum, part) => sum * 256 + part, 0);
  const size = 2 ** (32 - prefix);
  const last = Math.floor(value / size) * size + size - 1;
  return [24, 16, 8, 0].map((bits) => Math.floor(last / 2 ** bits) % 256).join('.');
}
