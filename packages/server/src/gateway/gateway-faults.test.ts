import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StatusReport } from '@tenkai/protocol/agent/reports.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aHeartbeat } from '@tenkai/testkit/bare-agent.ts';
import type { DialedChannel, DialingAgent } from '@tenkai/testkit/dialing-agent.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';
import { enrollAgents, until } from './both-modes-for-test.ts';

const said = (text: string): StatusReport => ({
  kind: 'status',
  severity: 'info',
  code: 'agent.said',
  params: { text },
  at: 1,
});

/** As an outbox does: the same number again, until the site has acknowledged it. */
async function sendUntilAcknowledged(agent: DialingAgent, number: number) {
  for (;;) {
    try {
      const { acknowledged } = await agent.send(number, said(`${agent.machineId} ${number}`));
      if (acknowledged >= number) return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

test('kill -9 of a gateway under load: each report is taken once, presence is true, all come back', async (t) => {
  const server = await startTestServer({ listen: true, gateways: 2 });
  atEnd(t, () => server.stop());
  const { channel, db } = server.kernel;
  const agents = await enrollAgents(t, server, 12);
  for (const agent of agents) await agent.send(1, aHeartbeat());
  const channels = new Map<string, DialedChannel>();
  for (const agent of agents) channels.set(agent.machineId, await agent.dial());
  await until(() => channel.online().length === agents.length);

  const reportsEach = 40;
  let acknowledged = 0;
  const senders = agents.map(async (agent) => {
    for (let number = 2; number < 2 + reportsEach; number += 1) {
      await sendUntilAcknowledged(agent, number);
      acknowledged += 1;
    }
  });
  const pids = () => server.doors?.gatewayPids() ?? [];
  const [victim] = pids();
  await until(() => acknowledged > 60);
  process.kill(victim as number, 'SIGKILL');
  const lost = new Set<string>();
  for (const [id, { closed }] of channels) void closed.then(() => lost.add(id));
  await until(() => channel.online().length < agents.length);
  // Whose socket is still open is online, and nobody else.
  await until(() => lost.size + channel.online().length === agents.length);
  assert.ok(lost.size > 0);
  assert.deepEqual(
    channel.online().filter((id) => lost.has(id)),
    [],
  );

  await Promise.all(senders);
  const rows = await db.read.all<{ params: string; n: number }>(
    "SELECT params, count(*) AS n FROM status_messages WHERE code = 'agent.said' GROUP BY params",
  );
  assert.equal(rows.length, agents.length * reportsEach);
  assert.deepEqual(
    rows.filter(({ n }) => n !== 1),
    [],
  );

  await until(() => pids().length === 2);
  assert.ok(!pids().includes(victim as number));
  for (const agent of agents.filter(({ machineId }) => lost.has(machineId)))
    channels.set(agent.machineId, await agent.dial());
  await until(() => channel.online().length === agents.length);
  for (const agent of agents) {
    channel.nudge(agent.machineId);
    assert.deepEqual(await channels.get(agent.machineId)?.next(), { type: 'nudge' });
  }
});

test('a port that somebody else listens on is not shared', async (t) => {
  const first = await startTestServer({ listen: true, gateways: 1 });
  atEnd(t, () => first.stop());
  const port = Number(new URL(first.baseUrl).port);
  const second = await startTestServer({ gateways: 1 });
  atEnd(t, () => second.stop());
  await assert.rejects(second.app.open({ host: '127.0.0.1', port }), /EADDRINUSE/);
});
