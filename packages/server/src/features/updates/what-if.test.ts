import assert from 'node:assert/strict';
import { packageRoutes, updateRoutes, windowRoutes } from '@tenkai/protocol';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aHeartbeat, type BareAgent } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { aCollection, createCollection } from '@tenkai/testkit/collections.ts';
import { aKnownMachine, settle } from '@tenkai/testkit/deployed.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { openRuns, wholeRun } from '@tenkai/testkit/run-reports.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { createFakeClock, type FakeClock } from '../../kernel/clock.ts';

const two = Date.UTC(2026, 0, 5, 2);
const minute = 60_000;
const day = 24 * 60 * minute;

/** The set time of `high`; the second window is never long enough. */
const windows = [
  ['later', 90, 60],
  ['short', 90, 9],
] as const;

async function world(server: TestServer) {
  const agents = new Map<string, BareAgent>();
  for (const name of ['pilot', 'other', 'later', 'short', 'off'])
    agents.set(name, await aKnownMachine(server, name));
  await agents.get('off')?.report(aHeartbeat({ state: 'shutting-down' }));
  const only = async (name: string) => {
    const machineIds = [agents.get(name)?.machineId ?? ''];
    const rules = [{ kind: 'direct' as const, machineIds }];
    return (await createCollection(server, aCollection(name, { rules }))).id;
  };
  for (const [name, afterMinutes, durationMinutes] of windows) {
    const schedule = { kind: 'at' as const, at: new Date(two + afterMinutes * minute).toISOString() };
    const window = { id: name, name, durationMinutes, schedule };
    await server.call(windowRoutes.replace, {
      params: { id: await only(name) },
      body: { windows: [window] },
    });
  }
  const others = await createCollection(
    server,
    aCollection('Fast', {
      rules: [
        {
          kind: 'direct',
          machineIds: ['pilot', 'later', 'short', 'off'].map((name) => agents.get(name)?.machineId ?? ''),
        },
      ],
    }),
  );
  await server.call(updateRoutes.setPolicy, { body: { isOn: false } });
  await server.call(packageRoutes.create, { body: { draft: aDraft({ urgency: 'high' }), contentId: null } });
  await settle(server);
  return { agents, fast: others.id };
}

/** Time passes; machines that are on speak, and those that were told to run something do. */
async function pass(
  server: TestServer,
  clock: FakeClock,
  agents: ReadonlyMap<string, BareAgent>,
  ms: number,
) {
  const begun: string[] = [];
  clock.advance(ms);
  for (const [name, agent] of agents) {
    if (name !== 'off') await agent.report(aHeartbeat());
  }
  await settle(server);
  for (const [name, agent] of agents) {
    for (const order of await openRuns(agent)) {
      begun.push(name);
      await agent.report(...wholeRun(order));
    }
  }
  await settle(server);
  return begun.sort();
}

/** Time passes in steps of the sweep until somebody begins. */
async function firstToBegin(server: TestServer, clock: FakeClock, agents: ReadonlyMap<string, BareAgent>) {
  for (let step = 0; step < 60; step += 1) {
    const begun = await pass(server, clock, agents, 10_000);
    if (begun.length > 0) return begun;
  }
  return [];
}

onBothEngines(
  'BAUT-05, BAUT-20, BAUT-25: what-if of other settings dates every machine by set time, window and ring, as it then happens',
  async (t, { databaseUrl }) => {
    const clock = createFakeClock(two);
    const server = await startTestServer({ databaseUrl, clock });
    atEnd(t, () => server.stop());
    const { agents, fast } = await world(server);
    const rings = [{ collectionId: fast, successPercent: 25, soakMinutes: 30 }];
    const policy = { isOn: true, time: '03:00', timeZone: 'UTC', rings };
    const told = await server.call(updateRoutes.whatIf, { body: { policy } });
    assert.deepEqual(told.counts, { gains: 3, loses: 0, sooner: 0, later: 0, otherwise: 2, same: 0 });
    assert.deepEqual(
      told.pairs.items.map(({ machineName, change, proposed }) => [
        machineName,
        change,
        proposed.startsAt === null ? proposed.reason?.code : (proposed.startsAt - two) / minute,
      ]),
      [
        ['later', 'gains', 90],
        ['off', 'otherwise', 'update-at-start'],
        ['other', 'gains', (60 * minute + day) / minute],
        ['pilot', 'gains', 60],
        ['short', 'otherwise', 'window-never-fits'],
      ],
    );
    assert.equal(told.totalBytes, 0);
    const still = await server.call(updateRoutes.policy);
    assert.equal(still.isOn, false, 'nothing was stored');

    await server.call(updateRoutes.setPolicy, { body: policy });
    await settle(server);
    const next = () => firstToBegin(server, clock, agents);
    assert.deepEqual(await pass(server, clock, agents, 59 * minute), []);
    clock.advance(minute - 10_000);
    assert.deepEqual(await next(), ['pilot']);
    assert.deepEqual(await pass(server, clock, agents, 29 * minute - 60_000), []);
    assert.deepEqual(await next(), ['later']);
    assert.deepEqual(await pass(server, clock, agents, day - 35 * minute), []);
    assert.deepEqual(await next(), ['other']);
    const passed = clock.now() - two - day - 60 * minute;
    assert.ok(passed >= 0 && passed < 2 * minute, `${passed} ms after the time that was told`);
    const later = { policy: { time: '04:00' }, change: 'same' as const };
    const same = await server.call(updateRoutes.whatIf, { body: later });
    assert.ok(same.pairs.items.every(({ change }) => change === 'same'));
  },
);
