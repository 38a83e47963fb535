import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { WebSocket } from 'ws';

async function start(t: TestContext) {
  const server = await startTestServer({ listen: true });
  t.after(() => server.stop());
  const presence: string[] = [];
  server.kernel.channel.onPresence((id, isOnline) => void presence.push(`${id} ${isOnline ? 'on' : 'off'}`));
  return { server, presence };
}

function dial(server: TestServer, token: string | null, path: string = agentPaths.channel) {
  const socket = new WebSocket(server.baseUrl.replace('https', 'wss') + path, {
    ca: server.kernel.keys.rootCertificate,
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
  });
  const messages: unknown[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  return { socket, messages };
}

async function refusal(server: TestServer, token: string | null, path?: string) {
  const { socket } = dial(server, token, path);
  const [, response] = await once(socket, 'unexpected-response');
  let body = '';
  for await (const part of response) body += part;
  return [response.statusCode, JSON.parse(body).code];
}

test('an agent with a token is online, is nudged, and gone when it hangs up', async (t) => {
  const { server, presence } = await start(t);
  const { channel } = server.kernel;
  assert.equal(channel.nudge('m1'), false);
  const { socket } = dial(server, server.agentToken('m1'));
  await once(socket, 'open');
  assert.deepEqual([channel.isOnline('m1'), channel.online()], [true, ['m1']]);
  assert.equal(channel.nudge('m1'), true);
  const [data] = await once(socket, 'message');
  assert.deepEqual(JSON.parse(String(data)), { type: 'nudge' });
  const gone = new Promise<void>((resolve) => channel.onPresence(() => resolve()));
  socket.close();
  await gone;
  assert.equal(channel.isOnline('m1'), false);
  assert.deepEqual(presence, ['m1 on', 'm1 off']);
});

test('nobody gets a socket without a good token, or at another address', async (t) => {
  const { server } = await start(t);
  const expired = server.kernel.access.agentTokens.issue({
    machineId: 'm1',
    keyThumbprint: 'k',
    expiresAt: 1,
  });
  for (const token of [null, 'nonsense', expired, await server.apiToken('administrator')]) {
    assert.deepEqual(await refusal(server, token), [401, 'agent-token-invalid']);
  }
  assert.deepEqual(await refusal(server, server.agentToken('m1'), '/agent/v1/other'), [
    404,
    'no-such-address',
  ]);
  assert.deepEqual(server.kernel.channel.online(), []);
});

test('a machine has one socket: the newest', async (t) => {
  const { server, presence } = await start(t);
  const first = dial(server, server.agentToken('m1'));
  await once(first.socket, 'open');
  const second = dial(server, server.agentToken('m1'));
  const [[code]] = await Promise.all([once(first.socket, 'close'), once(second.socket, 'open')]);
  assert.equal(code, 4001);
  server.kernel.channel.nudge('m1');
  await once(second.socket, 'message');
  assert.deepEqual([first.messages, second.messages], [[], [{ type: 'nudge' }]]);
  assert.deepEqual(presence, ['m1 on']);
  const closed = once(second.socket, 'close');
  server.kernel.channel.drop('m1');
  assert.equal((await closed)[0], 4002);
});

test('a stopping server says goodbye and by when to come back', async (t) => {
  const { server } = await start(t);
  const { socket, messages } = dial(server, server.agentToken('m1'));
  await once(socket, 'open');
  const closed = once(socket, 'close');
  await server.kernel.channel.stop();
  assert.equal((await closed)[0], 1001);
  assert.deepEqual(messages, [{ type: 'goodbye', reconnectWithinMs: 2000 }]);
  assert.deepEqual(await refusal(server, server.agentToken('m2')), [503, 'stopping']);
});

test('an agent that sends more than a channel carries is cut off, the others stay', async (t) => {
  const { server } = await start(t);
  const loud = dial(server, server.agentToken('m1'));
  const quiet = dial(server, server.agentToken('m2'));
  await Promise.all([once(loud.socket, 'open'), once(quiet.socket, 'open')]);
  loud.socket.send('x'.repeat(5000));
  assert.equal((await once(loud.socket, 'close'))[0], 1009);
  assert.deepEqual(server.kernel.channel.online(), ['m2']);
});
