import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import { enrollmentRoutes } from '@tenkai/protocol/api/enrollment.ts';
import { machineRoutes } from '@tenkai/protocol/api/machines.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aHeartbeat, type BareAgent, createBareAgent, enrolledAgent } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { dumpWorld } from '@tenkai/testkit/dump-tables.ts';
import { refusedWith } from '@tenkai/testkit/refused.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';
import { createFakeClock } from '../../kernel/clock.ts';
import { codes, decide, newTicket } from './enrollment-for-test.ts';

onBothEngines('a ticket enrolls, and a signed challenge gives a token', async (t, { databaseUrl }) => {
  const server = await startTestServer({ databaseUrl });
  atEnd(t, () => server.stop());
  const { secret, rootFingerprint, ticket } = await newTicket(server);
  assert.equal(rootFingerprint, server.kernel.keys.rootFingerprint);
  assert.ok(!secret.includes(rootFingerprint), 'the secret is the ticket alone');
  const agent = createBareAgent(server);

  const reply = await agent.enroll({ ticket: secret });
  assert.equal(reply.status, 'enrolled');
  const { token, expiresAt } = await agent.token();
  assert.deepEqual(server.kernel.access.agentTokens.verify(token).machineId, agent.machineId);
  assert.ok(expiresAt > server.kernel.clock.now());
  assert.equal((await agent.report(aHeartbeat())).acknowledged, 1);

  const { items } = await server.call(enrollmentRoutes.listTickets);
  assert.deepEqual(items, [{ ...ticket, uses: 1 }]);
  const stored = await server.kernel.db.read.all('SELECT * FROM enrollment_tickets');
  assert.ok(!JSON.stringify(stored).includes(secret), 'the secret is nowhere in the database');
  assert.deepEqual(await codes(server, agent.machineId), ['machine.on', 'enrollment.enrolled']);
});

onBothEngines(
  'the same key on the same hardware is the same machine, and uses a ticket once',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const { secret } = await newTicket(server, { maxUses: 5 });
    const agent = createBareAgent(server, { name: 'old-name' });
    const first = await agent.enroll({ ticket: secret });
    const again = await Promise.all([
      agent.enroll({ ticket: secret }),
      agent.enroll(),
      agent.enroll({ name: 'new-name' }),
    ]);
    assert.deepEqual(
      again.map(({ machineId, status }) => [machineId, status]),
      Array(3).fill([first.machineId, 'enrolled']),
    );
    const { items } = await server.call(enrollmentRoutes.listTickets);
    assert.equal(items[0]?.uses, 1);
    await agent.enroll({ name: 'new-name' });
    const { items: machines } = await server.call(machineRoutes.list, { query: { search: 'NEW-' } });
    assert.deepEqual(
      machines.map(({ id, name }) => [id, name]),
      [[first.machineId, 'new-name']],
    );
  },
);

onBothEngines(
  'a ticket is refused when it is unknown, used up, expired or revoked, and nothing changes',
  async (t, { databaseUrl }) => {
    const clock = createFakeClock();
    const server = await startTestServer({ databaseUrl, clock });
    atEnd(t, () => server.stop());
    const used = await newTicket(server, { validHours: 3 });
    await createBareAgent(server).enroll({ ticket: used.secret });
    const revoked = await newTicket(server, { validHours: 3 });
    await server.call(enrollmentRoutes.revokeTicket, { params: { id: revoked.ticket.id } });
    const expired = await newTicket(server, { validHours: 1 });
    const good = await newTicket(server, { validHours: 3 });
    clock.advance(2 * 3_600_000);
    const before = await dumpWorld(server);
    const agent = createBareAgent(server);
    await assert.rejects(agent.enroll({ ticket: 'tenkai_ticket_guess' }), refusedWith('ticket-unknown', 403));
    await assert.rejects(agent.enroll({ ticket: used.secret }), refusedWith('ticket-used-up', 403));
    await assert.rejects(agent.enroll({ ticket: expired.secret }), refusedWith('ticket-expired', 403));
    await assert.rejects(agent.enroll({ ticket: revoked.secret }), refusedWith('ticket-revoked', 403));
    assert.deepEqual(await dumpWorld(server), before);
    assert.equal((await agent.enroll({ ticket: good.secret })).status, 'enrolled');
  },
);

onBothEngines(
  'one ticket of five uses takes five of twenty machines that come at once',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const { secret } = await newTicket(server, { maxUses: 5 });
    const tries = Array.from({ length: 20 }, (_, index) => createBareAgent(server, { name: `pc-${index}` }));
    const results = await Promise.allSettled(tries.map((agent) => agent.enroll({ ticket: secret })));
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 5);
    assert.equal((await server.call(enrollmentRoutes.listTickets)).items[0]?.uses, 5);
  },
);

onBothEngines(
  'without a ticket a machine waits for approval, and can be refused',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const [wanted, unwanted] = [
      createBareAgent(server, { name: 'wanted' }),
      createBareAgent(server, { name: 'unwanted' }),
    ];
    const pending = await wanted.enroll();
    assert.equal(pending.status, 'pending');
    assert.ok(pending.retryAfterMs > 0);
    await unwanted.enroll();
    await assert.rejects(wanted.token(), refusedWith('machine-pending', 403));
    const waiting = await server.call(machineRoutes.list, { query: { enrollment: 'pending' } });
    assert.deepEqual([waiting.items.map(({ name }) => name), waiting.total], [['unwanted', 'wanted'], 2]);

    const decided = await decide(server, wanted, 'approve');
    assert.deepEqual(decided.results, [{ machineId: wanted.machineId, accepted: true, code: null }]);
    await decide(server, unwanted, 'refuse');
    assert.equal((await wanted.enroll()).status, 'enrolled');
    assert.equal((await unwanted.enroll()).status, 'refused');
    await assert.rejects(unwanted.token(), refusedWith('machine-refused', 403));
    assert.equal((await wanted.report(aHeartbeat())).acknowledged, 1);
    const again = await decide(server, wanted, 'refuse');
    assert.equal(again.results[0]?.code, 'already-enrolled');
    await assert.rejects(
      server.call(enrollmentRoutes.decide, {
        as: 'operator',
        body: { machineIds: ['x'], decision: 'approve' },
      }),
      refusedWith('not-allowed', 403),
    );
  },
);

