import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import type { FallbackReport } from '@tenkai/protocol/agent/fallback.ts';
import { fallbackRoutes } from '@tenkai/protocol/api/fallback.ts';
import { listStatusMessages } from '@tenkai/protocol/api/status.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { createFakeClock } from '../../kernel/clock.ts';

const trouble = {
  kind: 'certificate',
  code: 'site-root-mismatch',
  detail: '',
  server: 'https://mp.example',
  since: 5,
} as const;
const report = (over: Partial<FallbackReport> = {}): FallbackReport => ({
  sender: randomUUID(),
  name: 'alder',
  agentVersion: '0.1.0',
  operatingSystem: 'Debian',
  trouble,
  ...over,
});

async function send(server: TestServer, body: unknown, remoteAddress = '192.0.2.10') {
  const answer = await server.kernel.http.fastify.inject({
    method: 'POST',
    url: agentPaths.fallback,
    remoteAddress,
    headers: { 'content-type': 'application/json' },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: answer.statusCode, text: answer.body };
}

const list = async (server: TestServer) => (await server.call(fallbackRoutes.list)).items;
const told = async (server: TestServer) =>
  (await server.call(listStatusMessages, { query: { code: 'fallback.machine-lost', limit: 1000 } })).items;

onBothEngines(
  'AGENT-13: what keeps a machine out is shown until it has got in, each machine once, and told once',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const mine = report();
    for (let times = 0; times < 3; times += 1) assert.equal((await send(server, mine)).status, 200);
    await send(server, report({ name: 'birch' }), '192.0.2.11');
    const rows = await list(server);
    assert.deepEqual(rows.map(({ name, address, code }) => [name, address, code]).sort(), [
      ['alder', '192.0.2.10', 'site-root-mismatch'],
      ['birch', '192.0.2.11', 'site-root-mismatch'],
    ]);
    assert.ok(!JSON.stringify(rows).includes(mine.sender), 'nobody learns how to speak for another machine');
    assert.deepEqual((await told(server)).map(({ params }) => params.name).sort(), ['alder', 'birch']);

    await send(server, { ...mine, trouble: { ...trouble, kind: 'enrollment', code: 'ticket-used-up' } });
    assert.equal((await told(server)).length, 3);
    assert.equal((await list(server)).find(({ name }) => name === 'alder')?.code, 'ticket-used-up');
    // Only who knows the sender's own word changes it.
    await send(server, report({ name: 'alder', trouble: null }));
    assert.equal((await list(server)).length, 2);
    await send(server, { ...mine, trouble: null });
    const [left] = await list(server);
    assert.equal(left?.name, 'birch');
    await assert.rejects(server.call(fallbackRoutes.list, { as: 'viewer' }), { status: 403 });
    await server.call(fallbackRoutes.remove, { params: { id: left?.id ?? '' } });
    assert.deepEqual(await list(server), []);
    await assert.rejects(server.call(fallbackRoutes.remove, { params: { id: 'x' } }), { status: 404 });
  },
);

onBothEngines('strangers are heard in bounds, and nothing they say does harm', async (t, { databaseUrl }) => {
  const clock = createFakeClock();
  const server = await startTestServer({ databaseUrl, clock });
  atEnd(t, () => server.stop());
  const secret = 'not-to-be-repeated';
  for (const body of [
    {},
    secret,
    report({ name: '' }),
    report({ name: 'x'.repeat(256) }),
    report({ sender: secret }),
    report({ trouble: { ...trouble, detail: secret.repeat(100) } }),
    report({ trouble: { ...trouble, code: "x'; DROP TABLE fallback_machines" } }),
    report({ trouble: { ...trouble, kind: 'secret' as never } }),
    { ...report(), padding: 'x'.repeat(5000) },
  ]) {
    const { status, text } = await send(server, body);
    assert.ok(status >= 400 && status < 500, `${status}`);
    assert.ok(!text.includes(secret), text);
    clock.advance(1000);
  }
  assert.deepEqual(await list(server), []);
  await send(
    server,
    report({ name: '\u001b[2Jalder\u202e', trouble: { ...trouble, detail: '\u0000\ud800' } }),
  );
  const [row] = await list(server);
  assert.deepEqual([row?.name, row?.detail], ['\ufffd[2Jalder\ufffd', '\ufffd\ufffd']);

  // One address, again and again under another name.
  const statuses = new Set<number>();
  for (let times = 0; times < 300; times += 1) {
    statuses.add((await send(server, report(), '198.51.100.1')).status);
    if (times > 100) clock.advance(1000);
  }
  assert.deepEqual([...statuses].sort(), [200, 429]);
  const ofFlood = (await list(server)).filter(({ address }) => address === '198.51.100.1');
  assert.equal(ofFlood.length, 200);
  assert.ok((await told(server)).length <= 35, 'a flood leaves few messages behind');
  assert.equal((await list(server)).filter(({ address }) => address === '192.0.2.10').length, 1);
});

onBothEngines('a flood from everywhere is bounded, and what is old goes', async (t, { databaseUrl }) => {
  const clock = createFakeClock();
  const server = await startTestServer({ databaseUrl, clock });
  atEnd(t, () => server.stop());
  await send(server, report({ name: 'old' }));
  const days = 86_400_000;
  clock.advance(31 * days);
  await server.kernel.jobs.idle();
  assert.deepEqual(await list(server), []);
  for (let index = 0; index < 350; index += 1)
    await send(server, report(), `203.0.${index >> 8}.${index & 255}`);
  const rows = await list(server);
  assert.equal(rows.length, 300, 'more are not heard in one moment');
  assert.ok((await told(server)).length <= 201);
});
