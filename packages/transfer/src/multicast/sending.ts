import type { Header, Sealer } from './datagram.ts';
import type { Flight, Item } from './flights.ts';
import type { GrowingRepairs } from './growing-repairs.ts';
import type { Members } from './members.ts';
import type { Pace } from './pace.ts';
import type { Segment } from './segments.ts';
import type { ShardMemory } from './shard-memory.ts';
import type { Patience } from './stragglers.ts';

export interface SenderPorts {
  /** Monotonic, milliseconds. */
  readonly now: () => number;
  /** Sends a train to the group: datagrams of 1,472 bytes, or one shorter. `release` gives the buffer back. */
  readonly send: (train: Buffer, release: () => void) => void;
  /** Reads a segment's bytes from where the content is. */
  readonly read: (segment: Segment, into: Buffer) => Promise<void>;
}

export interface SenderOptions {
  readonly session: number;
  readonly groupKey: Buffer;
  /** From which the members' keys are made. */
  readonly masterKey: Buffer;
  readonly segments: readonly Segment[];
  /** Members that are invited: the first shard waits for them, and the session does not end before they reported. */
  readonly expected: readonly number[];
  readonly window: number;
  readonly mostBytesPerSecond?: number | undefined;
  /** How long to wait for the first report of those that are expected: 10 s, unless told. */
  readonly gatherMs?: number;
  readonly patience?: Patience;
  readonly ports: SenderPorts;
}

export interface SenderFigures {
  /** Datagrams that the session has sent, and among them repairs of any kind. */
  datagrams: number;
  repairs: number;
  beacons: number;
  refused: number;
  bytesPerSecond: number;
}

/** The state of a sender, for the parts that make it up. */
export interface Sending {
  readonly options: SenderOptions;
  readonly group: Sealer;
  readonly members: Members;
  readonly memory: ShardMemory;
  /** Places for segments that are free, and one shard's worth of room for repair shards. */
  readonly places: number[];
  readonly scratch: number;
  readonly growing: GrowingRepairs;
  readonly flights: Map<number, Flight>;
  /** Segments whose bytes are being read, or are here and have not been sent yet. */
  readonly ready: Flight[];
  readonly reading: Set<number>;
  readonly buffers: Buffer[];
  /** Datagrams that go out together, as far as they are written. */
  train: { readonly buffer: Buffer; usedBytes: number } | undefined;
  readonly header: Header;
  readonly pace: Pace;
  readonly figures: SenderFigures;
  readonly beaconTimes: Map<number, number>;
  readonly startedAt: number;
  sending: { flight: Flight; items: readonly Item[]; done: number; isFirst: boolean } | undefined;
  next: Item | undefined;
  cursor: number;
  sequence: number;
  /** No shard of this number or a higher one before members have reported again. */
  creditEnd: number;
  beaconCounter: number;
  beaconAt: number;
  lookedAt: number;
  sentSinceLook: number;
  hasBegun: boolean;
  /** Share of datagrams that the usual member lost lately. */
  loss: number;
  endings: number;
  isOver: boolean;
  failure: Error | undefined;
}
