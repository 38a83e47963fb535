import { gathering } from '@tenkai/domain';
import type { MulticastAnswer, RelayReply, RelayReport } from '@tenkai/protocol/agent/multicast.ts';
import { callRepresentative } from './call-representative.ts';
import { askAgainMs, byUnicast, countAgainMs, forgetAfterMs, gatherMs, refusedForMs } from './patience.ts';
import type { LiveSession } from './run-session.ts';
import type { Group, SubnetQuestion, SubnetsDeps } from './subnet-group.ts';
import type { SubnetSession } from './subnet-session.ts';

/** The networks behind routers, each with a machine that fetches for the others (BSCN-26). */
export interface Subnets {
  /** How a machine of such a network gets a content now. */
  ask(question: SubnetQuestion): Promise<MulticastAnswer>;
  /** A machine of the wave is on the site's own network: no subnet waits for it. */
  isElsewhere(waveKey: string, runId: string): void;
  report(machineId: string, told: RelayReport): Promise<RelayReply>;
  live(): readonly LiveSession[];
  /** Ends sessions of which nothing is heard, and forgets waves that have gone. */
  sweep(): Promise<void>;
  stop(): Promise<void>;
}

/** One content for one wave: who of it was seen where, and the subnets. */
interface Wave {
  /** Network by run; empty: the site's own. */
  readonly places: Map<string, string>;
  readonly groups: Map<string, Group>;
  expected: Promise<readonly string[]>;
  expectedAt: number;
  seenAt: number;
}

/** A representative speaks each second; its neighbours wait for 10 s, and then ask. */
const silentAfterMs = 8000;
const forgetWaveAfterMs = 600_000;

export function createSubnets(deps: SubnetsDeps): Subnets {
  const waves = new Map<string, Wave>();
  const live = new Map<SubnetSession, Group>();
  const { clock } = deps;
  const lose = async (session: SubnetSession, cause: string) => {
    const group = live.get(session);
    live.delete(session);
    if (group) letGo(group, session, true);
    await session.end({ code: 'representative-lost', detail: cause });
  };
  const isSilent = (session: SubnetSession) => clock.now() - session.heardAt() > silentAfterMs;
  return {
    live: () => [...live.keys()],
    isElsewhere: (waveKey, runId) => void waveOf(waves, waveKey, clock.now()).places.set(runId, ''),
    async ask(question) {
      const wave = waveOf(waves, question.waveKey, clock.now());
      wave.places.set(question.who.runId, question.network);
      const group = groupOf(wave, question.network, clock.now());
      const answer =
        refusalOf(group, clock.now()) ??
        (await underWay(group, question, { lose, isSilent })) ??
        (await gather(deps, { wave, group }, question));
      if (answer) return answer;
      group.opening ??= callRepresentative(deps, group, question).catch((error: unknown) => {
        group.opening = undefined;
        throw error;
      });
      const opened = await group.opening;
      if ('code' in opened) {
        group.refused ??= { reason: opened, at: clock.now() };
        group.opening = undefined;
        return byUnicast(opened);
      }
      if (!opened.isOver()) live.set(opened, group);
      return opened.representative.runId === question.who.runId ? opened.terms : opened.join(question.who);
    },
    async report(machineId, told) {
      const session = [...live.keys()].find(({ number }) => number === told.session);
      if (!session || session.representative.machineId !== machineId) return { isWanted: false };
      session.report(told);
      if (!told.ended) return { isWanted: true };
      if (told.ended.how !== 'sent') {
        await lose(session, told.ended.detail || told.ended.how);
        return { isWanted: false };
      }
      const group = live.get(session);
      live.delete(session);
      if (group) letGo(group, session, false);
      await session.end();
      return { isWanted: false };
    },
    async sweep() {
      for (const session of live.keys()) if (isSilent(session)) await lose(session, 'silent');
      const busy = new Set(live.values());
      for (const [key, { seenAt, groups }] of waves) {
        const isBusy = [...groups.values()].some((group) => busy.has(group));
        if (!isBusy && clock.now() - seenAt > forgetWaveAfterMs) waves.delete(key);
      }
    },
    async stop() {
      for (const session of live.keys()) session.stop();
      await Promise.all([...live.keys()].map(({ ended }) => ended));
      live.clear();
    },
  };
}

