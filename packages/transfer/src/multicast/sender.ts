import { nackWindow, sendBeacon } from './beacons.ts';
import { createSealer, emptyHeader, kinds, readHeader } from './datagram.ts';
import { noteNeed } from './flights.ts';
import { createGrowingRepairs, growingRepairsBytes } from './growing-repairs.ts';
import { DATAGRAM_BYTES, SHARD_BYTES, shapeOf, TRAIN_DATAGRAMS } from './layout.ts';
import { createMembers, type Member } from './members.ts';
import { type Cause, readLeave, readNack, readStatus, type Status } from './messages.ts';
import { createPace, type Sent } from './pace.ts';
import type { SenderFigures, SenderOptions, Sending } from './sending.ts';
import { openShardMemory } from './shard-memory.ts';
import { stragglers, USUAL_PATIENCE, usuallyHeard } from './stragglers.ts';
import { landed, READ_AHEAD, readAhead, sendNext, sendTrain } from './transmit.ts';

export interface MemberResult {
  readonly member: number;
  readonly state: 'active' | 'complete' | 'left';
  readonly cause?: Cause;
  readonly loss: number;
  /** Segments that it had to get by unicast. */
  readonly wantedCount: number;
}

export interface Sender {
  /** Takes what members send, to the group or to the sender. Never throws for what it is given. */
  take(datagram: Buffer): void;
  /** Sends what may be sent now; to be called every millisecond or so, and when buffers have come back. */
  pump(): void;
  /** Nothing can be sent until a buffer comes back. */
  isWaitingForBuffers(): boolean;
  /** Ends the session for all, now. */
  cancel(): void;
  isOver(): boolean;
  results(): readonly MemberResult[];
  readonly figures: Readonly<SenderFigures>;
}

const BUFFERS = 8;
const LOOK_MS = 50;
const BEACON_MS = 50;
const IDLE_BEACON_MS = 20;
const ENDINGS = 5;
const GATHER_MS = 10_000;

/** The sending end of a session as a state machine. Memory: the window and two segments more. */
export function createSender(options: SenderOptions): Sender {
  const { segments, masterKey, window, ports, expected } = options;
  const largest = shapeOf(Math.max(1, ...segments.map(({ sizeBytes }) => sizeBytes)));
  const placeBytes = largest.shards * SHARD_BYTES;
  const count = Math.min(window + READ_AHEAD, Math.max(1, segments.length));
  const now = ports.now();
  const scratch = count * placeBytes;
  const memory = openShardMemory(scratch + SHARD_BYTES + growingRepairsBytes(largest));
  const state: Sending = {
    options,
    group: createSealer(options.groupKey),
    members: createMembers(masterKey, segments.length),
    ...{ memory, scratch, growing: createGrowingRepairs(memory, scratch + SHARD_BYTES) },
    places: Array.from({ length: count }, (_, place) => place * placeBytes),
    ...{ flights: new Map(), ready: [], reading: new Set(), beaconTimes: new Map(), header: emptyHeader() },
    buffers: Array.from({ length: BUFFERS }, () => Buffer.alloc(TRAIN_DATAGRAMS * DATAGRAM_BYTES)),
    pace: createPace({ mostBytesPerSecond: options.mostBytesPerSecond, now }),
    figures: { datagrams: 0, repairs: 0, beacons: 0, refused: 0, bytesPerSecond: 0 },
    ...{ startedAt: now, lookedAt: now, beaconAt: Number.NEGATIVE_INFINITY },
    ...{
      sending: undefined,
      next: undefined,
      cursor: 0,
      sequence: 0,
      creditEnd: Number.POSITIVE_INFINITY,
      beaconCounter: 0,
      sentSinceLook: 0,
    },
    ...{ hasBegun: false, loss: 0, train: undefined, endings: 0, isOver: false, failure: undefined },
  };
  for (const number of expected) state.members.admit(state.members.invited(number, now));
  return {
    take: (datagram) => take(state, datagram),
    pump: () => pump(state),
    isWaitingForBuffers: () => state.buffers.length === 0 && state.train === undefined,
    cancel: () => cancel(state),
    isOver: () => state.isOver,
    results: () => [...state.members.all.values()].map(resultOf),
    figures: state.figures,
  };
}

function resultOf({ number, state, cause, loss, wantedCount }: Member): MemberResult {
  return { member: number, state, loss, wantedCount, ...(cause && { cause }) };
}

function take(state: Sending, datagram: Buffer): void {
  const { header, options } = state;
  const isOurs = readHeader(datagram, header) && header.session === options.session;
  if (isOurs && header.kind === kinds.status) takeStatus(state, datagram);
  else if (isOurs && header.kind === kinds.nack) takeNack(state, datagram);
  else if (isOurs && header.kind === kinds.leave) takeLeave(state, datagram);
  else state.figures.refused += 1;
}

function takeStatus(state: Sending, datagram: Buffer): void {
  const { members, header } = state;
  const now = state.options.ports.now();
  const known = members.all.get(header.segment);
  // Nobody is admitted before its tag has been checked: a stranger must not fill the list.
  const member = known ?? members.invited(header.segment, now);
  const status = member.sealer.isGenuine(datagram) ? readStatus(datagram) : undefined;
  if (!status || !members.isNews(member, { ...status, kind: header.kind, counter: header.sequence })) {
    state.figures.refused += 1;
    return;
  }
  if (!known && !members.admit(member)) return;
  members.report(member, status, now);
  extendCredit(state);
  measureDelay(state, member, status);
  landed(state);
}

