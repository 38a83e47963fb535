import { kinds, writeHeader } from './datagram.ts';
import { columnsOf } from './layout.ts';
import { type Nack, type Need, writeNack } from './messages.ts';
import type { Receiving } from './receiving.ts';

/** Until the sender has said how many ask. */
const FIRST_WINDOW_MS = 20;
/** How many windows to wait for the repair before asking again: the sender answers after one. */
const PATIENCE_WINDOWS = 6;
const LEAST_PATIENCE_MS = 60;
const NO_DIGEST = Buffer.alloc(8);

/** A transmission is over: whatever is missing of its segment has to be asked for, after a random while. */
export function closeTurn(state: Receiving, { segment, turn }: { segment: number; turn: number }): void {
  if (!state.wanted.has(segment)) return;
  const assembly = state.places.open.get(segment);
  if (assembly === 'delivering') return;
  if (assembly) assembly.closedTurn = turn;
  const known = state.requests.waiting.get(segment);
  if (known?.turn === turn) return;
  const { now, random } = state.options.ports;
  const asked = new Uint8Array(state.options.segments[segment]?.blocks ?? 0);
  const dueAt = now() + random() * windowMs(state);
  state.requests.waiting.set(segment, { turn, dueAt, hasAsked: false, asked });
}

const windowMs = ({ beacon }: Receiving) => beacon?.nackWindowMs ?? FIRST_WINDOW_MS;

export function forget(state: Receiving, segment: number): void {
  state.requests.waiting.delete(segment);
}

/** Another member has asked: what it asked for comes to all, and need not be asked for again. */
export function hearNack(state: Receiving, { needs }: Nack): void {
  for (const need of needs) {
    const request = state.requests.waiting.get(need.segment);
    if (request?.turn !== need.turn) continue;
    for (const block of request.asked.keys()) {
      request.asked[block] = Math.max(request.asked[block] as number, need.missing[block] ?? 0);
    }
    if (!isCovered(missingOf(state, need.segment), request.asked)) continue;
    request.dueAt = state.options.ports.now() + patienceMs(state);
  }
}

const patienceMs = (state: Receiving) => Math.max(LEAST_PATIENCE_MS, PATIENCE_WINDOWS * windowMs(state));

function isCovered(missing: Uint8Array, asked: Uint8Array): boolean {
  return missing.every((count, block) => count <= (asked[block] ?? 0));
}

function missingOf(state: Receiving, index: number): Uint8Array {
  const assembly = state.places.open.get(index);
  if (assembly && assembly !== 'delivering') return assembly.missing;
  const segment = state.options.segments[index];
  if (!segment) return new Uint8Array(0);
  return Uint8Array.from({ length: segment.blocks }, (_, block) => columnsOf(segment, block));
}

/**
 * Asks for all that is due, in one datagram. What was asked for before goes to the sender by itself as well: a switch
 * may pass nothing on to it of what members send to the group.
 */
export function sendDue(state: Receiving): void {
  const now = state.options.ports.now();
  const needs: Need[] = [];
  let isAgain = false;
  for (const [segment, request] of state.requests.waiting) {
    if (request.dueAt > now || needs.length >= 40) continue;
    if (isUnderWayAgain(state, segment, request.turn)) continue;
    needs.push({ segment, turn: request.turn, missing: missingOf(state, segment) });
    request.dueAt = now + patienceMs(state);
    isAgain ||= request.hasAsked;
    request.hasAsked = true;
  }
  if (needs.length > 0) sendNack(state, needs, isAgain);
}

/**
 * A later transmission of the segment has begun to come: its end decides what is missing. An earlier one says
 * nothing, for a short transmission may be lost as a whole and be known from a beacon only.
 */
function isUnderWayAgain({ current }: Receiving, segment: number, turn: number): boolean {
  if (current?.segment !== segment) return false;
  const ahead = (current.turn - turn) & 0xff;
  return ahead > 0 && ahead < 0x80;
}

function sendNack(state: Receiving, needs: readonly Need[], isAgain: boolean): void {
  const { terms, epoch, ports } = state.options;
  const datagram = writeNack({ epoch, needs });
  state.reports.counter += 1;
  const header = { kind: kinds.nack, turn: 0, shard: 0, session: terms.session, segment: terms.member };
  writeHeader(datagram, { ...header, sequence: state.reports.counter }, NO_DIGEST);
  state.group.seal(datagram);
  ports.sendToGroup(datagram);
  if (isAgain) ports.sendToSender(datagram);
}
