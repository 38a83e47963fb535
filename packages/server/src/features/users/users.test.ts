import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import * as api from '@tenkai/protocol/api/index.ts';
import type { AnyRoute, BodyOf } from '@tenkai/protocol/api/route.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { type EngineUnderTest, onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { createFakeClock } from '../../kernel/clock.ts';

const password = 'correct horse battery';
const hourMs = 3_600_000;

async function start(t: TestContext, { databaseUrl }: EngineUnderTest) {
  const clock = createFakeClock();
  const server = await startTestServer({ databaseUrl, clock });
  atEnd(t, () => server.stop());
  return { server, clock };
}

const problem =
  (status: number, code: string) => (error: { status?: number; problem?: { code: string } }) => {
    assert.deepEqual([error.status, error.problem?.code], [status, code]);
    return true;
  };

/** As a browser: keeps the cookie, sends the anti-forgery token. */
async function enter(server: TestServer, route: AnyRoute, body: object, remoteAddress = '192.0.2.1') {
  const inject = server.kernel.http.fastify.inject.bind(server.kernel.http.fastify);
  const answer = await inject({ method: route.method, url: route.path, payload: body, remoteAddress });
  const cookie = String(answer.headers['set-cookie']).split(';')[0] ?? '';
  const headers = { cookie, 'x-tenkai-csrf': answer.json().csrf };
  return {
    status: answer.statusCode,
    body: answer.json(),
    setCookie: String(answer.headers['set-cookie']),
    headers,
  };
}

onBothEngines('the first administrator is made once, with the printed token', async (t, under) => {
  const { server, clock } = await start(t, under);
  assert.deepEqual(await server.call(api.getSetup, { as: null }), { isNeeded: true });
  const stale = await server.app.users.setupToken();
  const token = await server.app.users.setupToken();
  assert.ok(token && stale);
  const body = { token, name: 'Hanako', password };
  for (const wrong of [stale, 'x'.repeat(43)]) {
    await assert.rejects(
      server.call(api.createFirstAdministrator, { as: null, body: { ...body, token: wrong } }),
      problem(401, 'link-invalid'),
    );
  }
  await assert.rejects(
    server.call(api.createFirstAdministrator, { as: null, body: { ...body, password: 'short' } }),
    problem(422, 'invalid-request'),
  );
  clock.advance(2 * hourMs);
  const session = await enter(server, api.createFirstAdministrator, body);
  assert.deepEqual(
    [session.status, session.body.user.role, session.body.user.name],
    [200, 'administrator', 'Hanako'],
  );
  assert.match(session.setCookie, /HttpOnly; Secure; SameSite=Strict/);
  assert.deepEqual(await server.call(api.getSetup, { as: null }), { isNeeded: false });
  await assert.rejects(
    server.call(api.createFirstAdministrator, { as: null, body }),
    problem(409, 'setup-done'),
  );
  assert.equal(await server.app.users.setupToken(), undefined);
});

onBothEngines('sign in, see who one is, change the password, sign out', async (t, under) => {
  const { server } = await start(t, under);
  await server.call(api.createUser, { body: { name: 'Müller', role: 'operator', password } });
  const session = await enter(server, api.signIn, { name: 'MÜLLER', password });
  assert.equal(session.status, 200);
  const other = await enter(server, api.signIn, { name: 'müller', password });
  const as = (headers: Record<string, string>) => ({ as: null, headers }) as const;

  const me = await server.call(api.getSession, as(session.headers));
  assert.deepEqual([me.user.name, me.csrf], ['Müller', session.headers['x-tenkai-csrf']]);
  assert.ok(me.permissions.includes('operate') && !me.permissions.includes('manage-users'));
  await assert.rejects(server.call(api.listUsers, as(session.headers)), problem(403, 'not-allowed'));

  const change = (currentPassword: string) =>
    server.call(api.changePassword, {
      ...as(session.headers),
      body: { currentPassword, newPassword: `${password}!` },
    });
  await assert.rejects(change('wrong'), problem(401, 'sign-in-refused'));
  await change(password);
  await assert.rejects(server.call(api.getSession, as(other.headers)), problem(401, 'not-signed-in'));
  await server.call(api.getSession, as(session.headers));
  assert.equal((await enter(server, api.signIn, { name: 'Müller', password })).status, 401);

  await server.call(api.signOut, as(session.headers));
  await assert.rejects(server.call(api.getSession, as(session.headers)), problem(401, 'not-signed-in'));
});

