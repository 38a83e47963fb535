import { heardSinceLook, type Member } from './members.ts';
import type { Cause } from './messages.ts';
import type { Heard } from './pace.ts';

/** What a member may cost the others before it is finished by unicast. */
export interface Patience {
  /** Nothing heard from it: 5 s, unless told. */
  readonly silentMs: number;
  /** The others waited for it, counted up while they do and down while they do not: 5 s, unless told. */
  readonly lagMs: number;
}

export const USUAL_PATIENCE: Patience = { silentMs: 5000, lagMs: 5000 };

export interface Look {
  readonly now: number;
  readonly passedMs: number;
  readonly members: readonly Member[];
  /** Members that want the oldest segment under way while nothing new can be begun; undefined: nothing waits. */
  readonly blockers: ReadonlySet<Member> | undefined;
}

/** Above this share of lost datagrams a member costs the others more than it saves the line. */
const LOSSY = 0.2;
/** So much slower there and back than the others are: packets stand in a queue before it. */
const QUEUE_MS = 30;
const MOST_LOSS_WITHOUT_QUEUE = 0.6;
/** Of so many beacons in a row one comes through the worst line; who hears none is cut off from the group. */
const DEAF_MS = 1500;

/**
 * What the usual member heard since the last look: the one whose loss is the middle one, so that one bad line does not
 * slow all. Of two the better.
 */
export function usuallyHeard(members: readonly Member[]): Heard | undefined {
  const all: Heard[] = [];
  for (const member of members) {
    const heard = heardSinceLook(member);
    if (heard === undefined) continue;
    member.loss += (heard.loss - member.loss) * 0.15;
    all.push(heard);
  }
  all.sort((a, b) => a.loss - b.loss);
  return all[Math.ceil(all.length / 2) - 1];
}

/** Charges the time that has passed to those who held up the others; returns who has to leave, and why. */
export function stragglers(look: Look, patience: Patience): readonly { member: Member; cause: Cause }[] {
  const { members, now } = look;
  const usual = middle(members.map(({ loss }) => loss)) ?? 0;
  const delay = middle(members.flatMap(({ delayMs }) => (delayMs === undefined ? [] : [delayMs]))) ?? 0;
  const found: { member: Member; cause: Cause }[] = [];
  for (const member of members) {
    noteDisk(member, look.passedMs);
    if (now - member.heardAt > patience.silentMs) {
      found.push({ member, cause: 'silent' });
      continue;
    }
    const isCostly = member.loss > LOSSY && usual < LOSSY / 2;
    const isLast = look.blockers?.has(member) === true && look.blockers.size * 2 <= members.length;
    member.lagMs = Math.max(0, member.lagMs + (isLast || isCostly ? look.passedMs : -look.passedMs / 2));
    if (member.lagMs > patience.lagMs) found.push({ member, cause: causeOf(member, { now, delay }) });
  }
  return found;
}

function noteDisk(member: Member, passedMs: number): void {
  const share = passedMs > 0 ? Math.min(1, (member.diskWaitMs - member.seenDiskWaitMs) / passedMs) : 0;
  member.seenDiskWaitMs = member.diskWaitMs;
  member.diskShare += (Math.max(0, share) - member.diskShare) * 0.1;
}

function causeOf(member: Member, { now, delay }: { now: number; delay: number }): Cause {
  const isQueued = (member.delayMs ?? 0) > 2 * delay + QUEUE_MS;
  if (member.loss > LOSSY / 2) return isQueued || member.loss > MOST_LOSS_WITHOUT_QUEUE ? 'link' : 'loss';
  if (member.diskShare > 0.1) return 'disk';
  if (now - member.hearsAt > DEAF_MS) return 'silent';
  return isQueued ? 'link' : 'disk';
}

function middle(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[Math.ceil(values.length / 2) - 1];
}
