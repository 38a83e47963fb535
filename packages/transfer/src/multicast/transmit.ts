import { kinds, writeHeader } from './datagram.ts';
import { type Flight, type Item, itemsOf, openFlight, REPAIR } from './flights.ts';
import { MOST_PROACTIVE } from './growing-repairs.ts';
import { DATAGRAM_BYTES, HEADER_BYTES, MOST_COLUMNS, repairPlace, SHARD_BYTES } from './layout.ts';
import { encodeRepair } from './repair-code.ts';
import type { Segment } from './segments.ts';
import type { Sending } from './sending.ts';

/** Segments that are read before their turn comes. */
export const READ_AHEAD = 2;

/** Segments that nobody wants any more make room for others. */
export function landed(state: Sending): void {
  for (const [index, flight] of state.flights) {
    if (state.members.demand[index] !== 0 || flight.isSending) continue;
    state.flights.delete(index);
    state.places.push(flight.at);
  }
}

/** @returns whether one more may go */
export function sendNext(state: Sending, now: number): boolean {
  if ((state.buffers.length === 0 && !state.train) || state.sequence >= state.creditEnd) return false;
  if (state.next === undefined && !advance(state, now)) return false;
  if (!state.pace.take(DATAGRAM_BYTES, now)) return false;
  sendItem(state, state.next as Item);
  state.next = undefined;
  return true;
}

/** Finds what comes next: the rest of this transmission, a repair that is due, or a new segment. */
function advance(state: Sending, now: number): boolean {
  for (;;) {
    const { sending } = state;
    if (!sending) {
      if (!beginTransmission(state, now)) return false;
      continue;
    }
    if (sending.done < sending.items.length) {
      state.next = sending.items[sending.done++];
      return true;
    }
    sending.flight.isSending = false;
    state.sending = undefined;
    landed(state);
  }
}

function beginTransmission(state: Sending, now: number): boolean {
  const due = [...state.flights.values()].find(({ dueAt }) => dueAt !== undefined && dueAt <= now);
  const flight = due ?? (state.flights.size < state.options.window ? state.ready.shift() : undefined);
  if (!flight) return false;
  const isFirst = flight.turn === 0;
  state.flights.set(flight.segment.index, flight);
  flight.dueAt = undefined;
  flight.isSending = true;
  // What is sent depends on the turn, so it is worked out before the turn is counted.
  const rows = proactive(state);
  const items = itemsOf({ ...flight }, rows);
  state.growing.begin(flight.segment, isFirst ? rows : 0);
  state.sending = { flight, items, done: 0, isFirst };
  flight.turn += 1;
  return true;
}

/** Repair shards for each block that go out with the data: as many as the usual member will lack. */
function proactive({ loss }: Sending): number {
  return Math.min(MOST_PROACTIVE, Math.round(loss * MOST_COLUMNS));
}

function sendItem(state: Sending, item: Item): void {
  const { sending, header, memory, options } = state;
  const { flight, isFirst } = sending as NonNullable<Sending['sending']>;
  state.train ??= { buffer: state.buffers.pop() as Buffer, usedBytes: 0 };
  const { buffer, usedBytes } = state.train;
  const datagram = buffer.subarray(usedBytes, usedBytes + DATAGRAM_BYTES);
  const isRepair = item >= REPAIR;
  const at = isRepair ? repairAt(state, flight, item) : flight.at + item * SHARD_BYTES;
  header.kind = isRepair ? kinds.repair : kinds.data;
  header.shard = isRepair ? item - REPAIR : item;
  header.turn = flight.turn - 1;
  header.session = options.session;
  header.segment = flight.segment.index;
  header.sequence = state.sequence;
  state.sequence = (state.sequence + 1) >>> 0;
  writeHeader(datagram, header, flight.segment.digest);
  memory.bytes.copy(datagram, HEADER_BYTES, at, at + SHARD_BYTES);
  state.group.seal(datagram);
  if (!isRepair) state.growing.add(item, at);
  state.figures.datagrams += 1;
  state.sentSinceLook += 1;
  if (!isFirst || isRepair) state.figures.repairs += 1;
  state.train.usedBytes += DATAGRAM_BYTES;
  if (state.train.usedBytes === buffer.length) sendTrain(state);
}

function repairAt({ growing, memory, scratch }: Sending, { at, segment }: Flight, item: Item): number {
  const place = repairPlace(item - REPAIR);
  const grown = growing.find(place);
  if (grown !== undefined) return grown;
  encodeRepair({ memory, at, shape: segment }, place, scratch);
  return scratch;
}

/** Sends what has been written so far. */
export function sendTrain(state: Sending): void {
  if (!state.train) return;
  const { buffer, usedBytes } = state.train;
  state.train = undefined;
  state.options.ports.send(buffer.subarray(0, usedBytes), () => state.buffers.push(buffer));
}

/** Reads the next segments that somebody wants, in order; after the last one those that latecomers still want. */
export function readAhead(state: Sending): void {
  while (state.places.length > 0 && state.reading.size + state.ready.length < READ_AHEAD) {
    const segment = nextWanted(state);
    if (!segment) return;
    const at = state.places.pop() as number;
    state.reading.add(segment.index);
    const flight = openFlight(segment, state.memory, at);
    state.options.ports.read(segment, state.memory.bytes.subarray(at, at + segment.sizeBytes)).then(
      () => {
        state.reading.delete(segment.index);
        state.ready.push(flight);
      },
      (error: Error) => {
        state.failure = error;
      },
    );
  }
}

function nextWanted(state: Sending): Segment | undefined {
  const { segments } = state.options;
  for (let step = 0; step < segments.length; step += 1) {
    const index = (state.cursor + step) % segments.length;
    const isBusy =
      state.flights.has(index) ||
      state.reading.has(index) ||
      state.ready.some((f) => f.segment.index === index);
    if (state.members.demand[index] === 0 || isBusy) continue;
    state.cursor = index + 1;
    return segments[index];
  }
  return undefined;
}
