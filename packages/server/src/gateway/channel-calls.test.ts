import assert from 'node:assert/strict';
import { agentPaths, frameOf } from '@tenkai/protocol/agent/channel.ts';
import { aHeartbeat } from '@tenkai/testkit/bare-agent.ts';
import { type DialedChannel, dialChannel } from '@tenkai/testkit/dialing-agent.ts';
import { dumpWorld } from '@tenkai/testkit/dump-tables.ts';
import { enrollAgents, inBothModes, siteOf } from './both-modes-for-test.ts';

const reports = `POST ${agentPaths.reports}`;
const orders = `GET ${agentPaths.orders}`;

interface Asked {
  readonly id: number;
  readonly route?: string;
  readonly token?: string;
}

interface Answered {
  readonly type: string;
  readonly id: number;
  readonly status: number;
  readonly body: { readonly acknowledged?: number; readonly code?: string };
}

async function ask({ socket, next }: DialedChannel, head: Asked, body: string | null = null) {
  socket.send(frameOf({ type: 'call', route: reports, ...head }, body));
  return (await next()) as Answered;
}

const batch = (outbox: string, number: number) =>
  JSON.stringify({ outbox, reports: [{ number, report: aHeartbeat() }] });

inBothModes('reports and questions over a channel are answered as requests are', async (t, server) => {
  const [agent] = await enrollAgents(t, server, 1);
  assert.ok(agent);
  const { outbox } = agent;
  const channel = await agent.dial();
  const taken = await ask(channel, { id: 1 }, batch(outbox, 1));
  assert.deepEqual([taken.type, taken.id, taken.status, taken.body.acknowledged], ['answer', 1, 200, 1]);
  assert.deepEqual(await ask(channel, { id: 2, route: orders }), {
    type: 'answer',
    id: 2,
    status: 200,
    body: { orders: [] },
  });
  // The same outbox, by the other way: numbers are one row.
  assert.equal((await agent.send(2, aHeartbeat())).acknowledged, 2);
  const again = await ask(channel, { id: 3 }, batch(outbox, 2));
  assert.deepEqual([again.status, again.body.acknowledged], [200, 2]);
  const row = await server.kernel.db.read.one<{ taken: number }>('SELECT taken FROM machines_presence');
  assert.equal(row?.taken, 2);
});

inBothModes('hostile calls are refused with a reason and change nothing', async (t, server) => {
  const [agent, other] = await enrollAgents(t, server, 2);
  assert.ok(agent && other);
  const channel = await agent.dial();
  const good = batch(agent.outbox, 1);
  await server.kernel.events.idle();
  const before = await dumpWorld(server);
  const cases: [string, number, string][] = [
    [good.slice(0, -1), 400, 'malformed-request'],
    ['', 400, 'malformed-request'],
    ['[]', 422, 'invalid-request'],
    [good.replace('{', '{"__proto__":{"a":1},'), 400, 'malformed-request'],
    [good.replace(agent.outbox, 'o'), 422, 'invalid-request'],
  ];
  for (const [index, [body, status, code]] of cases.entries()) {
    const answer = await ask(channel, { id: index + 1 }, body);
    assert.deepEqual([answer.status, answer.body.code], [status, code], body.slice(0, 60));
  }
  const { agentTokens } = server.kernel.access;
  const claims = agentTokens.verify(await agent.tokens.get());
  const others = [{ machineId: other.machineId }, { keyThumbprint: 'another' }];
  const tokens = others.map((facts) => agentTokens.issue({ ...claims, ...facts }));
  for (const token of ['nonsense', await server.apiToken('administrator'), ...tokens]) {
    const answer = await ask(channel, { id: 9, token }, good);
    assert.deepEqual([answer.status, answer.body.code], [401, 'agent-token-invalid']);
  }
  for (const route of [`GET ${agentPaths.site}`, `POST ${agentPaths.token}`, 'GET /api/v1/machines', ''])
    assert.deepEqual(await ask(channel, { id: 10, route }), { type: 'elsewhere', id: 10 });
  assert.deepEqual(await dumpWorld(server), before);
  assert.equal((await ask(channel, { id: 11 }, good)).status, 200);
});

inBothModes('a channel is as good as its token, and a new one can be shown', async (t, server) => {
  const [agent] = await enrollAgents(t, server, 1);
  assert.ok(agent);
  const { agentTokens } = server.kernel.access;
  const claims = agentTokens.verify(await agent.tokens.get());
  const endsSoon = agentTokens.issue({ ...claims, expiresAt: Date.now() + 1000 });
  const channel = await dialChannel(siteOf(server), endsSoon);
  const codes = new Set<number>();
  const limit = AbortSignal.timeout(20_000);
  for (let id = 1; !codes.has(401); id += 1) {
    limit.throwIfAborted();
    codes.add((await ask(channel, { id }, batch(agent.outbox, id))).status);
  }
  const token = await agent.tokens.get();
  assert.equal((await ask(channel, { id: 1, token }, batch(agent.outbox, 1))).status, 200);
  assert.equal((await ask(channel, { id: 2 }, batch(agent.outbox, 1))).status, 200);
});

inBothModes('a machine that is shut out gets nothing over the channel that it has', async (t, server) => {
  const [agent] = await enrollAgents(t, server, 1);
  assert.ok(agent);
  const channel = await agent.dial();
  assert.equal((await ask(channel, { id: 1 }, batch(agent.outbox, 1))).status, 200);
  server.kernel.access.isShutOut = ({ machineId }) => machineId === agent.machineId;
  const answer = await ask(channel, { id: 2 }, batch(agent.outbox, 2));
  assert.deepEqual([answer.status, answer.body.code], [401, 'agent-token-invalid']);
});

inBothModes('what is no call closes the channel; what later agents may say does not', async (_t, server) => {
  const cases: [string | Buffer, number][] = [
    ['{', 1007],
    ['null', 1007],
    ['{"type":"call"}', 1007],
    ['{"type":"call","id":0,"route":"x"}', 1007],
    [Buffer.from('{"type":"call","id":1,"route":"x"}'), 1003],
  ];
  for (const [message, code] of cases) {
    const channel = await dialChannel(siteOf(server), server.agentToken('m1'));
    channel.socket.send(message);
    assert.equal(await channel.closed, code, String(message));
  }
  const channel = await dialChannel(siteOf(server), server.agentToken('m1'));
  channel.socket.send('{"type":"greeting"}');
  assert.equal((await ask(channel, { id: 1, route: 'GET /elsewhere' })).type, 'elsewhere');
});
