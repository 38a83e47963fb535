import { createHmac, randomBytes, randomInt } from 'node:crypto';

/** What all who take part in a session must know; members get it over TLS, in a signed order. */
export interface SessionTerms {
  /** Names the session in each datagram. */
  readonly session: number;
  /** IPv4 multicast address and UDP port of the shards, beacons and requests for repair. */
  readonly group: string;
  readonly port: number;
  /** Where members report to. */
  readonly senderAddress: string;
  readonly senderPort: number;
  /** 32 bytes; known to all members, and to nobody else. */
  readonly groupKey: Buffer;
  /** How many segments may be under way at once: so many 4 MiB each member keeps in memory. */
  readonly window: number;
}

export interface MemberTerms extends SessionTerms {
  readonly member: number;
  /** 32 bytes; known to this member and the sender: no member can speak for another. */
  readonly memberKey: Buffer;
}

export const USUAL_WINDOW = 8;

/** Fresh numbers and keys for a session. */
export function newSession(): { session: number; groupKey: Buffer; masterKey: Buffer } {
  return { session: randomInt(1, 2 ** 32), groupKey: randomBytes(32), masterKey: randomBytes(32) };
}

/** The key of one member, from a key that only the sender has. */
export function memberKey(masterKey: Buffer, member: number): Buffer {
  return createHmac('sha256', masterKey).update(`multicast member ${member}`).digest();
}
