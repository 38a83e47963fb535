import assert from 'node:assert/strict';
import { Failure } from '@tenkai/domain/failure.ts';
import { machineRoutes } from '@tenkai/protocol/api/machines.ts';
import { listStatusMessages } from '@tenkai/protocol/api/status.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aHeartbeat, enrolledAgent } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { dumpTables } from '@tenkai/testkit/dump-tables.ts';
import { refusedWith } from '@tenkai/testkit/refused.ts';
import { settle } from '@tenkai/testkit/settle.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';

const aStatus = (code: string) => ({ kind: 'status', severity: 'info', code, params: { n: 1 }, at: 5 });

async function statusCodes(server: TestServer, machineId: string): Promise<string[]> {
  const { items } = await server.call(listStatusMessages, { query: { machineId, limit: 1000 } });
  return items.map(({ code }) => code).reverse();
}

onBothEngines(
  'every number of an outbox is taken exactly once, also when batches come again',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const agent = await enrolledAgent(server);
    const { outbox } = agent;
    const numbered = (...numbers: number[]) => ({
      outbox,
      reports: numbers.map((number) => ({ number, report: aStatus(`agent.said-${number}`) })),
    });
    const first = await agent.send(numbered(1, 2, 3));
    assert.deepEqual([first.acknowledged, first.takenBefore], [3, 0]);
    const again = await agent.send(numbered(2, 3));
    assert.deepEqual(
      [again.acknowledged, again.takenBefore],
      [3, 3],
      'who never gave 3 sees that somebody else did',
    );
    const overlapping = await Promise.all([
      agent.send(numbered(2, 3, 4)),
      agent.send(numbered(3, 4)),
      agent.send(numbered(4)),
    ]);
    assert.deepEqual(
      overlapping.map(({ acknowledged }) => acknowledged),
      [4, 4, 4],
    );
    await agent.send(numbered(9, 7, 9, 8));
    assert.equal((await agent.send(numbered(6))).acknowledged, 9, 'older than what was taken');
    assert.equal((await agent.send({ outbox, reports: [] })).acknowledged, 9);
    const said = (await statusCodes(server, agent.machineId)).filter((code) => code.startsWith('agent.'));
    assert.deepEqual(
      said,
      [1, 2, 3, 4, 7, 8, 9].map((number) => `agent.said-${number}`),
    );
  },
);

onBothEngines(
  'a new outbox counts from one, and a restored old one cannot report twice',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const agent = await enrolledAgent(server);
    const send = (outbox: string, number: number) =>
      agent.send({ outbox, reports: [{ number, report: aStatus(`agent.${outbox}-${number}`) }] });
    await send('outbox-a', 5);
    const other = await send('outbox-b', 1);
    assert.deepEqual([other.acknowledged, other.takenBefore], [1, 0]);
    const back = await send('outbox-a', 5);
    assert.deepEqual([back.acknowledged, back.takenBefore], [5, 5]);
    assert.equal((await send('outbox-a', 6)).acknowledged, 6);
    assert.equal((await send('outbox-b', 1)).acknowledged, 1);
    const said = (await statusCodes(server, agent.machineId)).filter((code) => code.startsWith('agent.'));
    assert.deepEqual(said, ['agent.outbox-a-5', 'agent.outbox-b-1', 'agent.outbox-a-6']);
  },
);

