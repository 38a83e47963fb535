import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import { aHeartbeat } from '@tenkai/testkit/bare-agent.ts';
import { dialChannel } from '@tenkai/testkit/dialing-agent.ts';
import { dumpWorld } from '@tenkai/testkit/dump-tables.ts';
import type { TestServer } from '@tenkai/testkit/start-server.ts';
import { WebSocket } from 'ws';
import { enrollAgents, inBothModes, siteOf, until } from './both-modes-for-test.ts';

inBothModes('an agent enrolls, reports, is online, hears a nudge and fetches', async (t, server) => {
  const { channel } = server.kernel;
  const presence: string[] = [];
  const [agent] = await enrollAgents(t, server, 1);
  assert.ok(agent);
  const { machineId } = agent;
  channel.onPresence((id, isOnline) => void presence.push(`${id} ${isOnline ? 'on' : 'off'}`));
  assert.equal(channel.nudge(machineId), false);

  const reply = await agent.send(1, aHeartbeat());
  assert.deepEqual([reply.acknowledged, reply.hasOrders], [1, true]);
  assert.deepEqual(await agent.orders(), { orders: [] });
  assert.equal((await agent.send(2, aHeartbeat())).hasOrders, false);

  const dialed = await agent.dial();
  await until(() => channel.isOnline(machineId));
  assert.deepEqual(channel.online(), [machineId]);
  assert.equal(channel.nudge(machineId), true);
  assert.deepEqual(await dialed.next(), { type: 'nudge' });
  channel.nudge(machineId, 2000);
  assert.deepEqual(await dialed.next(), { type: 'nudge', withinMs: 2000 });
  assert.equal((await agent.send(3, aHeartbeat())).hasOrders, true);

  dialed.socket.close();
  await until(() => !channel.isOnline(machineId));
  assert.deepEqual(presence, [`${machineId} on`, `${machineId} off`]);
});

/** What the site says to a request for a channel. */
async function channelRefusal(server: TestServer, token: string | null, path: string = agentPaths.channel) {
  const socket = new WebSocket(server.baseUrl.replace('https', 'wss') + path, {
    ca: server.kernel.keys.rootCertificate,
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
  });
  const [, response] = await once(socket, 'unexpected-response');
  return [response.statusCode, JSON.parse(await textOf(response)).code];
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of response) text += part;
  return text;
}

inBothModes('nobody gets a channel without a good token, or at another address', async (_t, server) => {
  const { agentTokens } = server.kernel.access;
  const expired = agentTokens.issue({ machineId: 'm1', keyThumbprint: 'k', expiresAt: 1 });
  for (const token of [null, 'nonsense', expired, await server.apiToken('administrator')]) {
    assert.deepEqual(await channelRefusal(server, token), [401, 'agent-token-invalid']);
  }
  const good = server.agentToken('m1');
  assert.deepEqual(await channelRefusal(server, good, '/agent/v1/other'), [404, 'no-such-address']);
  assert.deepEqual(server.kernel.channel.online(), []);
});

inBothModes('a machine has one channel, the newest, wherever it is held', async (_t, server) => {
  const { channel } = server.kernel;
  const presence: boolean[] = [];
  channel.onPresence((_id, isOnline) => void presence.push(isOnline));
  let current = await dialChannel(siteOf(server), server.agentToken('m1'));
  await until(() => channel.isOnline('m1'));
  // With two gateways, one of so many connections goes to the other one.
  for (let again = 0; again < 8; again += 1) {
    const newer = await dialChannel(siteOf(server), server.agentToken('m1'));
    assert.equal(await current.closed, 4001);
    current = newer;
  }
  channel.nudge('m1');
  assert.deepEqual(await current.next(), { type: 'nudge' });
  assert.deepEqual(presence, [true]);
  channel.drop('m1');
  assert.equal(await current.closed, 4002);
});

inBothModes(
  'a machine that was shut out loses its channel, and its reports are refused',
  async (t, server) => {
    const [agent] = await enrollAgents(t, server, 1);
    assert.ok(agent);
    await agent.send(1, aHeartbeat());
    server.kernel.access.isShutOut = ({ machineId }) => machineId === agent.machineId;
    await assert.rejects(agent.send(2, aHeartbeat()), { status: 401 });
    const token = server.agentToken(agent.machineId);
    const dialed = await dialChannel(siteOf(server), token).catch(() => undefined);
    // A gateway learns of it from the core, right after it has opened the channel.
    if (dialed) assert.equal(await dialed.closed, 4002);
    await until(() => !server.kernel.channel.isOnline(agent.machineId));
  },
);

