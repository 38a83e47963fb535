import assert from 'node:assert/strict';
import { enrollmentRoutes } from '@tenkai/protocol/api/enrollment.ts';
import { machineRoutes } from '@tenkai/protocol/api/machines.ts';
import { listAudit } from '@tenkai/protocol/api/status.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aHeartbeat, enrolledAgent } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { machineHistory, obeyOrders } from '@tenkai/testkit/power.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';
import { createFakeClock } from '../../../kernel/clock.ts';

const day = 24 * 3_600_000;

onBothEngines(
  'renewal: a machine is told at its next contact within 30 days to renew its keys, once',
  async (t, { databaseUrl }) => {
    const clock = createFakeClock();
    const server = await startTestServer({ databaseUrl, clock });
    atEnd(t, () => server.stop());
    const [agent, revoked] = [await enrolledAgent(server), await enrolledAgent(server, { name: 'revoked' })];
    await agent.report(aHeartbeat());
    await agent.orders();
    const body = { machineIds: [agent.machineId, revoked.machineId, 'nobody'] };
    const gone = { machineIds: [revoked.machineId], decision: 'revoke' as const };
    await server.call(enrollmentRoutes.decide, { body: gone });
    await assert.rejects(server.call(machineRoutes.renewKeys, { body, as: 'operator' }), { status: 403 });
    const { results } = await server.call(machineRoutes.renewKeys, { body });
    assert.deepEqual(
      results.map(({ accepted, code }) => [accepted, code]),
      [
        [true, 'held-until-check-in'],
        [false, 'not-enrolled'],
        [false, 'not-found'],
      ],
    );
    clock.advance(29 * day);
    await server.kernel.jobs.idle();
    assert.equal((await agent.report(aHeartbeat())).hasOrders, true);
    const orders = await obeyOrders(server, agent);
    assert.deepEqual(
      orders.map(({ kind, machineId }) => [kind, machineId]),
      [['renew-keys', agent.machineId]],
    );
    assert.deepEqual(await obeyOrders(server, agent), [], 'what was answered is not given again');
    assert.ok((await machineHistory(server, agent)).includes('machine.command-done'));
    const { items } = await server.call(listAudit, { query: { action: 'machines.renew-keys' } });
    assert.deepEqual(
      items.map(({ object }) => object),
      [`machine:${agent.machineId}`],
    );
    await server.call(machineRoutes.renewKeys, { body });
    clock.advance(31 * day);
    await server.kernel.jobs.idle();
    assert.ok((await machineHistory(server, agent)).includes('machine.not-reachable'));
  },
);

onBothEngines(
  'renewal: an order that a machine has fetched stays open without an answer, and is given up a day after its 30 days',
  async (t, { databaseUrl }) => {
    const clock = createFakeClock();
    const server = await startTestServer({ databaseUrl, clock });
    atEnd(t, () => server.stop());
    const agent = await enrolledAgent(server);
    await agent.report(aHeartbeat());
    await server.call(machineRoutes.renewKeys, { body: { machineIds: [agent.machineId] } });
    assert.equal((await agent.orders()).orders.length, 1);
    clock.advance(29 * day);
    await server.kernel.jobs.idle();
    assert.equal((await agent.orders()).orders.length, 1, 'it is given again and again');
    clock.advance(1.5 * day);
    await server.kernel.jobs.idle();
    const givenUp = async () => (await machineHistory(server, agent)).includes('machine.not-reachable');
    assert.equal(await givenUp(), false, 'an answer may be on its way');
    clock.advance(day);
    await server.kernel.jobs.idle();
    assert.ok(await givenUp());
  },
);
