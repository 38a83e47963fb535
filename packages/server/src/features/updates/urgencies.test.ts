/** When an urgent package goes to a machine: at once, after its start, or at the set time. */
import assert from 'node:assert/strict';
import { deploymentRoutes, updateRoutes } from '@tenkai/protocol';
import { changeSiteSettings } from '@tenkai/protocol/api/site.ts';
import { aHeartbeat, aWholeInventory, type BareAgent, enrolledAgent } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { refusedWith } from '@tenkai/testkit/refused.ts';
import { openRuns, wholeRun } from '@tenkai/testkit/run-reports.ts';
import {
  boot,
  inventory,
  machine,
  minute,
  open,
  pass,
  policy,
  publish,
  report,
  type Site,
  settle,
  site,
  stateOf,
  work,
  xp,
} from './updates-for-test.ts';

async function shutDown(given: Site, agent: BareAgent) {
  const bootId = given.awake.get(agent) ?? '';
  given.awake.delete(agent);
  await agent.report(aHeartbeat({ state: 'shutting-down', bootId }));
  await settle(given);
}

onBothEngines(
  'BAUT-01, BAUT-02, BAUT-03: highest goes to every machine at once without a scenario; normal and low never',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const agents = [await machine(given, 'a'), await machine(given, 'b')];
    await publish(given, { urgency: 'highest' });
    await publish(given, { id: 'normal', urgency: 'normal' });
    await publish(given, { id: 'low', urgency: 'low' });
    for (const agent of agents) {
      assert.deepEqual(await open(agent), ['hello']);
      assert.equal(await stateOf(given, agent), 'delivering machine-has-not-fetched');
      assert.deepEqual(await work(given, agent), ['hello']);
      assert.equal(await stateOf(given, agent), 'applied');
    }
    for (let day = 0; day < 3; day++) await pass(given, 24 * 60 * minute);
    for (const agent of agents)
      assert.deepEqual(await open(agent), [], 'nothing comes twice, and nothing else');
    const { items } = await given.server.call(updateRoutes.packages);
    assert.deepEqual(
      items.map((row) => [row.packageId, row.counts.applied]),
      [['hello', 2]],
    );
    const { items: deployments } = await given.server.call(deploymentRoutes.list, { query: {} });
    assert.deepEqual(
      deployments.map((row) => [row.createdBy, row.status, row.counts.succeeded]),
      [['updates', 'completed', 2]],
    );
  },
);

onBothEngines(
  'BAGT-13, BAUT-04, BAUT-06, BAUT-08: a machine that was off gets it after its start, with its part of the delay',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    await policy(given, { startDelayMinutes: 10 });
    const agent = await machine(given, 'a');
    await shutDown(given, agent);
    await publish(given, { urgency: 'highest' });
    await publish(given, { id: 'high', urgency: 'high' });
    assert.equal(await stateOf(given, agent), 'waiting-start update-at-start');
    await pass(given, 6 * 60 * minute);
    assert.deepEqual(await open(agent), []);
    await boot(given, agent);
    const { items } = await given.server.call(updateRoutes.ofMachine, { params: { id: agent.machineId } });
    assert.deepEqual(
      items.map(({ state, reason }) => [state, reason?.code]),
      [
        ['waiting-start', 'update-start-delay'],
        ['waiting-start', 'update-start-delay'],
      ],
    );
    await pass(given, 10 * minute);
    assert.deepEqual(await work(given, agent), ['hello', 'high'], 'high does not wait for the set time');
  },
);

onBothEngines(
  'BAUT-08: machines that start together are spread over the delay, never more at once than the site allows, and all finish',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    await given.server.call(changeSiteSettings, { body: { concurrency: 5 } });
    await policy(given, { startDelayMinutes: 10 });
    const agents: BareAgent[] = [];
    for (let n = 0; n < 40; n++) agents.push(await enrolledAgent(given.server, { name: `m${n}` }));
    for (const agent of agents) await agent.report(aWholeInventory(inventory(agent.name)));
    await settle(given);
    await publish(given, { urgency: 'highest' });
    for (const agent of agents) {
      given.awake.set(agent, 'morning');
      await agent.report(
        aHeartbeat({ state: 'starting', bootId: 'morning' }),
        aHeartbeat({ state: 'running', bootId: 'morning' }),
      );
    }
    await settle(given);
    const finished = new Set<BareAgent>();
    const begunAt: number[] = [];
    for (let half = 0; half < 24; half++) {
      await pass(given, 20_000);
      for (;;) {
        const active = [];
        for (const agent of agents) {
          const [order] = finished.has(agent) ? [] : await openRuns(agent);
          if (order) active.push({ agent, order });
        }
        assert.ok(active.length <= 5, `${active.length} at once`);
        if (active.length === 0) break;
        for (const { agent, order } of active) {
          finished.add(agent);
          begunAt.push(half);
          await agent.report(...wholeRun(order));
        }
        await settle(given);
      }
    }
    assert.equal(finished.size, agents.length, 'all of them');
    const steps = new Set(begunAt).size;
    assert.ok(steps >= 8, `they began in ${steps} of 20 half minutes`);
  },
);

onBothEngines(
  'BAUT-08: machines that are first known after a package was registered are spread over the delay, too',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    await policy(given, { startDelayMinutes: 10 });
    // Whether it suits a machine is seen by the inventory alone, which comes last.
    await publish(given, { urgency: 'highest', targets: [xp] });
    const agents: BareAgent[] = [];
    for (const [name, state] of [
      ['booted', 'starting'],
      ['installed', 'running'],
    ] as const) {
      const agent = await enrolledAgent(given.server, { name });
      given.awake.set(agent, name);
      // As the agent does it: that it is there, and then what it is.
      await report(given, agent, aHeartbeat({ state, bootId: name }));
      await report(given, agent, aHeartbeat({ state: 'running', bootId: name }));
      given.clock.advance(1000);
      await report(given, agent, aWholeInventory(inventory(name, 3)));
      agents.push(agent);
    }
    for (const agent of agents) {
      assert.equal(await stateOf(given, agent), 'waiting-start update-start-delay', agent.name);
    }
    await pass(given, 10 * minute);
    for (const agent of agents) assert.deepEqual(await work(given, agent), ['hello'], agent.name);
  },
);

onBothEngines('BAUT-05: high goes at the set time of the policy', async (t, { databaseUrl }) => {
  const given = await site(t, databaseUrl);
  await policy(given, { time: '12:00', timeZone: 'Asia/Tokyo' });
  const agent = await machine(given, 'a');
  await publish(given, { urgency: 'high' });
  assert.equal(await stateOf(given, agent), 'waiting-time update-set-time');
  await pass(given, 59 * minute - 20_000);
  assert.deepEqual(await open(agent), [], '02:59 in UTC');
  await pass(given, minute);
  assert.deepEqual(await open(agent), ['hello']);
  const read = await given.server.call(updateRoutes.policy);
  assert.deepEqual([read.time, read.timeZone], ['12:00', 'Asia/Tokyo']);
  await assert.rejects(
    given.server.call(updateRoutes.setPolicy, { body: { timeZone: 'Mars/Olympus' } }),
    refusedWith('draft-invalid'),
  );
  await assert.rejects(
    given.server.call(updateRoutes.setPolicy, { as: 'operator', body: { time: '01:00' } }),
    refusedWith('not-allowed'),
  );
});
