import type { Reason } from '../scenario/frozen-step.ts';
import { waitsForGroup } from './delivery.ts';
import type {
  ForecastMachine,
  ForecastOutcome,
  ForecastQuestion,
  ForecastWave,
} from './forecast-question.ts';
import { askGates, type GateAnswer } from './gates.ts';
import { createTimeline, type Timeline } from './timeline.ts';
import { type GroupLimits, type GroupMember, groupLimits, nextWaves } from './waiting-group.ts';

/** How a play of a deployment ends for one machine. */
export interface Fate {
  outcome: ForecastOutcome;
  reasons: Reason[];
  startsAt: number | null;
  wave: number | null;
}

/** What moves the clock: a machine to look at again (by its place in the question), a free slot, the end of a wait. */
type Event = { readonly look: number } | 'slot' | 'group';

interface Play {
  readonly question: ForecastQuestion;
  readonly pace: 'soonest' | 'longest';
  readonly limits: GroupLimits | null;
  readonly fates: Fate[];
  readonly waves: ForecastWave[];
  readonly timeline: Timeline<Event>;
  readonly members: Map<string, GroupMember & { readonly place: number }>;
  /** Those that may still come to the group without anybody's doing. */
  readonly coming: Set<number>;
  readonly woken: Set<number>;
  /** Open to begin but for a slot; served in the order of the question, as the site does by the runs' ids. */
  queue: number[];
  /** Places of the queue before it were served. */
  served: number;
  /** Somebody came since it was sorted. */
  isQueueFresh: boolean;
  slots: number;
  looksLeft: number;
  isGroupTouched: boolean;
  readonly ask: (place: number, nowMs: number) => GateAnswer;
}

/** So many looks at each machine bound the work: with windows by night more than a week of nights. */
const mostLooks = 24;

/** Lets a deployment run on a clock that jumps from event to event; stops after each, for others to work. */
export function* playForecast(
  question: ForecastQuestion,
  pace: Play['pace'],
): Generator<void, Pick<Play, 'fates' | 'waves'>> {
  const { machines, slots, startsAt } = question;
  const busyUntil = pace === 'longest' ? question.busyUntil.filter((at) => at > startsAt) : [];
  const woken = new Set<number>();
  const play: Play = {
    question,
    pace,
    limits: waitsForGroup(question.delivery) ? groupLimits(question.delivery) : null,
    fates: machines.map(() => ({ outcome: 'waits', reasons: [], startsAt: null, wave: null })),
    waves: [],
    timeline: createTimeline(),
    members: new Map(),
    coming: new Set(machines.keys()),
    woken,
    queue: [],
    served: 0,
    isQueueFresh: false,
    slots: slots.limit - busyUntil.length,
    looksLeft: mostLooks * machines.length + 1000,
    isGroupTouched: true,
    ask: gateAsker(question, pace, woken),
  };
  for (const place of machines.keys()) play.timeline.add(startsAt, { look: place });
  for (const at of busyUntil) play.timeline.add(at, 'slot');
  for (let next = play.timeline.next(); next && play.looksLeft > 0; next = play.timeline.next()) {
    turn(play, next.at, next.events);
    yield;
  }
  explainRest(play);
  return { fates: play.fates, waves: play.waves };
}

/** In the order of a round of the release lane: machines, groups, slots. */
function turn(play: Play, nowMs: number, events: readonly Event[]) {
  for (const event of events) {
    if (event === 'slot') play.slots += 1;
    else if (event === 'group') play.isGroupTouched = true;
    else look(play, event.look, nowMs);
  }
  settleGroup(play, nowMs);
  serve(play, nowMs);
}

function look(play: Play, place: number, nowMs: number) {
  const { plan, full } = play.question.machines[place] as ForecastMachine;
  if (plan.state === 'not-applicable') return stop(play, place, 'not-applicable', plan.reasons);
  if (plan.state === 'unknown') return note(play, place, { code: 'inventory-missing', params: {} });
  const answer = askAt(play, place, nowMs);
  if (!answer) return;
  if (plan.timing === 'at-next-start' && full) return stop(play, place, 'waits', [full]);
  const fate = play.fates[place] as Fate;
  leaveComing(play, place);
  if (!play.limits || fate.wave !== null) return enqueue(play, place);
  const { id } = play.question.machines[place] as ForecastMachine;
  play.members.set(id, { id: orderOf(place), readyAt: nowMs, latestStartAt: answer.latestStartAt, place });
}

/** The open gates' answer; else the reason is noted and the machine is looked at again when that can help. */
function askAt(play: Play, place: number, nowMs: number) {
  play.looksLeft -= 1;
  const answer = play.ask(place, nowMs);
  if (answer.isOpen) return answer;
  const { gate, reason, until, wakes } = answer;
  if (wakes) play.woken.add(place);
  const again = gate === 'earlier-run' ? busyEnd(play, place) : until;
  if (again !== null && again > nowMs) {
    note(play, place, reason);
    play.timeline.add(again, { look: place });
  } else if (gate === 'window') stop(play, place, 'never', [reason]);
  else if (gate === 'request') stop(play, place, 'waits', [reason]);
  else note(play, place, reason);
  return null;
}

function busyEnd({ question }: Play, place: number): number | null {
  const busy = question.machines[place]?.busy;
  return busy && !busy.isStaged ? busy.endsAt : null;
}

