import type { Reason } from '@tenkai/domain';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import { MulticastAsk, RelayReport } from '@tenkai/protocol/agent/multicast.ts';
import { ProbeAsk } from '@tenkai/protocol/agent/probe.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { createFitness } from './fitness.ts';
import { type ForeseenGroup, foreseeLines } from './foresee-lines.ts';
import { addMulticastRoutes } from './multicast.routes.ts';
import type { Neighbours, RunsInWaves } from './needs.ts';
import { createProbes } from './probe.ts';
import { forgetRule, rulesOf } from './representatives.store.ts';
import { endInterrupted, pruneSessions } from './sessions.store.ts';
import { createSessions } from './sessions.ts';
import { createSubnets } from './subnets.ts';
import './status-messages.ts';

export type { ForeseenGroup } from './foresee-lines.ts';
export type { RunPart, RunsInWaves } from './needs.ts';

/** What other features may ask of multicast. */
export interface Multicast {
  /** Why this site cannot send by multicast now; null: it can. */
  refusal(): Reason | null;
  /**
   * For each group of machines that would ask for a content together: to which of them it comes over the line of
   * their subnet. Without multicast: to all.
   */
  foresee(groups: readonly ForeseenGroup[]): Promise<readonly ReadonlySet<string>[]>;
  /** Whose runs deliver by it. */
  setRuns(runs: RunsInWaves): void;
  /** Machines can come in: looks whether the card of that address, or which one, can send. */
  open(host: string): Promise<void>;
  /** Ends all sessions; machines are told, and ask again once a site is there. */
  stop(): Promise<void>;
}

const lookEveryMs = 60_000;
const sweepEveryMs = 15_000;
const pruneEveryMs = 6 * 3_600_000;
const keepSessionsMs = 30 * 24 * 3_600_000;

/** Sessions in which a content goes once to all machines of a wave (BSCN-25, BSRV-08). */
export async function registerMulticast(kernel: Kernel, neighbours: Neighbours): Promise<Multicast> {
  const { db, clock, jobs, events, http } = kernel;
  const deps = { ...kernel, ...neighbours, log: kernel.log.child({ component: 'multicast' }) };
  let host: string | undefined;
  let runs: RunsInWaves | undefined;
  const fitness = createFitness(deps, () => host);
  const subnets = createSubnets({ ...deps, runs: () => runs });
  const sessions = createSessions({ ...deps, fitness, runs: () => runs, subnets });
  await db.transaction((tx) => endInterrupted(tx, clock.now()));
  // A session that runs shows better than any look that the card can send.
  jobs.every('multicast.look', lookEveryMs, async () => {
    if (sessions.live().length === 0) await fitness.look();
  });
  jobs.every('multicast.silent', sweepEveryMs, () => subnets.sweep());
  jobs.every('multicast.prune', pruneEveryMs, () =>
    db.transaction((tx) => pruneSessions(tx, clock.now() - keepSessionsMs)),
  );
  events.watch('sites.changed', () => fitness.look());
  http.agentRoute({ method: 'POST', path: agentPaths.multicast, body: MulticastAsk }, ({ agent, body }) =>
    sessions.ask(agent.machineId, body),
  );
  http.agentRoute({ method: 'POST', path: agentPaths.relay, body: RelayReport }, ({ agent, body }) =>
    subnets.report(agent.machineId, body),
  );
  const probes = createProbes(deps, fitness);
  http.agentRoute({ method: 'POST', path: agentPaths.probe, body: ProbeAsk }, ({ agent, body }) =>
    probes.ask(agent.machineId, body),
  );
  kernel.live.expose('multicast.changed', { permission: 'view', message: () => ({ topic: 'multicast' }) });
  neighbours.machines.onRemoved((tx, machineId) => forgetRule(tx, machineId));
  addMulticastRoutes(deps, { fitness, live: () => [...sessions.live(), ...subnets.live()] });
  return {
    refusal() {
      const found = fitness.current();
      return 'refusal' in found ? found.refusal : null;
    },
    async foresee(groups) {
      const found = fitness.current();
      const idsOf = ({ machines }: ForeseenGroup) => machines.map(({ id }) => id);
      if ('refusal' in found) return groups.map((group) => new Set(idsOf(group)));
      const reach = { card: found.card, ttl: deps.sites.settings().multicastTtl };
      const rules = await rulesOf(db.read, [...new Set(groups.flatMap(idsOf))]);
      return groups.map((group) => foreseeLines(group, { reach, rules }));
    },
    setRuns(given) {
      runs = given;
    },
    async open(at) {
      host = at;
      await fitness.look();
    },
    async stop() {
      host = undefined;
      probes.stop();
      await Promise.all([sessions.stop(), subnets.stop()]);
    },
  };
}
