import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { agentPaths, frameOf, longestAnswerBytes, splitFrame } from '@tenkai/protocol/agent/channel.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { WebSocket } from 'ws';
import { createAccess } from '../kernel/access/access.ts';
import { createAgentTokens } from '../kernel/access/agent-token.ts';
import { createLog } from '../kernel/log.ts';
import type { Answer } from './answer.ts';
import { until } from './both-modes-for-test.ts';
import { createAgentSockets } from './sockets.ts';

const route = `POST ${agentPaths.reports}`;

/** The sockets of a site whose work the test does itself, and one agent on them. */
async function openLine(t: TestContext) {
  const agentTokens = createAgentTokens({ key: Buffer.alloc(32, 1), now: Date.now });
  const taken: { body: string | null; answer: (answer: Answer) => void }[] = [];
  const sockets = createAgentSockets({
    access: createAccess({ agentTokens }),
    routes: new Set([route]),
    take: (_route, _agent, body) => new Promise((answer) => void taken.push({ body, answer })),
    log: createLog({ level: 'silent' }),
    onPresence: () => {},
  });
  const server = createServer().listen(0, '127.0.0.1').on('upgrade', sockets.upgrade);
  await once(server, 'listening');
  const token = agentTokens.issue({ machineId: 'm1', keyThumbprint: 'k', expiresAt: Date.now() + 600_000 });
  const { port } = server.address() as AddressInfo;
  const socket = new WebSocket(`ws://127.0.0.1:${port}${agentPaths.channel}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const heard: { head: unknown; body: string | null }[] = [];
  socket.on('message', (data) => void heard.push(splitFrame(String(data))));
  await once(socket, 'open');
  atEnd(t, async () => {
    socket.terminate();
    await sockets.stop(0);
    server.close();
  });
  const call = (id: number, body: string) => socket.send(frameOf({ type: 'call', id, route }, body));
  return { sockets, socket, taken, heard, call };
}

test('of a machine that calls without end only a few calls are held', async (t) => {
  const { taken, heard, call } = await openLine(t);
  const many = 60;
  const body = JSON.stringify('x'.repeat(60_000));
  for (let id = 1; id <= many; id += 1) call(id, body);
  let most = 0;
  let answered = 0;
  while (heard.length < many) {
    await until(() => taken.length > 0 || heard.length === many);
    // Whatever is going to come of what was sent has come by then.
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    most = Math.max(most, taken.length);
    for (const { answer } of taken.splice(0, 4)) {
      answered += 1;
      answer({ status: 200, body: '{}' });
    }
  }
  assert.equal(answered, many);
  assert.ok(most <= 10, `${most}`);
});

test('an answer that is too long for the channel is fetched elsewhere', async (t) => {
  const { taken, heard, call } = await openLine(t);
  for (const bytes of [longestAnswerBytes, longestAnswerBytes + 1]) {
    call(bytes, '{}');
    await until(() => taken.length > 0);
    taken.pop()?.answer({ status: 200, body: JSON.stringify('x'.repeat(bytes - 2)) });
  }
  await until(() => heard.length === 2);
  assert.deepEqual(
    heard.map(({ head, body }) => [(head as { type: string }).type, body?.length]),
    [
      ['answer', longestAnswerBytes],
      ['elsewhere', undefined],
    ],
  );
});

test('sockets that stop answer what was asked before they close', async (t) => {
  const { sockets, socket, taken, heard, call } = await openLine(t);
  const closed = once(socket, 'close');
  call(1, '{}');
  await until(() => taken.length === 1);
  const stopped = sockets.stop(2000);
  await until(() => heard.length === 1);
  taken[0]?.answer({ status: 200, body: '{"acknowledged":1}' });
  await stopped;
  assert.equal((await closed)[0], 1001);
  assert.deepEqual(heard, [
    { head: { type: 'goodbye', reconnectWithinMs: 2000 }, body: null },
    { head: { type: 'answer', id: 1, status: 200 }, body: '{"acknowledged":1}' },
  ]);
});
