import assert from 'node:assert/strict';
import { deploymentRoutes } from '@tenkai/protocol/api/deployments.ts';
import { enrollmentRoutes } from '@tenkai/protocol/api/enrollment.ts';
import { machineRoutes } from '@tenkai/protocol/api/machines.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aHeartbeat, createBareAgent, enrolledAgent } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { aKnownMachine, deploy, helloScenario, report, runsOf, settle } from '@tenkai/testkit/deployed.ts';
import { refusedWith } from '@tenkai/testkit/refused.ts';
import { openRuns, runReport } from '@tenkai/testkit/run-reports.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';
import { codes, decide } from './enrollment-for-test.ts';

onBothEngines(
  'MASTER-20: two hardware fingerprints on one key are a clone: both are shut out until released',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const original = await enrolledAgent(server);
    await original.report(aHeartbeat());
    const copy = createBareAgent(server, { keysOf: original });
    assert.equal((await copy.enroll()).status, 'quarantined');
    assert.equal(copy.machineId, original.machineId);
    // The token that the original already has is worth nothing any more.
    await assert.rejects(original.report(aHeartbeat()), refusedWith('agent-token-invalid', 401));
    await assert.rejects(original.token(), refusedWith('machine-quarantined', 403));
    await assert.rejects(copy.token(), refusedWith('machine-quarantined', 403));
    assert.equal((await original.enroll()).status, 'quarantined');
    assert.equal(
      (await codes(server, original.machineId)).filter((code) => code === 'enrollment.clone').length,
      1,
    );

    assert.equal((await decide(server, original, 'approve')).results[0]?.accepted, true);
    assert.equal((await original.enroll()).status, 'enrolled');
    assert.equal((await copy.enroll()).status, 'enrolled', 'the administrator said that it is one machine');
    await original.token();
    assert.equal((await original.report(aHeartbeat())).acknowledged, 3);
    const third = createBareAgent(server, { keysOf: original });
    assert.equal((await third.enroll()).status, 'quarantined');
  },
);

onBothEngines(
  'a revoked key is shut out at once, with any ticket, until the machine is approved again',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const agent = await enrolledAgent(server);
    const other = await enrolledAgent(server, { name: 'other' });
    await agent.report(aHeartbeat());
    assert.deepEqual((await decide(server, agent, 'revoke')).results, [
      { machineId: agent.machineId, accepted: true, code: null },
    ]);
    await assert.rejects(agent.report(aHeartbeat()), refusedWith('agent-token-invalid', 401));
    await assert.rejects(agent.token(), refusedWith('machine-refused', 403));
    const body = { name: 'again', maxUses: 1, validHours: 1 };
    const { secret } = await server.call(enrollmentRoutes.createTicket, { body });
    assert.equal((await agent.enroll({ ticket: secret })).status, 'refused');
    assert.equal(
      (await server.call(enrollmentRoutes.listTickets)).items.at(0)?.uses,
      0,
      'nothing is used up',
    );
    assert.equal((await decide(server, agent, 'revoke')).results[0]?.code, 'not-enrolled');
    assert.equal((await other.report(aHeartbeat())).acknowledged, 1, 'nobody else is concerned');
    assert.ok((await codes(server, agent.machineId)).includes('enrollment.revoked'));
    const thief = createBareAgent(server, { keysOf: agent, name: 'thief' });
    assert.equal((await thief.enroll({ ticket: secret })).status, 'refused', 'on other hardware too');
    assert.equal((await server.call(machineRoutes.list, { query: { search: 'thief' } })).total, 0);
    await decide(server, agent, 'approve');
    await agent.token();
    assert.equal((await agent.report(aHeartbeat())).acknowledged, 3);
  },
);

onBothEngines('the open runs of a revoked machine end, and hold nobody up', async (t, { databaseUrl }) => {
  const server = await startTestServer({ databaseUrl });
  atEnd(t, () => server.stop());
  const agent = await aKnownMachine(server, 'pc-1');
  const scenarioId = await helloScenario(server);
  const { id } = await deploy(server, { subject: { kind: 'scenario', scenarioId } });
  for (const order of await openRuns(agent)) await report(server, agent, runReport(order, 'received'));
  await decide(server, agent, 'revoke');
  await settle(server);
  assert.deepEqual(
    (await runsOf(server, id)).map(({ status, reason }) => [status, reason?.code]),
    [['cancelled', 'machine-gone']],
  );
  assert.equal((await server.call(deploymentRoutes.get, { params: { id } })).status, 'completed');
});

onBothEngines('a removed machine is unknown, and enrolls as another one', async (t, { databaseUrl }) => {
  const server = await startTestServer({ databaseUrl });
  atEnd(t, () => server.stop());
  const agent = await enrolledAgent(server);
  await agent.report(aHeartbeat());
  const { machineId } = agent;
  await server.call(machineRoutes.remove, { params: { id: machineId } });
  await assert.rejects(agent.report(aHeartbeat()), refusedWith('agent-token-invalid', 401));
  await assert.rejects(agent.token(), refusedWith('machine-unknown', 401));
  await agent.enroll();
  assert.notEqual(agent.machineId, machineId);
});
