import type { Header, Sealer } from './datagram.ts';
import type { Beacon, Cause } from './messages.ts';
import type { Places } from './places.ts';
import type { Segment } from './segments.ts';
import type { MemberTerms } from './session.ts';

/** How a member's part in a session ended. Whatever it still wants then comes by unicast. */
export type MemberOutcome =
  | { readonly kind: 'complete' }
  /** The sender went on without it, or (`silent`) nothing was heard from the sender for too long. */
  | { readonly kind: 'left'; readonly cause: Cause }
  /** The sender ended the session, or what it sends of the rest is not what the manifest promises. */
  | { readonly kind: 'ended' };

/** What the state machine needs from its surroundings; tests give it a clock and a network of their own. */
export interface ReceiverPorts {
  /** Monotonic, milliseconds. */
  readonly now: () => number;
  readonly random: () => number;
  /** To the sender alone. */
  readonly sendToSender: (datagram: Buffer, done?: () => void) => void;
  readonly sendToGroup: (datagram: Buffer) => void;
  /** Takes a verified segment; the bytes may be overwritten once it has resolved. */
  readonly deliver: (segment: Segment, bytes: Buffer) => Promise<void>;
}

export interface ReceiverOptions {
  readonly terms: Pick<MemberTerms, 'session' | 'member' | 'groupKey' | 'memberKey' | 'window'>;
  readonly segments: readonly Segment[];
  /** Segments of which something is not here yet. */
  readonly wanted: Iterable<number>;
  /** When this member began, in milliseconds since 1970: tells a restart from a replay. */
  readonly epoch: number;
  readonly ports: ReceiverPorts;
  /** How many datagrams the system keeps while this process is busy; the sender sends no more unheard. */
  readonly credit: number;
  /** How long nothing may be heard from the sender: 20 s, unless told. */
  readonly silenceMs?: number;
}

export interface ReceiverFigures {
  /** Genuine datagrams, and those that were sent since the first of them. */
  received: number;
  expected: number;
  /** Datagrams that did not come from this session's sender or members. */
  refused: number;
  repaired: number;
  diskWaitMs: number;
}

/** The state of a receiver, for the parts that make it up. */
export interface Receiving {
  readonly options: ReceiverOptions;
  readonly group: Sealer;
  readonly wanted: Set<number>;
  /** Segments that the sender has only damaged: asked for no more, or the session would never end. */
  readonly givenUp: Set<number>;
  readonly places: Places;
  readonly requests: Requests;
  readonly reports: Reports;
  readonly figures: ReceiverFigures;
  readonly header: Header;
  /** The transmission that is under way, as far as is known. */
  current: { segment: number; turn: number } | undefined;
  nextSequence: number | undefined;
  /** Since a false shard was found, every tag is checked before a shard is kept. */
  isWary: boolean;
  beacon: Beacon | undefined;
  beaconAt: number;
  heardAt: number;
  outcome: MemberOutcome | undefined;
}

/** What a member is about to ask for: for each segment the turn after which something was missing. */
export interface Requests {
  readonly waiting: Map<number, Request>;
}

export interface Request {
  readonly turn: number;
  dueAt: number;
  /** Asked for, and not answered so far. */
  hasAsked: boolean;
  /** The most that others have asked for after this turn, for each block: all of it comes to everybody. */
  readonly asked: Uint8Array;
}

/** What a member has told the sender about itself. */
export interface Reports {
  readonly sealer: Sealer;
  /** Of everything that the member sends; never the same twice. */
  counter: number;
  sentAt: number;
  beaconAnswered: number;
  isDue: boolean;
  toldExpected: number;
  /** Pages of wanted segments that have not been told yet. */
  readonly untold: number[];
}
