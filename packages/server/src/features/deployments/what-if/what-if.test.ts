import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { defaultDelivery, type MaintenanceWindow } from '@tenkai/domain';
import { deploymentRoutes, packageRoutes, scenarioRoutes, windowRoutes } from '@tenkai/protocol';
import type { DeploymentWhatIfRow } from '@tenkai/protocol/api/deployments.ts';
import { changeSiteSettings } from '@tenkai/protocol/api/site.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aHeartbeat, aWholeInventory, type BareAgent, enrolledAgent } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { aDeployment, anInventory, aScenario } from '@tenkai/testkit/builders.ts';
import { aCollection, createCollection } from '@tenkai/testkit/collections.ts';
import { deploy, runsOf, settle } from '@tenkai/testkit/deployed.ts';
import { dumpTables } from '@tenkai/testkit/dump-tables.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { openRuns, runReport, wholeRun } from '@tenkai/testkit/run-reports.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { createFakeClock, type FakeClock } from '../../../kernel/clock.ts';

const noon = Date.parse('2026-03-02T12:00:00Z');
const minute = 60_000;
const kinds = { day: 7, late: 3, short: 2, off: 2, windows: 2 };
type Kind = keyof typeof kinds;

const once = (id: string, afterMinutes: number, durationMinutes: number): MaintenanceWindow => ({
  ...{ id, name: id, durationMinutes },
  schedule: { kind: 'at', at: new Date(noon + afterMinutes * minute).toISOString() },
});

interface Scene {
  readonly server: TestServer;
  readonly clock: FakeClock;
  readonly agents: ReadonlyMap<string, BareAgent>;
  readonly draft: ReturnType<typeof aDeployment>;
}

/** Some that can begin, some whose window opens later or is too short, some off, some of another system. */
async function scene(t: TestContext, databaseUrl?: string): Promise<Scene> {
  const clock = createFakeClock(noon);
  const server = await startTestServer({ ...(databaseUrl ? { databaseUrl } : {}), clock });
  atEnd(t, () => server.stop());
  await server.call(changeSiteSettings, { body: { concurrency: 2 } });
  const agents = new Map<string, BareAgent>();
  for (const [kind, count] of Object.entries(kinds))
    for (let index = 0; index < count; index += 1)
      agents.set(`${kind}-${index}`, await anAgent(server, kind as Kind, `${kind}-${index}`));
  const windows: [Kind, MaintenanceWindow][] = [
    ['late', once('late', 20, 45)],
    ['short', once('short', 20, 10)],
  ];
  for (const [kind, window] of windows) {
    const machineIds = [...agents].flatMap(([name, one]) => (name.startsWith(kind) ? one.machineId : []));
    const rules = [{ kind: 'direct' as const, machineIds }];
    const { id } = await createCollection(server, aCollection(kind, { rules }));
    await server.call(windowRoutes.replace, { params: { id }, body: { windows: [window] } });
  }
  const targets = [{ operatingSystem: 'linux', language: 'any', architecture: 'any' as const }];
  await server.call(packageRoutes.create, { body: { draft: aDraft({ targets }), contentId: null } });
  const { id: scenarioId } = await server.call(scenarioRoutes.create, { body: aScenario() });
  await settle(server);
  const draft = aDeployment({
    subject: { kind: 'scenario', scenarioId },
    delivery: { ...defaultDelivery, maxTargets: 3, maxWaitMinutes: 5 },
  });
  return { server, clock, agents, draft };
}

async function anAgent(server: TestServer, kind: Kind, name: string): Promise<BareAgent> {
  const agent = await enrolledAgent(server, { name });
  const system = kind === 'windows' ? { family: 'windows' as const, id: 'windows-11' } : {};
  await agent.report(
    aWholeInventory({ ...anInventory(system), network: { hostname: name, interfaces: [] } }),
  );
  await agent.report(aHeartbeat(kind === 'off' ? { state: 'shutting-down' } : {}));
  return agent;
}

async function whatIf({ server, draft }: Scene, over: object = {}) {
  return server.call(deploymentRoutes.whatIf, { body: { draft, limit: 1000, ...over } });
}

const inMinutes = (time: number | null | undefined) =>
  typeof time === 'number' ? (time - noon) / minute : null;

/** How a run stands at the end of the play: begun when and with which wave, or why not. */
type Outcome = [string, number | null, number | null, string | null];

/**
 * Plays the real thing: machines do what they are told, each run takes nothing or its longest, and the clock goes on
 * to whatever comes next.
 */