onBothEngines('guessing is slowed down, and tells nothing about which names exist', async (t, under) => {
  const { server, clock } = await start(t, under);
  await server.call(api.createUser, { body: { name: 'taro', role: 'viewer', password } });
  const guess = (name: string, address: string) =>
    enter(server, api.signIn, { name, password: 'wrong' }, address);
  const known = await guess('taro', '192.0.2.1');
  const unknown = await guess('nobody', '192.0.2.2');
  assert.deepEqual(known.body, unknown.body);
  await Promise.all(Array.from({ length: 5 }, (_, n) => guess('taro', `192.0.2.${10 + n}`)));
  const right = () => enter(server, api.signIn, { name: 'taro', password }, '192.0.2.50');
  const waiting = await right();
  assert.deepEqual([waiting.status, waiting.body.code], [429, 'too-many-attempts']);
  clock.advance(2000);
  assert.equal((await right()).status, 200);
  const refusals = await server.call(api.listAudit, { query: { action: 'users.sign-in-refused' } });
  assert.equal(refusals.items.length, 7);
});

onBothEngines(
  'sessions end after idle hours, at the latest after a week, and with their user',
  async (t, under) => {
    const { server, clock } = await start(t, under);
    const user = await server.call(api.createUser, { body: { name: 'taro', role: 'viewer', password } });
    const session = await enter(server, api.signIn, { name: 'taro', password });
    const isIn = () =>
      server.call(api.getSession, { as: null, headers: session.headers }).then(
        () => true,
        () => false,
      );
    for (let hours = 0; hours < 7 * 24 - 10; hours += 10) {
      clock.advance(10 * hourMs);
      assert.equal(await isIn(), true, `${hours} hours`);
    }
    clock.advance(10 * hourMs);
    assert.equal(await isIn(), false);

    const second = await enter(server, api.signIn, { name: 'taro', password });
    clock.advance(12 * hourMs);
    await assert.rejects(
      server.call(api.getSession, { as: null, headers: second.headers }),
      problem(401, 'not-signed-in'),
    );

    const third = await enter(server, api.signIn, { name: 'taro', password });
    await server.call(api.changeUser, { params: { id: user.id }, body: { isDisabled: true } });
    await assert.rejects(
      server.call(api.getSession, { as: null, headers: third.headers }),
      problem(401, 'not-signed-in'),
    );
    assert.equal((await enter(server, api.signIn, { name: 'taro', password })).status, 401);
  },
);

onBothEngines('a one-time link signs in once, and only who may makes it', async (t, under) => {
  const { server, clock } = await start(t, under);
  const user = await server.call(api.createUser, { body: { name: 'taro', role: 'viewer' } });
  assert.equal(user.hasPassword, false);
  const make = (as: 'administrator' | 'operator') =>
    server.call(api.createSignInLink, { as, params: { id: user.id } });
  await assert.rejects(make('operator'), problem(403, 'not-allowed'));
  const { token, path } = await make('administrator');
  assert.equal(path, `/sign-in#${token}`);
  const session = await enter(server, api.signInByLink, { token });
  assert.equal(session.body.user.name, 'taro');
  assert.equal((await enter(server, api.signInByLink, { token })).body.code, 'link-invalid');
  await server.call(api.changePassword, {
    as: null,
    headers: session.headers,
    body: { newPassword: password },
  });
  assert.equal((await enter(server, api.signIn, { name: 'taro', password })).status, 200);
  const late = await make('administrator');
  clock.advance(hourMs);
  assert.equal((await enter(server, api.signInByLink, { token: late.token })).status, 401);
});

onBothEngines(
  'API tokens: shown once, never more than their user, expire and are revoked',
  async (t, under) => {
    const { server, clock } = await start(t, under);
    const user = await server.call(api.createUser, { body: { name: 'taro', role: 'operator', password } });
    const session = await enter(server, api.signIn, { name: 'taro', password });
    const as = { as: null, headers: session.headers } as const;
    const make = (role: 'administrator' | 'operator' | 'viewer', expiresInDays: number | null) =>
      server.call(api.createApiToken, { ...as, body: { name: 'ci', role, expiresInDays } });
    await assert.rejects(make('administrator', null), problem(403, 'role-too-high'));
    const low = await make('viewer', null);
    const short = await make('operator', 1);
    const use = (secret: string) => ({ as: null, headers: { authorization: `Bearer ${secret}` } }) as const;

    assert.deepEqual((await server.call(api.getSession, use(low.secret))).permissions, ['view']);
    assert.ok((await server.call(api.getSession, use(short.secret))).permissions.includes('operate'));
    const dump = JSON.stringify(await server.kernel.db.read.all('SELECT * FROM users_tokens'));
    assert.ok(!dump.includes(low.secret));
    const listed = await server.call(api.listApiTokens, as);
    assert.deepEqual(
      listed.items.map((item) => item.id),
      [low.token.id, short.token.id],
    );
    assert.ok(!JSON.stringify(listed).includes(low.secret));

    await assert.rejects(
      server.call(api.revokeApiToken, { as: 'administrator', params: { id: low.token.id } }),
      problem(404, 'not-found'),
    );
    await server.call(api.changeUser, { params: { id: user.id }, body: { role: 'viewer' } });
    assert.deepEqual((await server.call(api.getSession, use(short.secret))).permissions, ['view']);
    clock.advance(24 * hourMs);
    await assert.rejects(server.call(api.getSession, use(short.secret)), problem(401, 'not-signed-in'));
    await server.call(api.revokeApiToken, { ...use(low.secret), params: { id: low.token.id } });
    await assert.rejects(server.call(api.getSession, use(low.secret)), problem(401, 'not-signed-in'));
  },
);

