import { type Assembly, isNamed, placeShard } from './assembly.ts';
import { createSealer, emptyHeader, hasDigest, kinds, readHeader } from './datagram.ts';
import { type Beacon, type Cause, type Nack, readBeacon, readNack } from './messages.ts';
import { createPlaces } from './places.ts';
import type { MemberOutcome, ReceiverFigures, ReceiverOptions, Receiving } from './receiving.ts';
import { createReports, reportProgress, reportStatus, sendLeave } from './reports.ts';
import { closeTurn, hearNack, sendDue } from './requests.ts';
import { finish } from './segment-landing.ts';
import type { Segment } from './segments.ts';

export interface Receiver {
  /** Takes whatever arrives at the group's port. Never throws for what it is given. */
  take(datagram: Buffer): void;
  /** To be called every few milliseconds. */
  tick(): void;
  /** Set once, when the member's part has ended; it still answers the sender then. */
  readonly outcome: () => MemberOutcome | undefined;
  readonly remaining: () => readonly number[];
  /** When something genuine of the session came last. */
  readonly heardAt: () => number;
  /** Goes on without the session, and tells the sender why. Resolves once the system has taken what it tells. */
  leave(cause: Cause): Promise<void>;
  readonly figures: Readonly<ReceiverFigures>;
}

const SILENCE_MS = 20_000;

/**
 * The receiving end of a session as a state machine. A shard's tag is checked at once unless the shard is exactly
 * the one that had to come next: then the SHA-256 of its chunk decides, and where that fails the tags tell which
 * shards were false. Bytes are handed over only after their chunks' SHA-256 matched.
 */
export function createReceiver(options: ReceiverOptions): Receiver {
  const { terms, segments, ports } = options;
  const state: Receiving = {
    options,
    group: createSealer(terms.groupKey),
    wanted: new Set(options.wanted),
    givenUp: new Set(),
    places: createPlaces(terms.window),
    requests: { waiting: new Map() },
    reports: createReports(createSealer(terms.memberKey), segments.length),
    figures: { received: 0, expected: 0, refused: 0, repaired: 0, diskWaitMs: 0 },
    header: emptyHeader(),
    current: undefined,
    nextSequence: undefined,
    isWary: false,
    beacon: undefined,
    beaconAt: 0,
    heardAt: ports.now(),
    outcome: undefined,
  };
  if (state.wanted.size === 0) state.outcome = { kind: 'complete' };
  return {
    take: (datagram) => take(state, datagram),
    tick: () => tick(state),
    outcome: () => state.outcome,
    remaining: () => [...state.wanted, ...state.givenUp].sort((a, b) => a - b),
    figures: state.figures,
    heardAt: () => state.heardAt,
    leave(cause) {
      state.outcome ??= { kind: 'left', cause };
      return new Promise((resolve) => sendLeave(state, cause, resolve));
    },
  };
}

function take(state: Receiving, datagram: Buffer): void {
  const { header } = state;
  if (!readHeader(datagram, header) || header.session !== state.options.terms.session) {
    state.figures.refused += 1;
  } else if (header.kind === kinds.data || header.kind === kinds.repair) takeShard(state, datagram);
  else takeMessage(state, datagram);
}

function takeMessage(state: Receiving, datagram: Buffer): void {
  const { header, options } = state;
  if (!state.group.isGenuine(datagram)) {
    state.figures.refused += 1;
    return;
  }
  if (header.kind === kinds.beacon) {
    const beacon = readBeacon(datagram);
    if (beacon) takeBeacon(state, beacon, header.sequence);
  } else if (header.kind === kinds.nack && header.segment !== options.terms.member) {
    const nack: Nack | undefined = readNack(datagram);
    if (nack) hearNack(state, nack);
  }
}

function takeShard(state: Receiving, datagram: Buffer): void {
  const { header, options } = state;
  const segment = options.segments[header.segment];
  if (!segment || !hasDigest(datagram, segment.digest)) {
    state.figures.refused += 1;
    return;
  }
  const assembly = state.places.open.get(header.segment);
  const isSure = state.isWary || !isNext(state, assembly);
  if (isSure && !state.group.isGenuine(datagram)) {
    state.figures.refused += 1;
    return;
  }
  follow(state);
  if (state.outcome !== undefined || !state.wanted.has(header.segment)) return;
  const target = assembly ?? openPlace(state, segment);
  if (!target || target === 'delivering' || !isNamed(target, header)) return;
  target.touchedAt = header.sequence;
  if (placeShard(target, header, datagram, isSure)) {
    state.figures.refused += 1;
    state.isWary = true;
  }
  if (target.incompleteBlocks === 0) finish(state, target);
}

/** Whether a shard changes nothing that is believed of the sender: it is the successor of the one before. */
function isNext(state: Receiving, assembly: Assembly | 'delivering' | undefined): boolean {
  const { header, current } = state;
  if (assembly === undefined || header.sequence !== state.nextSequence) return false;
  return current?.segment === header.segment && (current.turn & 0xff) === header.turn;
}

function openPlace(state: Receiving, segment: Segment): Assembly | undefined {
  const { places, beacon, figures } = state;
  const live = new Set(beacon?.flights.map((flight) => flight.segment));
  return places.take(segment, live, figures.received < figures.expected);
}

/** Accounts for a genuine shard's place in the stream; another transmission than before means that one is over. */
function follow(state: Receiving): void {
  const { header, figures, current } = state;
  state.heardAt = state.options.ports.now();
  const ahead = state.nextSequence === undefined ? 0 : (header.sequence - state.nextSequence) | 0;
  figures.received += 1;
  // One that was overtaken, or comes twice: it was counted as expected when its successor came.
  if (ahead < 0) return;
  figures.expected += ahead + 1;
  state.nextSequence = (header.sequence + 1) >>> 0;
  reportProgress(state);
  if (current?.segment === header.segment && current.turn === header.turn) return;
  if (current) closeTurn(state, current);
  state.current = { segment: header.segment, turn: header.turn };
}

function takeBeacon(state: Receiving, beacon: Beacon, sequence: number): void {
  const { terms, ports } = state.options;
  if (state.beacon && beacon.counter <= state.beacon.counter) return;
  state.beacon = beacon;
  state.beaconAt = ports.now();
  state.heardAt = ports.now();
  countTail(state, sequence);
  const dismissal = beacon.dismissed.find(({ member }) => member === terms.member);
  if (dismissal) state.outcome ??= { kind: 'left', cause: dismissal.cause };
  else if (beacon.isEnd) state.outcome ??= { kind: 'ended' };
  // The list names turns that are over: what is lacking then will not come by itself.
  for (const flight of beacon.flights) closeTurn(state, flight);
}

/** The sender tells the number of its next shard: losses at the end of a transmission show in no later shard. */
function countTail(state: Receiving, next: number): void {
  state.nextSequence ??= next;
  const lost = (next - state.nextSequence) | 0;
  if (lost <= 0) return;
  state.figures.expected += lost;
  state.nextSequence = next;
}

function tick(state: Receiving): void {
  const now = state.options.ports.now();
  if (now - state.heardAt > (state.options.silenceMs ?? SILENCE_MS)) {
    state.outcome ??= { kind: 'left', cause: 'silent' };
  }
  if (state.outcome === undefined) sendDue(state);
  reportStatus(state);
}