async function playReal(
  { server, clock, agents, draft }: Scene,
  pace: 'soonest' | 'longest',
  untilMs: number,
) {
  const { id } = await deploy(server, draft);
  const begunAt = new Map<string, number>();
  const endings: { name: string; at: number }[] = [];
  for (let quiet = 0; ; quiet += 1) {
    await settle(server);
    const runs = await runsOf(server, id);
    const fresh = runs.filter(({ machineName, delivery }) => delivery !== null && !begunAt.has(machineName));
    for (const { machineName } of fresh) {
      begunAt.set(machineName, clock.now());
      const agent = agents.get(machineName) as BareAgent;
      for (const order of await openRuns(agent)) await agent.report(runReport(order, 'received'));
      endings.push({ name: machineName, at: clock.now() + (pace === 'longest' ? 10 * minute : 0) });
    }
    const ended = endings.filter(({ at }) => at <= clock.now());
    for (const one of ended) {
      endings.splice(endings.indexOf(one), 1);
      const agent = agents.get(one.name) as BareAgent;
      for (const order of await openRuns(agent)) await agent.report(...wholeRun(order));
    }
    if (fresh.length > 0 || ended.length > 0) quiet = -1;
    if (quiet < 1) continue;
    quiet = -1;
    if (clock.now() >= untilMs) return outcomesOf(server, id, begunAt);
    clock.advance(minute);
    for (const [name, agent] of agents) if (!name.startsWith('off')) await agent.report(aHeartbeat());
  }
}

async function outcomesOf(server: TestServer, id: string, begunAt: ReadonlyMap<string, number>) {
  const outcomes = new Map<string, Outcome>();
  for (const { machineName, status, reason, wave } of await runsOf(server, id)) {
    const at = inMinutes(begunAt.get(machineName));
    const why = at === null ? (reason?.code ?? null) : null;
    const kind = at === null ? (status === 'not-applicable' ? status : 'stands') : 'starts';
    outcomes.set(machineName, [kind, at, wave?.number ?? null, why]);
  }
  return outcomes;
}

function foretold(row: DeploymentWhatIfRow, pace: 'soonest' | 'longest'): Outcome {
  const { outcome, startsAt, latestStartAt, wave, reasons } = row;
  if (outcome === 'starts')
    return ['starts', inMinutes(pace === 'soonest' ? startsAt : latestStartAt), wave, null];
  const kind = outcome === 'not-applicable' ? outcome : 'stands';
  return [kind, null, wave, reasons.at(-1)?.code ?? null];
}

for (const pace of ['soonest', 'longest'] as const) {
  test(`BSCN-13, BSRV-16: what-if tells of each machine what the site then does, to the minute, with ${pace} runs`, async (t) => {
    const world = await scene(t);
    const { machines, ...told } = await whatIf(world);
    assert.deepEqual(told.counts, { starts: 10, waits: 2, never: 2, 'not-applicable': 2 });
    const predicted = new Map(
      machines.items.map((row): [string, Outcome] => [row.machineName, foretold(row, pace)]),
    );
    const real = await playReal(world, pace, noon + 70 * minute);
    assert.deepEqual(new Map([...real].sort()), new Map([...predicted].sort()));
    assert.ok(
      new Set([...real.values()].map(([, at]) => at)).size >= 3,
      'a fleet on which too little happens',
    );
  });
}

onBothEngines(
  'BSCN-07: what-if counts by reason, sums bytes and restarts, pages and filters, and stores nothing',
  async (t, { databaseUrl }) => {
    const world = await scene(t, databaseUrl);
    const before = await dumpTables(world.server.kernel.db);
    const all = await whatIf(world);
    assert.equal(all.targetCount, 16);
    assert.deepEqual(
      all.machines.items.map(({ machineName }) => machineName),
      [...world.agents.keys()].sort(),
    );
    const reasons = new Map(
      all.reasons.map(({ outcome, reason, count }) => [`${outcome} ${reason.code}`, count]),
    );
    assert.equal(reasons.get('waits machine-off'), 2);
    assert.equal(reasons.get('never window-never-fits'), 2);
    assert.equal(reasons.get('starts window-closed'), 3);
    assert.equal(all.waveCount, all.waves.length);
    assert.deepEqual(
      all.waves.map(({ cause, machineCount }) => [cause, machineCount]),
      [
        ['full', 3],
        ['full', 3],
        ['waited', 1],
        ['full', 3],
      ],
    );
    const never = await whatIf(world, { outcome: 'never', asOf: all.askedAt });
    assert.deepEqual(
      never.machines.items.map(({ machineName }) => machineName),
      ['short-0', 'short-1'],
    );
    assert.equal((await whatIf(world, { reason: 'machine-off' })).machines.total, 2);
    const closed = { outcome: 'starts', reason: 'window-closed' };
    const reasonParams = all.reasons.find(({ reason }) => reason.code === 'window-closed')?.reason.params;
    assert.equal((await whatIf(world, { ...closed, reasonParams })).machines.total, 3);
    assert.equal((await whatIf(world, { ...closed, reasonParams: { other: 1 } })).machines.total, 0);
    assert.equal((await whatIf(world, { search: 'DAY' })).machines.total, kinds.day);
    const names: string[] = [];
    let cursor: string | null = null;
    do {
      const { machines } = await whatIf(world, {
        limit: 5,
        asOf: all.askedAt,
        ...(cursor ? { cursor } : {}),
      });
      names.push(...machines.items.map(({ machineName }) => machineName));
      cursor = machines.nextCursor;
    } while (cursor !== null);
    assert.deepEqual(names, [...world.agents.keys()].sort());
    assert.deepEqual(await dumpTables(world.server.kernel.db), before);
  },
);