/** Same moment, same shape, same answer: windows are read once for all machines that share them. */
function gateAsker({ machines, draft }: ForecastQuestion, pace: Play['pace'], woken: ReadonlySet<number>) {
  const shapes = new Map<string, number>();
  const shapeOf = ({ windows, plan, beginsWithWake }: ForecastMachine) => {
    const text = JSON.stringify([windows, plan.maxRunTimeMs, beginsWithWake]);
    const known = shapes.get(text) ?? shapes.size;
    shapes.set(text, known);
    return known;
  };
  const shapeAt = machines.map(shapeOf);
  let answers = new Map<string, GateAnswer>();
  let answersOf = Number.NaN;
  return (place: number, nowMs: number): GateAnswer => {
    if (answersOf !== nowMs) answers = new Map();
    answersOf = nowMs;
    const { facts, busy, ...machine } = machines[place] as ForecastMachine;
    const isOn = woken.has(place) || facts.isOnline || facts.powerState === 'on';
    const busyWith = busyAt(busy, nowMs, pace);
    const key = `${shapeAt[place]} ${isOn} ${busyWith}`;
    const known = answers.get(key);
    if (known) return known;
    const answer = askGates({
      ...{ draft, isRequested: false, busyWith, nowMs },
      facts: { isOnline: isOn, powerState: isOn ? 'on' : 'off' },
      windows: machine.windows,
      maxRunTimeMs: machine.plan.maxRunTimeMs,
      beginsWithWake: machine.beginsWithWake,
    });
    answers.set(key, answer);
    return answer;
  };
}

function busyAt(busy: ForecastMachine['busy'], nowMs: number, pace: Play['pace']) {
  if (busy?.isStaged) return 'next-start';
  return busy && pace === 'longest' && busy.endsAt > nowMs ? 'run' : 'nothing';
}

function settleGroup(play: Play, nowMs: number) {
  const { limits, members, fates, timeline, coming } = play;
  if (!limits || !play.isGroupTouched) return;
  play.isGroupTouched = false;
  const isAnyoneExpected = limits.maxWaitMs !== null || coming.size > 0;
  const byOrder = new Map([...members.values()].map((member) => [member.id, member]));
  const answer = nextWaves({ limits, members: [...byOrder.values()], isAnyoneExpected, nowMs });
  for (const { cause, memberIds } of answer.waves) {
    const number = play.waves.length + 1;
    play.waves.push({ number, cause, startsAt: nowMs, count: memberIds.length });
    for (const order of memberIds) {
      const { place, readyAt } = byOrder.get(order) as GroupMember & { place: number };
      (fates[place] as Fate).wave = number;
      if (readyAt < nowMs) note(play, place, groupReason);
      members.delete(play.question.machines[place]?.id ?? '');
      enqueue(play, place);
    }
  }
  if (answer.startsAt !== null && answer.startsAt > nowMs) timeline.add(answer.startsAt, 'group');
}

const groupReason: Reason = { code: 'forecast-group', params: {} };

function enqueue(play: Play, place: number) {
  play.queue.push(place);
  play.isQueueFresh = true;
}

function serve(play: Play, nowMs: number) {
  const isFresh = play.isQueueFresh;
  if (isFresh) {
    play.queue = play.queue.slice(play.served).sort((a, b) => a - b);
    play.served = 0;
    play.isQueueFresh = false;
  }
  for (; play.served < play.queue.length && play.slots > 0 && play.looksLeft > 0; play.served += 1) {
    const place = play.queue[play.served] as number;
    if (askAt(play, place, nowMs)) begin(play, place, nowMs);
  }
  if (!isFresh) return;
  for (let at = play.served; at < play.queue.length; at += 1)
    note(play, play.queue[at] as number, play.question.slots.reason);
}

function begin(play: Play, place: number, nowMs: number) {
  const { plan } = play.question.machines[place] as ForecastMachine;
  Object.assign(play.fates[place] as Fate, { outcome: 'starts', startsAt: nowMs });
  play.slots -= 1;
  play.timeline.add(nowMs + (play.pace === 'longest' ? plan.maxRunTimeMs : 0), 'slot');
}

function stop(play: Play, place: number, outcome: ForecastOutcome, reasons: readonly Reason[]) {
  (play.fates[place] as Fate).outcome = outcome;
  for (const reason of reasons) note(play, place, reason);
  leaveComing(play, place);
}

/** The group may have waited for this one alone. */
function leaveComing(play: Play, place: number) {
  play.coming.delete(place);
  play.isGroupTouched = true;
}

function note({ fates }: Play, place: number, reason: Reason) {
  const { reasons } = fates[place] as Fate;
  if (!reasons.some(({ code }) => code === reason.code)) reasons.push(reason);
}

/** Members are told apart by their place, as runs are by ids that rise. */
function orderOf(place: number): string {
  return String(place).padStart(9, '0');
}

/** Who still waits for its group, or whose turn lies too far ahead. */
function explainRest(play: Play) {
  for (const { place } of play.members.values()) note(play, place, groupReason);
  if (play.looksLeft > 0) return;
  const tooFar = { code: 'forecast-too-far', params: {} };
  for (const [place, { outcome, reasons }] of play.fates.entries())
    if (outcome === 'waits' && reasons.every(({ code }) => code !== 'machine-off')) note(play, place, tooFar);
}
