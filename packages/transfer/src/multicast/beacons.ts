import { kinds, writeHeader } from './datagram.ts';
import type { Member } from './members.ts';
import { MOST_DISMISSED, writeBeacon } from './messages.ts';
import type { Sending } from './sending.ts';

const NO_DIGEST = Buffer.alloc(8);

/** Grows with the number of members: the first request should come before most others want to send theirs. */
export function nackWindow({ members }: Pick<Sending, 'members'>): number {
  return Math.min(100, Math.max(3, members.all.size / 2));
}

/** Tells everybody what is under way and what is over. */
export function sendBeacon(state: Sending, now: number, isEnd = false): void {
  const { flights, members, options, beaconTimes } = state;
  state.beaconCounter += 1;
  state.beaconAt = now;
  beaconTimes.set(state.beaconCounter, now);
  beaconTimes.delete(state.beaconCounter - 100);
  const over = [...flights.values()].filter((flight) => !flight.isSending && flight.turn > 0);
  const left = [...members.all.values()].filter((member) => member.state === 'left');
  const datagram = writeBeacon({
    counter: state.beaconCounter,
    isEnd,
    statusGapMs: Math.min(250, Math.max(1, members.all.size / 4)),
    nackWindowMs: nackWindow(state),
    flights: over.map(({ segment, turn }) => ({ segment: segment.index, turn: (turn - 1) & 0xff })),
    dismissed: dismissals(left, state.beaconCounter),
  });
  const header = { kind: kinds.beacon, turn: 0, shard: 0, session: options.session, segment: 0 };
  writeHeader(datagram, { ...header, sequence: state.sequence }, NO_DIGEST);
  state.group.seal(datagram);
  state.figures.beacons += 1;
  options.ports.send(datagram, () => undefined);
}

/** As many as a beacon holds, in turn. */
function dismissals(left: readonly Member[], turn: number) {
  const first = left.length <= MOST_DISMISSED ? 0 : (turn * MOST_DISMISSED) % left.length;
  return left
    .slice(first, first + MOST_DISMISSED)
    .map(({ number, cause }) => ({ member: number, cause: cause ?? ('cancelled' as const) }));
}
