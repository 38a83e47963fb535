import { kinds, type Sealer, writeHeader } from './datagram.ts';
import { type Cause, NOTHING_HEARD, WANTED_PAGE, writeLeave, writeStatus } from './messages.ts';
import type { Receiving, Reports } from './receiving.ts';

/** While shards come, a member tells how many were lost this often; otherwise that it is alive. */
const RECEIVING_MS = 40;
const ALIVE_MS = 250;
const FIRST_GAP_MS = 20;
const NO_DIGEST = Buffer.alloc(8);

export function createReports(sealer: Sealer, segments: number): Reports {
  const pages = Math.max(1, Math.ceil(segments / WANTED_PAGE));
  const untold = Array.from({ length: pages }, (_, page) => page);
  const sentAt = Number.NEGATIVE_INFINITY;
  return { sealer, counter: 0, sentAt, beaconAnswered: 0, isDue: true, toldExpected: 0, untold };
}

/** While shards stream in, the sender hears of each quarter of what the system here can keep. */
export function reportProgress(state: Receiving): void {
  const { reports, figures, options } = state;
  if (figures.expected - reports.toldExpected < options.credit / 4) return;
  reports.isDue = true;
  reportStatus(state);
}

/** Reports to the sender where there is news, or it is time to be heard. */
export function reportStatus(state: Receiving): void {
  const { reports, beacon, outcome } = state;
  const now = state.options.ports.now();
  const gap = beacon?.statusGapMs ?? FIRST_GAP_MS;
  const isAsked = beacon !== undefined && beacon.counter !== reports.beaconAnswered;
  if (outcome !== undefined && !isAsked && !reports.isDue) return;
  const usual = state.figures.expected > reports.toldExpected ? Math.max(gap, RECEIVING_MS) : ALIVE_MS;
  const wait = reports.isDue || isAsked || reports.untold.length > 0 ? gap : usual;
  if (now - reports.sentAt < wait) return;
  sendStatus(state, reports.untold.shift() ?? pageOfNext(state), now);
}

/** The page on which the lowest wanted segment is: the others have not changed. */
function pageOfNext({ wanted }: Receiving): number {
  let lowest = Number.POSITIVE_INFINITY;
  for (const segment of wanted) if (segment < lowest) lowest = segment;
  return wanted.size === 0 ? 0 : Math.floor(lowest / WANTED_PAGE);
}

function sendStatus(state: Receiving, page: number, now: number): void {
  const { options, reports, figures, beacon, wanted } = state;
  const { epoch, ports, segments } = options;
  const from = page * WANTED_PAGE;
  const bits = new Uint8Array(Math.ceil(Math.min(WANTED_PAGE, segments.length - from) / 8));
  for (const segment of wanted) {
    const bit = segment - from;
    if (bit >= 0 && bit < WANTED_PAGE) bits[bit >> 3] = (bits[bit >> 3] as number) | (1 << (bit & 7));
  }
  const { received, expected } = figures;
  const diskWaitMs = figures.diskWaitMs + state.places.waitedMs(now);
  const datagram = writeStatus({
    ...{ epoch, wantedCount: wanted.size, received, expected, diskWaitMs, from, wanted: bits },
    next: state.nextSequence ?? NOTHING_HEARD,
    credit: options.credit,
    beacon: beacon?.counter ?? 0,
    beaconAgeMs: now - state.beaconAt,
  });
  sealReport(reports, options.terms, { kind: kinds.status, datagram });
  reports.sentAt = now;
  reports.isDue = false;
  reports.toldExpected = expected;
  reports.beaconAnswered = beacon?.counter ?? 0;
  ports.sendToSender(datagram);
}

/** One that is lost is followed by others; where all are lost, the silence tells the sender. */
const FAREWELLS = 3;

/** @param done the system has taken them all */
export function sendLeave({ options, reports }: Receiving, cause: Cause, done: () => void): void {
  const farewells = leaveDatagrams(reports, { ...options.terms, epoch: options.epoch }, cause);
  for (const [index, datagram] of farewells.entries()) {
    options.ports.sendToSender(datagram, index === FAREWELLS - 1 ? done : undefined);
  }
}

type Speaker = Pick<Reports, 'sealer' | 'counter'>;
type Place = Pick<Receiving['options']['terms'], 'session' | 'member'>;

/** What a member says that goes on without the session. */
export function leaveDatagrams(
  speaker: Speaker,
  { epoch, ...place }: Place & { readonly epoch: number },
  cause: Cause,
): readonly Buffer[] {
  return Array.from({ length: FAREWELLS }, () => {
    const datagram = writeLeave({ epoch, cause });
    sealReport(speaker, place, { kind: kinds.leave, datagram });
    return datagram;
  });
}

function sealReport(
  speaker: Speaker,
  { session, member }: Place,
  { kind, datagram }: { kind: number; datagram: Buffer },
): void {
  speaker.counter += 1;
  const header = { kind, turn: 0, shard: 0, session, segment: member, sequence: speaker.counter };
  writeHeader(datagram, header, NO_DIGEST);
  speaker.sealer.seal(datagram);
}