onBothEngines(
  'a report that can never be taken is rejected with a code and holds up no other',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const { reports } = server.app.machines;
    // What the handler wrote before it failed must be gone.
    reports.register('step-started', async (tx, machineId) => {
      await tx.run('UPDATE machines SET activity = ? WHERE id = ?', ['error', machineId]);
      throw new Failure('not-found', { what: 'run', id: 'r' });
    });
    reports.register('run', async () => 'run-unknown');
    reports.register('step-finished', async () => {
      throw new TypeError('a defect');
    });
    const agent = await enrolledAgent(server);
    const run = { runId: 'r', attempt: 1, at: 1 };
    const result = {
      index: 0,
      outcome: 'succeeded',
      reason: null,
      exitCode: 0,
      logTail: '',
      versionBefore: null,
      versionAfter: null,
      detection: [],
      startedAt: 1,
      finishedAt: 2,
    };
    const reply = await agent.report(
      aStatus('agent.before'),
      { kind: 'step-started', ...run, index: 0 },
      { kind: 'run', ...run, event: 'received', phase: 'installed-system' },
      { kind: 'step-finished', ...run, result },
      { kind: 'from-the-future', x: 1 },
      { kind: 'heartbeat', bootId: 7 },
      { kind: 'order', orderId: 'of-nobody', accepted: true, reason: null, at: 1 },
      'no object at all' as never,
      aStatus('agent.after'),
    );
    assert.equal(reply.acknowledged, 9);
    assert.deepEqual(reply.rejected, [
      { number: 2, code: 'not-found' },
      { number: 3, code: 'run-unknown' },
      { number: 4, code: 'unexpected' },
      { number: 5, code: 'report-kind-unknown' },
      { number: 6, code: 'invalid-request' },
      { number: 7, code: 'report-not-understood' },
      { number: 8, code: 'report-kind-unknown' },
    ]);
    const codes = await statusCodes(server, agent.machineId);
    assert.equal(codes.filter((code) => code === 'machine.report-rejected').length, 7);
    assert.ok(codes.includes('agent.before') && codes.includes('agent.after'));
    const { activity } = await server.call(machineRoutes.get, { params: { id: agent.machineId } });
    assert.equal(activity, 'idle', 'nothing of the failed report remains');
  },
);