function waveOf(waves: Map<string, Wave>, key: string, now: number): Wave {
  const wave = waves.get(key) ?? {
    ...{ places: new Map(), groups: new Map(), expected: Promise.resolve([]) },
    ...{ expectedAt: Number.NEGATIVE_INFINITY, seenAt: now },
  };
  waves.set(key, wave);
  wave.seenAt = now;
  return wave;
}

function groupOf({ groups }: Wave, network: string, now: number): Group {
  const found = groups.get(network);
  if (found) return found;
  const group: Group = {
    ...{ asking: new Map(), settled: new Set<string>(), failures: new Map() },
    ...{ since: now, opening: undefined, refused: undefined },
  };
  groups.set(network, group);
  return group;
}

function refusalOf(group: Group, now: number): MulticastAnswer | undefined {
  if (group.refused && now - group.refused.at > refusedForMs) group.refused = undefined;
  return group.refused && byUnicast(group.refused.reason);
}

/** The session has ended: who comes now gathers anew. */
function letGo(group: Group, session: SubnetSession, isFailure: boolean): void {
  const { machineId, runId } = session.representative;
  group.opening = undefined;
  group.asking.clear();
  for (const run of session.complete()) group.settled.add(run);
  // Nobody waits for a machine that may be off; it is welcome once it asks.
  group.settled.add(runId);
  if (isFailure) group.failures.set(machineId, (group.failures.get(machineId) ?? 0) + 1);
}

interface Judges {
  readonly lose: (session: SubnetSession, cause: string) => Promise<void>;
  readonly isSilent: (session: SubnetSession) => boolean;
}

/** What the session that is under way has for this machine; nothing: there is none (any more). */
async function underWay(
  { opening }: Group,
  { who, after }: SubnetQuestion,
  { lose, isSilent }: Judges,
): Promise<MulticastAnswer | undefined> {
  const session = await opening;
  if (!session || 'code' in session || session.isOver()) return undefined;
  const isRepresentative = session.representative.runId === who.runId;
  // Who did not get our answer asks again; who has begun and asks again sends no more.
  if (isRepresentative && !session.hasReported()) return session.terms;
  if (isRepresentative || isSilent(session)) {
    await lose(session, isRepresentative ? 'restarted' : 'silent');
    return undefined;
  }
  if (after !== session.number) return session.join(who);
  const seconds = Math.round(silentAfterMs / 1000);
  return byUnicast({ code: 'unicast-not-heard', params: { group: session.row.address, seconds } });
}

/** @returns nothing: a representative is chosen now */
async function gather(
  { clock, runs }: SubnetsDeps,
  { wave, group }: { wave: Wave; group: Group },
  { who, part, contentId, network, relay }: SubnetQuestion,
): Promise<MulticastAnswer | undefined> {
  const now = clock.now();
  if (now - wave.expectedAt >= countAgainMs) {
    wave.expectedAt = now;
    wave.expected = runs()?.expected(part, contentId) ?? wave.expected;
  }
  const { asking, settled } = group;
  for (const [runId, { at }] of asking) if (now - at > forgetAfterMs) asking.delete(runId);
  if (asking.size === 0) group.since = now;
  asking.set(who.runId, { ...who, at: now, relay });
  settled.delete(who.runId);
  // Whoever has not asked yet may be anywhere.
  const isAwaited = (id: string) =>
    !asking.has(id) && !settled.has(id) && (wave.places.get(id) ?? network) === network;
  const others = (await wave.expected).filter(isAwaited);
  const asked = asking.size;
  const expected = asked + others.length;
  const decision = gathering({ asked, expected, waitedMs: now - group.since, limitMs: gatherMs });
  if (group.opening || decision === 'begins') return undefined;
  if (decision === 'waits') return { kind: 'wait', afterMs: askAgainMs + expected };
  asking.delete(who.runId);
  settled.add(who.runId);
  return byUnicast({ code: 'unicast-alone-in-subnet', params: { network } });
}
