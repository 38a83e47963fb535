import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { type TestContext, test } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { livePath } from './live.ts';

declare module './events.ts' {
  interface EventMap {
    'tests.changed': { id: string; machineId: string | null };
    'tests.hidden': { id: string };
    'tests.admins': { id: string };
  }
}

async function start(t: TestContext) {
  const server = await startTestServer({ listen: true });
  atEnd(t, () => server.stop());
  const { live } = server.kernel;
  live.expose('tests.changed', {
    permission: 'view',
    message: ({ id }) => ({ topic: 'tests', id }),
    machineId: ({ machineId }) => machineId,
  });
  live.expose('tests.admins', { permission: 'manage-users', message: ({ id }) => ({ topic: 'admins', id }) });
  live.seesMachine = async (caller, machineId) =>
    caller.collectionScope?.includes(`has-${machineId}`) === true;
  return server;
}

/** An open console: collects what it is told; resolves once the server has said `open`. */
async function listen(t: TestContext, server: TestServer, secret: string) {
  const heard: string[] = [];
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const url = new URL(livePath, server.baseUrl);
    const sent = request(url, {
      ca: server.kernel.keys.rootCertificate,
      lookup: (_name, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
      headers: { authorization: `Bearer ${secret}` },
    });
    sent.on('response', resolve).on('error', reject).end();
    atEnd(t, () => void sent.destroy());
  });
  let text = '';
  const waiting: { n: number; resolve: () => void }[] = [];
  const opened = new Promise<void>((resolve) => {
    response.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      const messages = text.split('\n\n');
      text = messages.pop() ?? '';
      for (const message of messages) {
        if (message.includes('event: open')) resolve();
        else if (message.startsWith('data: ')) heard.push(message.slice('data: '.length));
      }
      for (const { n, resolve: done } of waiting) if (heard.length >= n) done();
    });
  });
  if (response.statusCode === 200) await opened;
  return {
    response,
    heard: () => heard.map((message) => JSON.parse(message)),
    until: (n: number) =>
      new Promise<void>((resolve) => (heard.length >= n ? resolve() : waiting.push({ n, resolve }))),
  };
}

test('consoles hear of what their role and scope let them see, and of nothing that is not exposed', async (t) => {
  const server = await start(t);
  const { events } = server.kernel;
  const scoped = await server.app.users.createWithToken({
    name: 'scoped',
    role: 'operator',
    collectionScope: ['has-m1'],
  });
  await server.apiToken('viewer');
  const administratorToken = await server.apiToken('administrator');
  await events.idle();
  const administrator = await listen(t, server, administratorToken);
  const viewer = await listen(t, server, await server.apiToken('viewer'));
  const narrow = await listen(t, server, scoped.secret);
  events.announce('tests.hidden', { id: 'hidden' });
  events.announce('tests.admins', { id: 'a' });
  events.announce('tests.changed', { id: '1', machineId: 'm1' });
  events.announce('tests.changed', { id: '2', machineId: 'm2' });
  events.announce('tests.changed', { id: '3', machineId: null });
  await Promise.all([administrator.until(4), viewer.until(3), narrow.until(2)]);
  const about = (ids: string[]) => ids.map((id) => ({ topic: 'tests', id }));
  assert.deepEqual(administrator.heard(), [{ topic: 'admins', id: 'a' }, ...about(['1', '2', '3'])]);
  assert.deepEqual(viewer.heard(), about(['1', '2', '3']));
  assert.deepEqual(narrow.heard(), about(['1', '3']));
});

test('a stream needs a signed-in user, and ends when the server stops', async (t) => {
  const server = await start(t);
  assert.equal((await listen(t, server, 'tenkai_wrong')).response.statusCode, 401);
  const { response } = await listen(t, server, await server.apiToken('viewer'));
  const ended = new Promise((resolve) => response.on('end', resolve));
  server.kernel.live.stop();
  await ended;
});
