import { DATAGRAM_BYTES, HEADER_BYTES } from './layout.ts';

/** What a member tells the sender about itself, by unicast. */
export interface Status {
  /** When the member began, in milliseconds: it begins anew after a restart, and what it said before is void. */
  readonly epoch: number;
  readonly wantedCount: number;
  /** Datagrams since it began: genuine ones, and those that were sent meanwhile. */
  readonly received: number;
  readonly expected: number;
  /** How long all of its memory waited for its disk. */
  readonly diskWaitMs: number;
  /** The latest beacon, and how long ago it came: the sender works out the way's delay. */
  readonly beacon: number;
  readonly beaconAgeMs: number;
  /** The number of the shard that it waits for: all before it have been looked at. */
  readonly next: number;
  /** How many datagrams its system keeps for it while it is busy. */
  readonly credit: number;
  /** Wanted segments from `from` on, one bit each. */
  readonly from: number;
  readonly wanted: Uint8Array;
}

/** What blocks of one segment lack, after its transmission number `turn`. */
export interface Need {
  readonly segment: number;
  readonly turn: number;
  /** Shards that are missing, for each block: any as many repair shards will do. */
  readonly missing: Uint8Array;
}

export interface Nack {
  readonly epoch: number;
  readonly needs: readonly Need[];
}

/** Instead of a shard's number: no shard and no beacon has been heard yet. */
export const NOTHING_HEARD = 0xffffffff;

/** Why a member was left out, as one byte on the wire. */
export const causes = ['silent', 'disk', 'link', 'loss', 'cancelled'] as const;
export type Cause = (typeof causes)[number];

/** A member goes on without the session, and says why: nobody has to wait until it has been silent for long. */
export interface Leave {
  readonly epoch: number;
  readonly cause: Cause;
}

/** What the sender tells everybody. */
export interface Beacon {
  readonly counter: number;
  readonly isEnd: boolean;
  /** Members report no more often than this. */
  readonly statusGapMs: number;
  /** A member asks for repairs at a random moment within this time, unless another has asked already. */
  readonly nackWindowMs: number;
  /** What is being sent or repaired, each with its latest turn that is over. */
  readonly flights: readonly { segment: number; turn: number }[];
  readonly dismissed: readonly { member: number; cause: Cause }[];
}

const ROOM_BYTES = DATAGRAM_BYTES - HEADER_BYTES;
const STATUS_BYTES = 42;
/** Segments in one status. */
export const WANTED_PAGE = (ROOM_BYTES - STATUS_BYTES) * 8;
export const MOST_DISMISSED = 200;
const NEED_BYTES = 6;

const u32 = (value: number) => Math.min(0xffffffff, Math.max(0, Math.round(value)));
const u16 = (value: number) => Math.min(0xffff, Math.max(0, Math.round(value)));

/** @returns the datagram with room for its header */
export function writeStatus(status: Status): Buffer {
  const to = Buffer.alloc(HEADER_BYTES + STATUS_BYTES + status.wanted.length);
  let at = to.writeUIntBE(status.epoch, HEADER_BYTES, 6);
  for (const value of [
    status.wantedCount,
    status.received,
    status.expected,
    status.diskWaitMs,
    status.beacon,
  ]) {
    at = to.writeUInt32BE(u32(value), at);
  }
  at = to.writeUInt16BE(u16(status.beaconAgeMs), at);
  at = to.writeUInt32BE(u32(status.from), at);
  at = to.writeUInt16BE(status.wanted.length, at);
  at = to.writeUInt32BE(u32(status.next), at);
  to.writeUInt32BE(u32(status.credit), at);
  to.set(status.wanted, HEADER_BYTES + STATUS_BYTES);
  return to;
}

/** @returns undefined for what is not one; the wanted bits lie in the datagram */
export function readStatus(from: Buffer): Status | undefined {
  const body = from.subarray(HEADER_BYTES);
  if (body.length < STATUS_BYTES || body.length !== STATUS_BYTES + body.readUInt16BE(32)) return undefined;
  return {
    epoch: body.readUIntBE(0, 6),
    wantedCount: body.readUInt32BE(6),
    received: body.readUInt32BE(10),
    expected: body.readUInt32BE(14),
    diskWaitMs: body.readUInt32BE(18),
    beacon: body.readUInt32BE(22),
    beaconAgeMs: body.readUInt16BE(26),
    from: body.readUInt32BE(28),
    next: body.readUInt32BE(34),
    credit: body.readUInt32BE(38),
    wanted: body.subarray(STATUS_BYTES),
  };
}

