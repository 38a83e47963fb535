import { createSealer, type Sealer } from './datagram.ts';
import { DATAGRAM_BYTES } from './layout.ts';
import { type Cause, NOTHING_HEARD, type Status } from './messages.ts';
import type { Heard } from './pace.ts';
import { memberKey } from './session.ts';

/** What a sender knows of a member. */
export interface Member {
  readonly number: number;
  readonly sealer: Sealer;
  /** Heard at least once. */
  hasReported: boolean;
  epoch: number;
  /** The highest counter of each kind of message: two kinds may overtake each other, for they take two ways. */
  readonly counters: Map<number, number>;
  /** One byte for each segment. Until it has reported, a member wants nothing. */
  readonly wanted: Uint8Array;
  wantedCount: number;
  heardAt: number;
  /** The shard that it may be sent at most, so that none is lost while it is busy; undefined before it hears any. */
  creditEnd: number | undefined;
  /** As last reported, and at the last look. */
  received: number;
  expected: number;
  /** The datagram that it hears next. */
  next: number;
  seenReceived: number;
  seenExpected: number;
  seenNext: number;
  seenAt: number;
  diskWaitMs: number;
  seenDiskWaitMs: number;
  /** Share of datagrams lost, and of time waited for the disk, lately. */
  loss: number;
  diskShare: number;
  /** When a beacon last reached it, by the sender's clock. */
  hearsAt: number;
  /** Smoothed delay of the way there and back, milliseconds. */
  delayMs: number | undefined;
  /** For how long the others have waited for it, milliseconds. */
  lagMs: number;
  state: 'active' | 'complete' | 'left';
  cause: Cause | undefined;
}

export interface Members {
  readonly all: ReadonlyMap<number, Member>;
  /** How many active members want each segment. */
  readonly demand: Uint16Array;
  /** A member of that number, with the key that it has to show; not on the list yet. */
  invited(number: number, now: number): Member;
  /** @returns false where the list is full */
  admit(member: Member): boolean;
  /** @returns whether it is news: neither a replay nor out of turn */
  isNews(member: Member, message: { epoch: number; kind: number; counter: number }): boolean;
  report(member: Member, status: Status, now: number): void;
  leave(member: Member, cause: Cause): void;
  active(): Member[];
}

/** Whatever a member says: below this nothing would flow. */
const LEAST_CREDIT = 64;
/** More than any session has; bounds the memory of a sender. */
const MOST_MEMBERS = 4096;

export function createMembers(masterKey: Buffer, segments: number): Members {
  const all = new Map<number, Member>();
  const demand = new Uint16Array(segments);
  const drop = (member: Member) => {
    for (let segment = 0; segment < segments; segment += 1) want(member, demand, segment, 0);
  };
  return {
    all,
    demand,
    invited: (number, now) => newMember(number, masterKey, segments, now),
    admit(member) {
      if (all.size >= MOST_MEMBERS) return false;
      all.set(member.number, member);
      return true;
    },
    isNews(member, { epoch, kind, counter }) {
      if (epoch < member.epoch) return false;
      if (epoch > member.epoch) restart(member, epoch);
      if (counter <= (member.counters.get(kind) ?? 0)) return false;
      member.counters.set(kind, counter);
      return true;
    },
    report(member, status, now) {
      member.heardAt = now;
      member.received = status.received;
      if (status.next !== NOTHING_HEARD) member.next = status.next;
      member.creditEnd =
        status.next === NOTHING_HEARD ? undefined : status.next + Math.max(LEAST_CREDIT, status.credit);
      member.expected = status.expected;
      member.diskWaitMs = status.diskWaitMs;
      if (status.beacon > 0) member.hearsAt = now - status.beaconAgeMs;
      if (member.state === 'left') return;
      member.hasReported = true;
      if (status.wantedCount === 0) drop(member);
      for (let bit = 0; bit < status.wanted.length * 8; bit += 1) {
        const isWanted = ((status.wanted[bit >> 3] as number) >> (bit & 7)) & 1;
        want(member, demand, status.from + bit, isWanted);
      }
      member.state = status.wantedCount === 0 ? 'complete' : 'active';
    },
    leave(member, cause) {
      member.state = 'left';
      member.cause = cause;
      drop(member);
    },
    active: () => [...all.values()].filter(({ state }) => state === 'active'),
  };
}

/** A member that began anew counts from zero; what it wants it tells again. */
function restart(member: Member, epoch: number): void {
  member.epoch = epoch;
  member.counters.clear();
  member.seenReceived = 0;
  member.seenExpected = 0;
  member.seenDiskWaitMs = 0;
}

function want(member: Member, demand: Uint16Array, segment: number, isWanted: number): void {
  if (segment >= demand.length || member.wanted[segment] === isWanted) return;
  member.wanted[segment] = isWanted;
  member.wantedCount += isWanted === 1 ? 1 : -1;
  demand[segment] = (demand[segment] as number) + (isWanted === 1 ? 1 : -1);
}

function newMember(number: number, masterKey: Buffer, segments: number, now: number): Member {
  return {
    number,
    sealer: createSealer(memberKey(masterKey, number)),
    hasReported: false,
    epoch: 0,
    counters: new Map(),
    wanted: new Uint8Array(segments),
    wantedCount: 0,
    ...{ heardAt: now, hearsAt: now },
    ...{ received: 0, expected: 0, next: 0, diskWaitMs: 0 },
    ...{ seenReceived: 0, seenExpected: 0, seenNext: 0, seenAt: now, seenDiskWaitMs: 0 },
    creditEnd: undefined,
    ...{ loss: 0, diskShare: 0, delayMs: undefined, lagMs: 0 },
    state: 'active',
    cause: undefined,
  };
}

/** What a member received since the last look; undefined where it has reported nothing new since. */
export function heardSinceLook(member: Member): Heard | undefined {
  const expected = member.expected - member.seenExpected;
  const received = member.received - member.seenReceived;
  if (expected <= 0) return undefined;
  const from = member.seenNext;
  const passedMs = Math.max(1, member.heardAt - member.seenAt);
  member.seenExpected = member.expected;
  member.seenReceived = member.received;
  member.seenNext = member.next;
  member.seenAt = member.heardAt;
  const loss = Math.min(1, Math.max(0, 1 - received / expected));
  return { from, loss, bytesPerSecond: (Math.max(0, received) * DATAGRAM_BYTES * 1000) / passedMs };
}
