/** Who is in a group: machines that leave it, a window that ends its wait, a server that starts again. */
import assert from 'node:assert/strict';
import { windowRoutes } from '@tenkai/protocol';
import { aHeartbeat, type BareAgent } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { deploy, report, settle } from '@tenkai/testkit/deployed.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { begun, finish, get, group, minute, noon, runOf, scene, turnOn, wavesOf } from './groups-for-test.ts';

const turnOff = (server: TestServer, agent: BareAgent | undefined) =>
  report(server, agent as BareAgent, aHeartbeat({ state: 'shutting-down' }));

onBothEngines(
  'a machine that goes off or gets another run leaves the group: a wave is of machines that are there',
  async (t, under) => {
    const { clock, server, agents, subject } = await scene(t, under, 4);
    const { id } = await deploy(server, { subject, delivery: group(3, 9) });
    await turnOn(server, agents[0]);
    clock.advance(minute);
    await turnOn(server, agents[1]);
    await turnOff(server, agents[0]);
    const { group: left } = await get(server, id);
    assert.deepEqual([left?.ready, left?.firstReadyAt], [1, noon + minute]);
    const other = await deploy(server, { subject, name: 'other', collectionId: 'all' });
    assert.deepEqual(await begun(server, other.id), ['pc-01']);
    assert.equal((await runOf(server, id, agents[1])).reason?.code, 'earlier-run');
    await finish(server, agents);
    assert.equal((await get(server, id)).group?.ready, 1, 'and comes back after it');
  },
);

onBothEngines(
  'a maintenance window ends the wait of its machines before it is too late for them',
  async (t, under) => {
    const { clock, server, agents, subject } = await scene(t, under, 2);
    const window = {
      id: 'w',
      name: 'noon',
      schedule: { kind: 'at' as const, at: new Date(noon).toISOString() },
      durationMinutes: 60,
    };
    await server.call(windowRoutes.replace, { params: { id: 'all' }, body: { windows: [window] } });
    const { id } = await deploy(server, { subject, delivery: group(9, 240) });
    await turnOn(server, agents[0]);
    const { startsAt } = (await get(server, id)).group ?? {};
    assert.ok(startsAt && startsAt < noon + 60 * minute && startsAt > noon, `${startsAt}`);
    clock.advance(startsAt - noon);
    await report(server, agents[0] as BareAgent, aHeartbeat());
    assert.deepEqual(await begun(server, id), ['pc-00']);
    assert.equal((await wavesOf(server, id))[0]?.cause, 'window');
  },
);

onBothEngines('a group goes on after a restart of the server as if nothing had been', async (t, under) => {
  const { clock, server, agents, subject } = await scene(t, under, 4);
  const { id } = await deploy(server, { subject, delivery: group(4, 5) });
  for (const agent of agents.slice(0, 2)) await turnOn(server, agent);
  // A process that dies remembers nothing: neither the lane nor the timer.
  await server.app.deployments.stop();
  const { databaseUrl } = under;
  await server.kernel.jobs.stop();
  clock.advance(5 * minute);
  const again = await startTestServer({ databaseUrl, clock, dataDir: server.dataDir });
  try {
    await settle(again);
    const [wave] = await again.kernel.db.read.all(
      'SELECT number, cause, machine_count FROM deployments_waves',
    );
    assert.deepEqual({ ...wave }, { number: 1, cause: 'waited', machine_count: 2 });
    const released = await again.kernel.db.read.all(
      'SELECT id FROM deployments_runs WHERE deployment_id = ? AND is_released = 1 AND wave_id IS NOT NULL',
      [id],
    );
    assert.equal(released.length, 2);
  } finally {
    await again.stop();
  }
});