onBothEngines(
  'users: unique names, changes, the last administrator stays, deletion takes everything along',
  async (t, under) => {
    const { server } = await start(t, under);
    const first = await server.call(api.getSession);
    await assert.rejects(
      server.call(api.createUser, { body: { name: 'TEST-administrator', role: 'viewer' } }),
      problem(409, 'already-exists'),
    );
    await assert.rejects(
      server.call(api.createUser, { body: { name: 'a b', role: 'viewer' } }),
      problem(422, 'invalid-request'),
    );
    const me = { params: { id: first.user.id } };
    const reductions: BodyOf<typeof api.changeUser>[] = [
      { role: 'operator' },
      { isDisabled: true },
      { collectionScope: ['c1'] },
    ];
    for (const body of reductions) {
      await assert.rejects(server.call(api.changeUser, { ...me, body }), problem(409, 'last-administrator'));
    }
    await assert.rejects(server.call(api.deleteUser, me), problem(409, 'last-administrator'));
    assert.deepEqual((await server.call(api.getSession)).user, first.user);

    const second = await server.call(api.createUser, {
      body: { name: '花子', role: 'administrator', password },
    });
    const session = await enter(server, api.signIn, { name: '花子', password });
    const scoped = await server.call(api.changeUser, {
      params: { id: second.id },
      body: { displayName: '山田花子', collectionScope: ['c1', 'c2'] },
    });
    assert.deepEqual([scoped.displayName, scoped.collectionScope], ['山田花子', ['c1', 'c2']]);
    await server.call(api.deleteUser, { params: { id: second.id } });
    await assert.rejects(
      server.call(api.getSession, { as: null, headers: session.headers }),
      problem(401, 'not-signed-in'),
    );
    const audit = await server.call(api.listAudit, { query: { object: `user:${second.id}` } });
    assert.deepEqual(
      audit.items.map((item) => item.action),
      ['users.deleted', 'users.changed', 'users.signed-in', 'users.created'],
    );
    await assert.rejects(
      server.call(api.deleteUser, { params: { id: second.id } }),
      problem(404, 'not-found'),
    );
  },
);

onBothEngines('the list of users is searched and paged', async (t, under) => {
  const { server } = await start(t, under);
  for (const name of ['b_1', 'B.2', 'a3', 'c4'])
    await server.call(api.createUser, { body: { name, role: 'viewer' } });
  const names = async (query: { search?: string; limit?: number; cursor?: string }) => {
    const page = await server.call(api.listUsers, { query });
    return { names: page.items.map((item) => item.name), cursor: page.nextCursor, total: page.total };
  };
  assert.deepEqual(await names({ search: 'B' }), { names: ['B.2', 'b_1'], cursor: null, total: 2 });
  assert.deepEqual((await names({ search: '_' })).names, ['b_1']);
  assert.deepEqual((await names({ search: '%' })).names, []);
  const page = await names({ limit: 2 });
  assert.deepEqual(page.names, ['a3', 'B.2']);
  assert.deepEqual((await names({ limit: 3, cursor: page.cursor ?? '' })).names, [
    'b_1',
    'c4',
    'test-administrator',
  ]);
  await assert.rejects(names({ cursor: 'nonsense' }), problem(422, 'invalid-request'));
});

onBothEngines('no audit entry holds a password or a token', async (t, under) => {
  const { server } = await start(t, under);
  const user = await server.call(api.createUser, { body: { name: 'taro', role: 'viewer', password } });
  await server.call(api.setUserPassword, { params: { id: user.id }, body: { newPassword: `${password} 2` } });
  const { secret } = await server.call(api.createApiToken, {
    body: { name: 'ci', role: 'viewer', expiresInDays: null },
  });
  const dump = JSON.stringify(await server.kernel.db.read.all('SELECT * FROM kernel_audit'));
  assert.ok(dump.includes('users.token-created') && dump.includes('users.password-set'));
  assert.ok(!dump.includes(password) && !dump.includes(secret) && !dump.includes('scrypt'));
});