onBothEngines('a fault of the moment rejects nothing: the batch comes again', async (t, { databaseUrl }) => {
  const server = await startTestServer({ databaseUrl });
  atEnd(t, () => server.stop());
  let isFull = true;
  server.app.machines.reports.register('run', async () => {
    if (isFull)
      throw Object.assign(new Error('database or disk is full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 });
    return null;
  });
  const agent = await enrolledAgent(server);
  const batch = {
    outbox: agent.outbox,
    reports: [
      { number: 1, report: aStatus('agent.first') },
      {
        number: 2,
        report: { kind: 'run', runId: 'r', attempt: 1, at: 1, event: 'received', phase: 'installed-system' },
      },
    ],
  };
  const before = await dumpTables(server.kernel.db.read);
  await assert.rejects(agent.send(batch), refusedWith('unexpected', 500));
  assert.deepEqual(await dumpTables(server.kernel.db.read), before);
  isFull = false;
  assert.deepEqual((await agent.send(batch)).rejected, []);
  assert.deepEqual(
    (await statusCodes(server, agent.machineId)).filter((code) => code === 'agent.first'),
    ['agent.first'],
  );
});

onBothEngines('unknown fields of a newer agent are dropped', async (t, { databaseUrl }) => {
  const server = await startTestServer({ databaseUrl });
  atEnd(t, () => server.stop());
  let seen: unknown;
  server.app.machines.reports.register('order', async (_tx, _machineId, report) => {
    seen = report;
    return null;
  });
  const agent = await enrolledAgent(server);
  const order = { kind: 'order', orderId: 'o', accepted: true, reason: null, at: 1 };
  const batch = {
    outbox: agent.outbox,
    mood: 'good',
    reports: [{ number: 1, hint: 2, report: { ...order, colour: 'red' } }],
  };
  assert.deepEqual((await agent.send(batch)).rejected, []);
  assert.deepEqual(seen, order);
});

onBothEngines('forged, oversized and malformed reports change nothing', async (t, { databaseUrl }) => {
  const server = await startTestServer({ databaseUrl });
  atEnd(t, () => server.stop());
  const agent = await enrolledAgent(server);
  await agent.report(aHeartbeat());
  await settle(server);
  const before = await dumpTables(server.kernel.db.read);
  const report = { number: 2, report: aHeartbeat() };
  const bad: [unknown, string][] = [
    [{ outbox: agent.outbox }, 'invalid-request'],
    [{ outbox: 'short', reports: [report] }, 'invalid-request'],
    [{ outbox: 'x'.repeat(65), reports: [report] }, 'invalid-request'],
    [{ outbox: 'with\u0000nul', reports: [report] }, 'invalid-request'],
    [{ outbox: agent.outbox, reports: [{ ...report, number: 0 }] }, 'invalid-request'],
    [{ outbox: agent.outbox, reports: [{ ...report, number: 1.5 }] }, 'invalid-request'],
    [{ outbox: agent.outbox, reports: [{ ...report, number: 1e300 }] }, 'invalid-request'],
    [{ outbox: agent.outbox, reports: Array(501).fill(report) }, 'invalid-request'],
    [JSON.stringify({ outbox: agent.outbox, reports: [report] }).slice(0, -5), 'malformed-request'],
    [`{"outbox":"${agent.outbox}","padding":"${'x'.repeat(16 * 1024 * 1024)}"}`, 'body-too-large'],
  ];
  for (const [batch, code] of bad) await assert.rejects(agent.send(batch), refusedWith(code));
  const { fastify } = server.kernel.http;
  const forged = server.agentToken('some-other-machine').replace(/\..{8}/, '.Wzk5OTk5');
  for (const authorization of [
    `Bearer ${forged}`,
    'Bearer tka1.x.y',
    `Bearer ${await server.apiToken('administrator')}`,
    '',
  ]) {
    const answer = await fastify.inject({
      method: 'POST',
      url: '/agent/v1/reports',
      headers: { authorization },
      payload: {},
    });
    assert.equal(answer.statusCode, 401, authorization);
  }
  // A good token of a machine that does not exist.
  const ghost = await fastify.inject({
    method: 'POST',
    url: '/agent/v1/reports',
    headers: { authorization: `Bearer ${server.agentToken('ghost')}` },
    payload: { outbox: 'outbox-ghost', reports: [report] },
  });
  assert.equal(ghost.json().code, 'machine-not-admitted');
  assert.deepEqual(await dumpTables(server.kernel.db.read), before);
});

onBothEngines('a heartbeat that says nothing new writes one row', async (t, { databaseUrl }) => {
  const server = await startTestServer({ databaseUrl });
  atEnd(t, () => server.stop());
  const agent = await enrolledAgent(server);
  await agent.report(aHeartbeat());
  const inventoryAsked = await agent.report(aHeartbeat());
  assert.equal(inventoryAsked.wantsInventory, true);
  await server.kernel.db.transaction((tx) => tx.run('UPDATE machines_presence SET wants_inventory = 0'));
  const { machines_presence: _, ...before } = await dumpTables(server.kernel.db.read);
  for (let round = 0; round < 5; round += 1) {
    const reply = await agent.report(aHeartbeat({ freeBytes: 7 }));
    assert.deepEqual([reply.acknowledged, reply.wantsInventory, reply.rejected], [3 + round, false, []]);
  }
  const old = { outbox: agent.outbox, reports: [{ number: 5, report: aHeartbeat() }] };
  assert.equal((await agent.send(old)).acknowledged, 7, 'one that comes again counts nothing back');
  const { machines_presence: presence, ...after } = await dumpTables(server.kernel.db.read);
  assert.deepEqual(after, before);
  assert.match(presence?.[0] ?? '', /"free_bytes":7/);
});

onBothEngines('many heartbeats at once are each counted once', async (t, { databaseUrl }) => {
  const server = await startTestServer({ databaseUrl });
  atEnd(t, () => server.stop());
  const agents = [];
  for (let index = 0; index < 20; index += 1)
    agents.push(await enrolledAgent(server, { name: `pc-${index}` }));
  for (const agent of agents) await agent.report(aHeartbeat());
  await server.kernel.db.transaction((tx) => tx.run('UPDATE machines_presence SET wants_inventory = 0'));
  const rounds = await Promise.all(
    agents.flatMap((agent) => [agent.report(aHeartbeat()), agent.report(aHeartbeat())]),
  );
  assert.ok(rounds.every(({ rejected }) => rejected.length === 0));
  const rows = await server.kernel.db.read.all<{ taken: number }>('SELECT taken FROM machines_presence');
  assert.deepEqual(
    rows.map(({ taken }) => taken),
    Array(20).fill(3),
  );
});

onBothEngines(
  'a heartbeat of another version, boot or run is noticed at once',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const runs = async () =>
      (await server.kernel.db.read.one('SELECT active_runs FROM machines_presence'))?.active_runs;
    const agent = await enrolledAgent(server);
    await agent.report(aHeartbeat());
    assert.equal(await runs(), '');
    await agent.report(aHeartbeat({ agentVersion: '0.2.0', activeRuns: [{ runId: 'r1', attempt: 1 }] }));
    assert.equal(await runs(), 'r1:1');
    const { items } = await server.call(machineRoutes.list);
    assert.deepEqual(
      items.map(({ agentVersion, powerState }) => [agentVersion, powerState]),
      [['0.2.0', 'on']],
    );
  },
);