inBothModes(
  'a key that was replaced holds no channel, though the one of the new key is there',
  async (_t, server) => {
    const { access, channel } = server.kernel;
    access.isShutOut = ({ keyThumbprint }) => keyThumbprint === 'old';
    // With two gateways, some of so many come to the one that holds the channel of the new key.
    for (let again = 0; again < 6; again += 1) {
      const present = await dialChannel(siteOf(server), server.agentToken('m1', 'new'));
      await until(() => channel.isOnline('m1'));
      const old = await dialChannel(siteOf(server), server.agentToken('m1', 'old')).catch(() => undefined);
      if (old) assert.equal(await old.closed, 4002);
      present.socket.close();
      await present.closed;
      await until(() => !channel.isOnline('m1'));
    }
  },
);

inBothModes('a stopping server says goodbye, and by when to come back', async (_t, server) => {
  const { socket, messages, closed } = await dialChannel(siteOf(server), server.agentToken('m1'));
  await until(() => server.kernel.channel.isOnline('m1'));
  await server.stop();
  assert.equal(await closed, 1001);
  assert.deepEqual(messages, [{ type: 'goodbye', reconnectWithinMs: 2000 }]);
  assert.equal(socket.readyState, WebSocket.CLOSED);
});

inBothModes(
  'an agent that sends more than a channel carries is cut off, the others stay',
  async (_t, server) => {
    const loud = await dialChannel(siteOf(server), server.agentToken('m1'));
    await dialChannel(siteOf(server), server.agentToken('m2'));
    await until(() => server.kernel.channel.online().length === 2);
    loud.socket.send('x'.repeat(100_000));
    assert.equal(await loud.closed, 1009);
    await until(() => !server.kernel.channel.isOnline('m1'));
    assert.deepEqual(server.kernel.channel.online(), ['m2']);
  },
);

interface Sent {
  readonly body: string;
  readonly type?: string;
  readonly token?: string;
}

async function post(server: TestServer, { body, type = 'application/json', token }: Sent) {
  const sent = request(server.baseUrl + agentPaths.reports, {
    method: 'POST',
    ca: server.kernel.keys.rootCertificate,
    agent: false,
    headers: {
      'content-type': type,
      'content-length': Buffer.byteLength(body),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
  });
  // Of a body that is refused unread the end need not be taken.
  sent.on('error', () => {});
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const answer = JSON.parse(await textOf(response));
  return [response.statusCode, answer.code];
}

inBothModes('hostile reports are refused with a reason and change nothing', async (t, server) => {
  const [agent] = await enrollAgents(t, server, 1);
  assert.ok(agent);
  const token = await agent.tokens.get();
  const good = JSON.stringify({ outbox: 'outbox-1', reports: [{ number: 1, report: aHeartbeat() }] });
  const { db } = server.kernel;
  await server.kernel.events.idle();
  const before = await dumpWorld(server);
  const cases: [Sent, number, string][] = [
    [{ body: good }, 401, 'agent-token-invalid'],
    [{ body: good, token: `${token}x` }, 401, 'agent-token-invalid'],
    [{ body: good, token, type: 'application/octet-stream' }, 415, 'unsupported-media-type'],
    [{ body: good.slice(0, -1), token }, 400, 'malformed-request'],
    [{ body: '', token }, 400, 'malformed-request'],
    [{ body: '[]', token }, 422, 'invalid-request'],
    [{ body: 'null', token }, 422, 'invalid-request'],
    [{ body: good.replace('{', '{"__proto__":{"a":1},'), token }, 400, 'malformed-request'],
    [{ body: good.replace('{', '{"\\u005f_proto__":{"a":1},'), token }, 400, 'malformed-request'],
    [
      { body: good.replace('{', `{"more":"${'x'.repeat(70_000)}","__proto__":{},`), token },
      400,
      'malformed-request',
    ],
    [{ body: good.replace('{', '{"constructor":{"prototype":{}},'), token }, 400, 'malformed-request'],
    [{ body: good.replace('outbox-1', 'o'), token }, 422, 'invalid-request'],
    [{ body: `"${'x'.repeat(17 * 1024 * 1024)}"`, token }, 413, 'body-too-large'],
  ];
  for (const [sent, status, code] of cases)
    assert.deepEqual(await post(server, sent), [status, code], sent.body.slice(0, 60));
  assert.deepEqual(await dumpWorld(server), before);
  assert.deepEqual(await post(server, { body: good, token }), [200, undefined]);
  const taken = await db.read.one<{ taken: number }>('SELECT taken FROM machines_presence');
  assert.equal(taken?.taken, 1);
});