/** The slowest member decides how far the sender may be ahead: what its system does not keep would be lost. */
function extendCredit(state: Sending): void {
  let end = Number.POSITIVE_INFINITY;
  for (const { state: its, creditEnd } of state.members.all.values()) {
    if (its === 'active' && creditEnd !== undefined && creditEnd < end) end = creditEnd;
  }
  state.creditEnd = end;
}

function measureDelay({ beaconTimes, options }: Sending, member: Member, status: Status): void {
  const sentAt = beaconTimes.get(status.beacon);
  if (sentAt === undefined) return;
  const delay = Math.max(0, options.ports.now() - sentAt - status.beaconAgeMs);
  member.delayMs = member.delayMs === undefined ? delay : member.delayMs + (delay - member.delayMs) * 0.3;
}

function takeNack(state: Sending, datagram: Buffer): void {
  const { members, header, flights } = state;
  const nack = state.group.isGenuine(datagram) ? readNack(datagram) : undefined;
  const member = members.all.get(header.segment);
  // Every member has the group's key: what a request says changes nothing that is known of the member it names. A
  // replay has no effect either, for a request counts for the latest turn alone.
  if (!nack || member?.state !== 'active' || nack.epoch !== member.epoch) {
    state.figures.refused += 1;
    return;
  }
  const dueAt = state.options.ports.now() + nackWindow(state);
  for (const need of nack.needs) {
    const flight = flights.get(need.segment);
    if (flight) noteNeed(flight, need, dueAt);
  }
}

function takeLeave(state: Sending, datagram: Buffer): void {
  const { members, header } = state;
  const member = members.all.get(header.segment);
  const leave = member?.sealer.isGenuine(datagram) ? readLeave(datagram) : undefined;
  const message = { epoch: leave?.epoch ?? 0, kind: header.kind, counter: header.sequence };
  if (!leave || !member || !members.isNews(member, message)) {
    state.figures.refused += 1;
    return;
  }
  // A farewell comes several times.
  if (member.state !== 'active') return;
  members.leave(member, leave.cause);
  extendCredit(state);
  landed(state);
}

function pump(state: Sending): void {
  const { options, members } = state;
  const now = options.ports.now();
  if (state.isOver) return;
  if (state.failure) throw state.failure;
  if (now - state.lookedAt >= LOOK_MS) look(state, now);
  if (!state.hasBegun && isGathered(state, now)) begin(state);
  if (state.hasBegun && members.active().length === 0) end(state, now);
  else goOn(state, now);
}

function goOn(state: Sending, now: number): void {
  if (state.hasBegun) {
    readAhead(state);
    while (sendNext(state, now));
    sendTrain(state);
  }
  const gap = state.sending ? BEACON_MS : IDLE_BEACON_MS;
  if (now - state.beaconAt >= gap) sendBeacon(state, now);
}

/** Whoever is expected and has said nothing so far does not hold up the others. */
function begin(state: Sending): void {
  state.hasBegun = true;
  for (const member of state.members.active()) if (!member.hasReported) state.members.leave(member, 'silent');
}

function isGathered({ options, members, startedAt }: Sending, now: number): boolean {
  const waiting = [...members.all.values()].filter(
    (member) => !member.hasReported && member.state === 'active',
  );
  return waiting.length === 0 || now - startedAt >= (options.gatherMs ?? GATHER_MS);
}

function look(state: Sending, now: number): void {
  const active = state.members.active();
  const usual = usuallyHeard(active.filter(({ hasReported }) => hasReported));
  // While the window holds back, losses say nothing about how much faster the line would be.
  const loss = state.sentSinceLook > 0 ? state.pace.adapt(usual, sentSinceLook(state, now)) : undefined;
  if (loss !== undefined) state.loss += (loss - state.loss) * 0.1;
  state.figures.bytesPerSecond = state.pace.bytesPerSecond();
  // Where the next bytes are not here yet, as with a representative that still fetches them, nobody is to blame.
  const isWaitingForBytes = state.ready.length === 0 && state.reading.size > 0;
  const isIdle = state.sending === undefined && !isWaitingForBytes;
  const isHeldUp = state.flights.size > 0 && (isIdle || state.sequence >= state.creditEnd);
  const blockers = isHeldUp ? blockersOf(state, active) : undefined;
  const passedMs = now - state.lookedAt;
  const members = active.filter(({ hasReported }) => hasReported);
  const found = stragglers({ now, passedMs, members, blockers }, state.options.patience ?? USUAL_PATIENCE);
  for (const { member, cause } of found) state.members.leave(member, cause);
  if (found.length > 0) {
    landed(state);
    extendCredit(state);
  }
  state.lookedAt = now;
  state.sentSinceLook = 0;
}

function sentSinceLook({ sequence, sentSinceLook, lookedAt }: Sending, now: number): Sent {
  return { next: sequence, bytesPerSecond: (sentSinceLook * DATAGRAM_BYTES * 1000) / (now - lookedAt) };
}

function blockersOf({ flights, sequence }: Sending, active: readonly Member[]): ReadonlySet<Member> {
  const slow = active.filter(({ creditEnd }) => creditEnd !== undefined && creditEnd <= sequence);
  if (slow.length > 0) return new Set(slow);
  const [oldest] = flights.keys();
  return new Set(active.filter(({ wanted }) => oldest !== undefined && wanted[oldest] === 1));
}

function end(state: Sending, now: number): void {
  if (now - state.beaconAt < IDLE_BEACON_MS) return;
  sendBeacon(state, now, true);
  state.endings += 1;
  state.isOver = state.endings >= ENDINGS;
}

function cancel(state: Sending): void {
  for (const member of state.members.active()) state.members.leave(member, 'cancelled');
  state.hasBegun = true;
}
