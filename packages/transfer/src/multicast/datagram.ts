import { hash } from 'node:crypto';
import { DATAGRAM_BYTES, HEADER_BYTES } from './layout.ts';

/**
 * One datagram: a header of 32 bytes, then a shard or a message. All numbers big-endian.
 *
 *     0  kind           u8   high bits: version 1
 *     1  turn           u8   which transmission of the segment, modulo 256
 *     2  shard          u16  data: its number; repair: block * 128 + row
 *     4  session        u32
 *     8  segment        u32  messages of a member: its number
 *    12  sequence       u32  counts the datagrams of the sender; messages: a counter against replays
 *    16  digest         8 bytes of the segment's digest, which names content and chunks
 *    24  tag            8 bytes
 */
export const kinds = {
  data: 0x11,
  repair: 0x12,
  beacon: 0x13,
  nack: 0x14,
  status: 0x15,
  leave: 0x16,
} as const;
export type Kind = (typeof kinds)[keyof typeof kinds];

export interface Header {
  kind: number;
  turn: number;
  shard: number;
  session: number;
  segment: number;
  sequence: number;
}

const TAG_AT = 24;
const TAG_BYTES = 8;
const KEY_BYTES = 32;
const DIGEST_AT = 16;
export const DIGEST_BYTES = 8;

export function writeHeader(to: Buffer, header: Header, digest: Buffer): void {
  to[0] = header.kind;
  to[1] = header.turn & 0xff;
  to.writeUInt16BE(header.shard, 2);
  to.writeUInt32BE(header.session, 4);
  to.writeUInt32BE(header.segment, 8);
  to.writeUInt32BE(header.sequence >>> 0, 12);
  // For so few bytes a call into the system's copy costs ten times as much.
  for (let index = 0; index < DIGEST_BYTES; index += 1) to[DIGEST_AT + index] = digest[index] as number;
}

/**
 * Reads the header into an object that the caller uses again: nothing is allocated for a datagram.
 * @returns false for what cannot be a datagram of ours
 */
export function readHeader(from: Buffer, header: Header): boolean {
  if (from.length < HEADER_BYTES || from.length > DATAGRAM_BYTES) return false;
  header.kind = from[0] as number;
  if (header.kind < kinds.data || header.kind > kinds.leave) return false;
  header.turn = from[1] as number;
  header.shard = from.readUInt16BE(2);
  header.session = from.readUInt32BE(4);
  header.segment = from.readUInt32BE(8);
  header.sequence = from.readUInt32BE(12);
  const isShard = header.kind === kinds.data || header.kind === kinds.repair;
  return !isShard || from.length === DATAGRAM_BYTES;
}

export function emptyHeader(): Header {
  return { kind: 0, turn: 0, shard: 0, session: 0, segment: 0, sequence: 0 };
}

export function hasDigest(datagram: Buffer, digest: Buffer): boolean {
  let difference = 0;
  for (let index = 0; index < DIGEST_BYTES; index += 1) {
    difference |= (datagram[DIGEST_AT + index] as number) ^ (digest[index] as number);
  }
  return difference === 0;
}

/** Seals and checks datagrams with one key. */
export interface Sealer {
  /** Writes the tag over all other bytes. */
  seal(datagram: Buffer): void;
  isGenuine(datagram: Buffer): boolean;
}

/**
 * The tag is SHA-256 over key, length and all bytes but the tag, cut to 64 bits. With the length in front no message
 * is the beginning of another, and of 256 bits 192 are hidden, so that nothing can be appended; `hash()` costs a
 * tenth of an HMAC object (docs/decisions/0033).
 */
export function createSealer(key: Buffer): Sealer {
  if (key.length !== KEY_BYTES) throw new RangeError('a key of 32 bytes is needed');
  const scratch = Buffer.alloc(KEY_BYTES + 2 + DATAGRAM_BYTES);
  key.copy(scratch);
  const wholeShard = scratch.subarray(0, KEY_BYTES + 2 + DATAGRAM_BYTES - TAG_BYTES);
  /** One character for each byte. */
  const tagOf = (datagram: Buffer): string => {
    const { length } = datagram;
    scratch.writeUInt16BE(length, KEY_BYTES);
    datagram.copy(scratch, KEY_BYTES + 2, 0, TAG_AT);
    datagram.copy(scratch, KEY_BYTES + 2 + TAG_AT, TAG_AT + TAG_BYTES);
    const isShard = length === DATAGRAM_BYTES;
    return hash(
      'sha256',
      isShard ? wholeShard : scratch.subarray(0, KEY_BYTES + 2 + length - TAG_BYTES),
      'binary',
    );
  };
  return {
    seal(datagram) {
      const tag = tagOf(datagram);
      for (let index = 0; index < TAG_BYTES; index += 1) datagram[TAG_AT + index] = tag.charCodeAt(index);
    },
    isGenuine: (datagram) => isTag(datagram, tagOf(datagram)),
  };
}

/** In a time that does not tell where the two begin to differ. */
function isTag(datagram: Buffer, tag: string): boolean {
  let difference = 0;
  for (let index = 0; index < TAG_BYTES; index += 1) {
    difference |= (datagram[TAG_AT + index] as number) ^ tag.charCodeAt(index);
  }
  return difference === 0;
}