/** As many of the needs as one datagram holds; the rest is asked for with the next. */
export function writeNack({ epoch, needs }: Nack): Buffer {
  const fitting: Need[] = [];
  let sizeBytes = HEADER_BYTES + 7;
  for (const need of needs) {
    if (sizeBytes + NEED_BYTES + need.missing.length > DATAGRAM_BYTES || fitting.length === 255) break;
    fitting.push(need);
    sizeBytes += NEED_BYTES + need.missing.length;
  }
  const to = Buffer.alloc(sizeBytes);
  let at = to.writeUIntBE(epoch, HEADER_BYTES, 6);
  at = to.writeUInt8(fitting.length, at);
  for (const { segment, turn, missing } of fitting) {
    at = to.writeUInt32BE(segment, at);
    at = to.writeUInt8(turn, at);
    at = to.writeUInt8(missing.length, at);
    to.set(missing, at);
    at += missing.length;
  }
  return to;
}

export function readNack(from: Buffer): Nack | undefined {
  const body = from.subarray(HEADER_BYTES);
  if (body.length < 7) return undefined;
  const needs: Need[] = [];
  let at = 7;
  for (let left = body.readUInt8(6); left > 0; left -= 1) {
    if (at + NEED_BYTES > body.length) return undefined;
    const end = at + NEED_BYTES + body.readUInt8(at + 5);
    if (end > body.length) return undefined;
    const missing = body.subarray(at + NEED_BYTES, end);
    needs.push({ segment: body.readUInt32BE(at), turn: body.readUInt8(at + 4), missing });
    at = end;
  }
  return { epoch: body.readUIntBE(0, 6), needs };
}

export function writeLeave({ epoch, cause }: Leave): Buffer {
  const to = Buffer.alloc(HEADER_BYTES + 7);
  to.writeUInt8(causes.indexOf(cause), to.writeUIntBE(epoch, HEADER_BYTES, 6));
  return to;
}

export function readLeave(from: Buffer): Leave | undefined {
  const body = from.subarray(HEADER_BYTES);
  if (body.length !== 7) return undefined;
  return { epoch: body.readUIntBE(0, 6), cause: causes[body.readUInt8(6)] ?? 'cancelled' };
}

const BEACON_BYTES = 11;

export function writeBeacon(beacon: Beacon): Buffer {
  const { flights, dismissed } = beacon;
  const to = Buffer.alloc(HEADER_BYTES + BEACON_BYTES + 5 * (flights.length + dismissed.length));
  let at = to.writeUInt32BE(beacon.counter, HEADER_BYTES);
  at = to.writeUInt8(beacon.isEnd ? 1 : 0, at);
  at = to.writeUInt16BE(u16(beacon.statusGapMs), at);
  at = to.writeUInt16BE(u16(beacon.nackWindowMs), at);
  at = to.writeUInt8(flights.length, at);
  at = to.writeUInt8(dismissed.length, at);
  for (const { segment, turn } of flights) at = to.writeUInt8(turn, to.writeUInt32BE(segment, at));
  for (const { member, cause } of dismissed) {
    at = to.writeUInt8(causes.indexOf(cause), to.writeUInt32BE(member, at));
  }
  return to;
}

export function readBeacon(from: Buffer): Beacon | undefined {
  const body = from.subarray(HEADER_BYTES);
  if (body.length < BEACON_BYTES) return undefined;
  const counts = { flights: body.readUInt8(9), dismissed: body.readUInt8(10) };
  if (body.length !== BEACON_BYTES + 5 * (counts.flights + counts.dismissed)) return undefined;
  const pairs = (first: number, count: number) =>
    Array.from({ length: count }, (_, index) => {
      const at = BEACON_BYTES + 5 * (first + index);
      return [body.readUInt32BE(at), body.readUInt8(at + 4)] as const;
    });
  return {
    counter: body.readUInt32BE(0),
    isEnd: body.readUInt8(4) === 1,
    statusGapMs: body.readUInt16BE(5),
    nackWindowMs: body.readUInt16BE(7),
    flights: pairs(0, counts.flights).map(([segment, turn]) => ({ segment, turn })),
    dismissed: pairs(counts.flights, counts.dismissed).map(([member, cause]) => ({
      member,
      cause: causes[cause] ?? 'cancelled',
    })),
  };
}