onBothEngines('forged and malformed requests to enroll change nothing', async (t, { databaseUrl }) => {
  const server = await startTestServer({ databaseUrl });
  atEnd(t, () => server.stop());
  const { secret: ticket } = await newTicket(server, { maxUses: 100 });
  const known = await enrolledAgent(server, { name: 'known' });
  const stranger = createBareAgent(server);
  const other = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey;
  const p384 = other.export({ type: 'spki', format: 'der' }).toString('base64');
  const before = await dumpWorld(server);
  const bad = (over: Parameters<BareAgent['enroll']>[0], code: string) =>
    assert.rejects(stranger.enroll({ ticket, ...over }), refusedWith(code));
  await bad({ signature: Buffer.alloc(64, 7).toString('base64') }, 'agent-proof-invalid');
  await bad({ signingKey: p384 }, 'agent-key-invalid');
  await bad({ encryptionKey: p384 }, 'agent-key-invalid');
  await bad({ signingKey: Buffer.alloc(91, 1).toString('base64') }, 'agent-key-invalid');
  await bad({ hardwareFingerprint: 'short' }, 'invalid-request');
  await bad({ name: '' }, 'invalid-request');
  await bad({ name: 'x'.repeat(256) }, 'invalid-request');
  const replayed = { machineId: known.machineId, name: 'taken over' };
  await bad({ ...replayed, signature: Buffer.alloc(64).toString('base64') } as never, 'agent-proof-invalid');
  for (const body of ['', '{', '[]', '{"ticket":1}', `{"name":"${'x'.repeat(20_000)}"}`])
    await assert.rejects(known.call('POST', agentPaths.enroll, body), (error: { status: number }) =>
      [400, 413, 415, 422].includes(error.status),
    );
  assert.deepEqual(await dumpWorld(server), before);
});

test('a challenge is good once, for one minute, for its machine and for its key', async (t) => {
  const clock = createFakeClock();
  const server = await startTestServer({ clock });
  atEnd(t, () => server.stop());
  const [one, two] = [
    await enrolledAgent(server, { name: 'one' }),
    await enrolledAgent(server, { name: 'two' }),
  ];
  const { nonce } = await one.challenge();
  await one.token({ nonce });
  await assert.rejects(one.token({ nonce }), refusedWith('challenge-invalid', 401));
  const ofOther = (await two.challenge()).nonce;
  await assert.rejects(one.token({ nonce: ofOther }), refusedWith('challenge-invalid', 401));
  await assert.rejects(
    two.token({ machineId: one.machineId, nonce: (await one.challenge()).nonce }),
    refusedWith('agent-proof-invalid', 401),
  );
  await assert.rejects(one.token({ nonce: 'a.b.c' }), refusedWith('challenge-invalid', 401));
  const { nonce: old, expiresAt } = await one.challenge();
  assert.equal(expiresAt - clock.now(), 60_000);
  const [, ...rest] = old.split('.');
  await assert.rejects(
    one.token({ nonce: [expiresAt + 1, ...rest].join('.') }),
    refusedWith('challenge-invalid', 401),
  );
  clock.advance(60_000);
  await assert.rejects(one.token({ nonce: old }), refusedWith('challenge-invalid', 401));
});

test('the greeting tells the site and its root before any trust', async (t) => {
  const server = await startTestServer();
  atEnd(t, () => server.stop());
  const answer = await server.kernel.http.fastify.inject({ url: agentPaths.site });
  assert.deepEqual(answer.json(), {
    siteCode: 'TST',
    siteName: 'Tenkai TST',
    rootCertificate: server.kernel.keys.rootCertificate,
    protocol: 1,
  });
});

test('an address that asks too often waits, and others do not', async (t) => {
  const clock = createFakeClock();
  const server = await startTestServer({ clock });
  atEnd(t, () => server.stop());
  const ask = (remoteAddress: string) =>
    server.kernel.http.fastify.inject({
      method: 'POST',
      url: agentPaths.enroll,
      remoteAddress,
      payload: {
        name: 'x',
        signingKey: 'A'.repeat(40),
        encryptionKey: 'A'.repeat(40),
        hardwareFingerprint: '0'.repeat(64),
        agentVersion: '',
        operatingSystem: '',
        signature: 'A'.repeat(40),
      },
    });
  let answer = await ask('2001:db8::1');
  for (let count = 1; count < 1000 && answer.statusCode === 422; count += 1)
    answer = await ask('2001:db8::1');
  assert.equal(answer.statusCode, 429);
  assert.equal(answer.json().code, 'too-many-requests');
  assert.ok(Number(answer.headers['retry-after']) >= 1);
  assert.equal((await ask('2001:db8::abcd:1')).statusCode, 429, 'the same /64');
  assert.equal((await ask('2001:db8:0:1::1')).statusCode, 422);
  clock.advance(Number(answer.headers['retry-after']) * 1000);
  assert.equal((await ask('2001:db8::1')).statusCode, 422);
});
