/** When a group starts: by its number, by its longest wait, or at once. */
import assert from 'node:assert/strict';
import { defaultDelivery } from '@tenkai/domain';
import { deploymentRoutes } from '@tenkai/protocol';
import { listStatusMessages } from '@tenkai/protocol/api/status.ts';
import { aHeartbeat } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { deploy, settle } from '@tenkai/testkit/deployed.ts';
import {
  begun,
  finish,
  get,
  group,
  minute,
  noon,
  runOf,
  runsOf,
  scene,
  turnOn,
  wavesOf,
} from './groups-for-test.ts';

onBothEngines(
  'BSCN-08, BSCN-17: the fifth ready machine starts all five, and until then each says how many are ready and until when',
  async (t, under) => {
    const { clock, server, agents, subject } = await scene(t, under, 6);
    const { id } = await deploy(server, { subject, delivery: group(5, 10) });
    for (const agent of agents.slice(0, 4)) {
      await turnOn(server, agent);
      clock.advance(minute);
    }
    assert.deepEqual(await begun(server, id), []);
    const startsAt = noon + 10 * minute;
    assert.deepEqual((await get(server, id)).group, { ready: 4, wanted: 5, firstReadyAt: noon, startsAt });
    const waiting = await runOf(server, id, agents[3]);
    assert.deepEqual(
      [waiting.status, waiting.reason, waiting.waitsUntil, waiting.isInGroup],
      ['waiting', { code: 'group-waiting', params: { ready: 4, wanted: 5, startsAt } }, startsAt, true],
    );
    await turnOn(server, agents[4]);
    assert.deepEqual(await begun(server, id), ['pc-00', 'pc-01', 'pc-02', 'pc-03', 'pc-04']);
    assert.equal((await get(server, id)).group, null);
    const [wave] = await wavesOf(server, id);
    assert.deepEqual([wave?.number, wave?.cause, wave?.machineCount, wave?.startedBy], [1, 'full', 5, null]);
  },
);

onBothEngines(
  'BSCN-09, BSCN-10, BSCN-16: after the longest wait those then ready start; who comes later still finishes',
  async (t, under) => {
    const { clock, server, agents, subject } = await scene(t, under, 5);
    const { id } = await deploy(server, { subject, delivery: group(5, 2) });
    for (const agent of agents.slice(0, 3)) await turnOn(server, agent);
    clock.advance(2 * minute - 1000);
    await settle(server);
    assert.deepEqual(await begun(server, id), [], 'a second too early');
    clock.advance(1000);
    await settle(server);
    assert.deepEqual(await begun(server, id), ['pc-00', 'pc-01', 'pc-02']);
    clock.advance(30_000);
    await turnOn(server, agents[3]);
    const late = await runOf(server, id, agents[3]);
    assert.deepEqual(late.reason?.params, { ready: 1, wanted: 5, startsAt: noon + 4.5 * minute });
    clock.advance(2 * minute);
    await settle(server);
    assert.deepEqual(
      (await wavesOf(server, id)).map(({ number, cause, machineCount }) => [number, cause, machineCount]),
      [
        [1, 'waited', 3],
        [2, 'waited', 1],
      ],
    );
    await finish(server, agents.slice(0, 4));
    assert.deepEqual(
      (await runsOf(server, id)).slice(0, 4).map(({ status }) => status),
      Array(4).fill('succeeded'),
    );
  },
);

onBothEngines(
  'BSCN-11: with neither limit the first ready machine starts at once, and says by which way and why',
  async (t, under) => {
    const { server, agents, subject } = await scene(t, under, 2);
    const { id } = await deploy(server, { subject });
    await turnOn(server, agents[0]);
    const run = await runOf(server, id, agents[0]);
    assert.deepEqual(
      [run.delivery, run.wave],
      [{ method: 'unicast', reason: { code: 'unicast-alone', params: {} } }, null],
    );
    assert.deepEqual((await get(server, id)).delivery, { ...defaultDelivery, ignored: [] });
  },
);

onBothEngines('BSCN-12: unicast waits for nobody, and the reply says what it ignores', async (t, under) => {
  const { server, agents, subject } = await scene(t, under, 2);
  const delivery = { ...group(5, 60), method: 'unicast' as const };
  const made = await deploy(server, { subject, delivery });
  assert.deepEqual([made.delivery.maxTargets, made.delivery.maxWaitMinutes], [null, null]);
  const reason = { code: 'ignored-with-unicast', params: {} };
  assert.deepEqual(made.delivery.ignored, [
    { field: 'maxTargets', reason },
    { field: 'maxWaitMinutes', reason },
  ]);
  await turnOn(server, agents[0]);
  const run = await runOf(server, made.id, agents[0]);
  assert.deepEqual(run.delivery, { method: 'unicast', reason: { code: 'unicast-chosen', params: {} } });
});

onBothEngines(
  'BSCN-13: twelve machines with at most five make waves of 5, 5 and 2, the last by the longest wait, none in error',
  async (t, under) => {
    const { clock, server, agents, subject } = await scene(t, under, 12);
    const { id } = await deploy(server, { subject, delivery: group(5, 10) });
    for (const agent of agents) await agent.report(aHeartbeat());
    await settle(server);
    assert.equal((await begun(server, id)).length, 10);
    await finish(server, agents);
    assert.deepEqual((await get(server, id)).group?.ready, 2);
    clock.advance(10 * minute);
    await settle(server);
    assert.deepEqual(
      (await wavesOf(server, id)).map(({ cause, machineCount }) => `${machineCount} ${cause}`),
      ['5 full', '5 full', '2 waited'],
    );
    await finish(server, agents);
    const after = await get(server, id);
    assert.deepEqual([after.counts.succeeded, after.status], [12, 'completed']);
  },
);

onBothEngines(
  'a number alone: the last ones start when nobody is left to wait for, also where an operator cancels the missing',
  async (t, under) => {
    const { clock, server, agents, subject } = await scene(t, under, 4);
    const made = await deploy(server, { subject, delivery: group(3, null) });
    const { id } = made;
    assert.deepEqual(
      made.warnings.map(({ code }) => code),
      ['group-without-longest-wait'],
    );
    for (const agent of agents.slice(0, 2)) await turnOn(server, agent);
    clock.advance(8 * minute);
    await settle(server);
    assert.deepEqual(await begun(server, id), []);
    const waiting = await runOf(server, id, agents[0]);
    assert.deepEqual(waiting.reason?.params, { ready: 2, wanted: 3, startsAt: null });
    const missing = [await runOf(server, id, agents[2]), await runOf(server, id, agents[3])];
    await server.call(deploymentRoutes.cancelRuns, { body: { runIds: missing.map((run) => run.id) } });
    await settle(server);
    assert.deepEqual(await begun(server, id), ['pc-00', 'pc-01']);
    assert.equal((await wavesOf(server, id))[0]?.cause, 'nobody-else');
  },
);

onBothEngines('a wave that begins is told in the history of the deployment', async (t, under) => {
  const { server, agents, subject } = await scene(t, under, 1);
  const { id } = await deploy(server, { subject, delivery: group(1, 5) });
  await turnOn(server, agents[0]);
  const { items } = await server.call(listStatusMessages, { query: { code: 'wave-started' } });
  assert.deepEqual(
    items.map(({ params, objects }) => [params.wave, params.machines, params.waveCause, objects[0]?.id]),
    [[1, 1, 'full', id]],
  );
});
