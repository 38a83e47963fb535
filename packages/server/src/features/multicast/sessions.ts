import { gathering, networkOf, type Reason } from '@tenkai/domain';
import { Failure } from '@tenkai/domain/failure.ts';
import type { MulticastAnswer, MulticastAsk } from '@tenkai/protocol/agent/multicast.ts';
import type { Asking } from './allocate-session.ts';
import { type Card, type Fitness, unfit } from './fitness.ts';
import type { Deps, RunPart, RunsInWaves } from './needs.ts';
import { askAgainMs, byUnicast, countAgainMs, forgetAfterMs, gatherMs, refusedForMs } from './patience.ts';
import { hearsSite } from './reach.ts';
import { type LiveSession, openSession } from './run-session.ts';
import type { Subnets } from './subnets.ts';

/** The sessions of this process, and who waits for one. */
export interface Sessions {
  /** How a machine gets a content now. */
  ask(machineId: string, question: MulticastAsk): Promise<MulticastAnswer>;
  live(): readonly LiveSession[];
  stop(): Promise<void>;
}

export type SessionsDeps = Deps & {
  readonly fitness: Fitness;
  readonly runs: () => RunsInWaves | undefined;
  readonly subnets: Subnets;
};

/** One content for one wave. */
interface Stage {
  readonly part: RunPart;
  /** Who asked lately, and when. */
  readonly asking: Map<string, Asking & { at: number }>;
  readonly declined: Set<string>;
  since: number;
  expected: Promise<readonly string[]>;
  expectedAt: number;
  opening: Promise<LiveSession | Reason> | undefined;
  /** Since when nobody is taken in. */
  refusedAt: number | undefined;
}

export function createSessions(deps: SessionsDeps): Sessions {
  const stages = new Map<string, Stage>();
  const live = new Set<LiveSession>();
  const keep = (key: string, stage: Stage, session: LiveSession) => {
    live.add(session);
    void session.ended.then(({ failure }) => {
      live.delete(session);
      // Who comes now, after a restart or late, gathers for another; where sending failed, nobody does.
      if (!failure && stages.get(key) === stage) stages.delete(key);
      if (!failure) return;
      stage.opening = Promise.resolve(refusalOf(failure));
      stage.refusedAt = deps.clock.now();
    });
  };
  return {
    live: () => [...live],
    async ask(machineId, question) {
      const { current } = deps.fitness;
      const found = current();
      const part = await deps.runs()?.partOf(machineId, question);
      if (!part || 'code' in part) return byUnicast(part ?? { code: 'unicast-no-multicast', params: {} });
      if ('refusal' in found) return byUnicast(found.refusal);
      const key = `${part.waveKey} ${question.contentId}`;
      const stage = usable(stages.get(key), deps.clock.now()) ?? newStage(part, deps.clock.now());
      stages.set(key, stage);
      const who = { runId: question.runId, machineId };
      const reach = { card: found.card, ttl: deps.sites.settings().multicastTtl };
      if (!hearsSite(reach, question.addresses)) {
        stage.declined.add(who.runId);
        return inSubnet(deps, { key, part, who, card: found.card }, question);
      }
      deps.subnets.isElsewhere(key, who.runId);
      if (!stage.opening) {
        const answer = await gather(deps, stage, question.contentId, who);
        if (answer) return answer;
        stage.opening ??= open(deps, stage, question.contentId, found.card).catch((error: unknown) => {
          stages.delete(key);
          throw error;
        });
        const opened = await stage.opening;
        if (!('row' in opened)) stage.refusedAt ??= deps.clock.now();
        else if (!live.has(opened)) keep(key, stage, opened);
      }
      const session = await stage.opening;
      return 'row' in session ? session.join(who) : byUnicast(session);
    },
    async stop() {
      for (const session of live) session.stop();
      await Promise.all([...live].map(({ ended }) => ended));
    },
  };
}

/** Behind a router: its network may have a representative. */
async function inSubnet(
  { subnets }: SessionsDeps,
  { key: waveKey, part, who, card }: { key: string; part: RunPart; who: Asking; card: Card },
  { relay, contentId, after }: MulticastAsk,
): Promise<MulticastAnswer> {
  const network = networkOf(relay?.address ?? '');
  if (!relay || network === undefined)
    return byUnicast({ code: 'unicast-other-network', params: { network: card.network } });
  const common = { waveKey, part, who, network, relay, contentId };
  return subnets.ask(after === undefined ? common : { ...common, after });
}

function newStage(part: RunPart, now: number): Stage {
  const nobody = { asking: new Map(), declined: new Set<string>(), expected: Promise.resolve([]) };
  return {
    part,
    ...nobody,
    since: now,
    expectedAt: Number.NEGATIVE_INFINITY,
    opening: undefined,
    refusedAt: undefined,
  };
}

function usable(stage: Stage | undefined, now: number): Stage | undefined {
  const isOver = stage?.refusedAt !== undefined && now - stage.refusedAt > refusedForMs;
  return isOver ? undefined : stage;
}

/** @returns nothing: those who asked begin now */
async function gather(
  { clock, runs }: SessionsDeps,
  stage: Stage,
  contentId: string,
  who: Asking,
): Promise<MulticastAnswer | undefined> {
  const now = clock.now();
  if (now - stage.expectedAt >= countAgainMs) {
    stage.expectedAt = now;
    stage.expected = runs()?.expected(stage.part, contentId) ?? stage.expected;
  }
  for (const [runId, { at }] of stage.asking) if (now - at > forgetAfterMs) stage.asking.delete(runId);
  if (stage.asking.size === 0) stage.since = now;
  stage.asking.set(who.runId, { ...who, at: now });
  const others = (await stage.expected).filter((id) => !stage.declined.has(id) && !stage.asking.has(id));
  const asked = stage.asking.size;
  const expected = asked + others.length;
  const decision = gathering({ asked, expected, waitedMs: now - stage.since, limitMs: gatherMs });
  // Another machine's question may have begun the session while this one was counted.
  if (stage.opening || decision === 'begins') return undefined;
  // The more ask, the less often each of them.
  if (decision === 'waits') return { kind: 'wait', afterMs: askAgainMs + expected };
  stage.asking.delete(who.runId);
  stage.declined.add(who.runId);
  return byUnicast({ code: 'unicast-nobody-else', params: {} });
}

async function open(
  deps: SessionsDeps,
  { part, asking }: Stage,
  contentId: string,
  card: Card,
): Promise<LiveSession | Reason> {
  const { deploymentId, address } = part;
  try {
    return await openSession(deps, { deploymentId, contentId, address, card, members: [...asking.values()] });
  } catch (error) {
    if (error instanceof Failure) return refusalOf(error);
    throw error;
  }
}

/** Reasons for which there is a sentence of their own. */
const refusals: Record<string, string> = {
  'multicast-pool-empty': 'unicast-pool-empty',
  'multicast-address-used': 'unicast-address-used',
  'multicast-address-invalid': 'unicast-address-invalid',
};

function refusalOf({ code, params, detail }: Failure): Reason {
  const known = refusals[code];
  return known === undefined ? unfit(code, detail).refusal : { code: known, params };
}
