import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import { machineRoutes } from '@tenkai/protocol/api/machines.ts';
import type { AnyRoute, ReplyOf } from '@tenkai/protocol/api/route.ts';
import * as users from '@tenkai/protocol/api/users.ts';
import { address, type CallInput } from '@tenkai/protocol/client.ts';
import { problemFromBody } from '@tenkai/protocol/problem.ts';
import { aHeartbeat, enrolledAgent } from '@tenkai/testkit/bare-agent.ts';
import {
  type Answer,
  ask,
  type ReadySite,
  startSiteProcess,
  stopSiteProcess,
  waitForOutput,
} from '@tenkai/testkit/site-process.ts';
import type { TestServer } from '@tenkai/testkit/start-server.ts';
import { WebSocket } from 'ws';
import { createAgentTokens } from '../kernel/access/agent-token.ts';
import { systemClock } from '../kernel/clock.ts';
import { createGatewayChannel } from './gateway-channel.ts';

interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers?: Record<string, string>;
  readonly payload?: string;
}

/** A site of its own process with two gateways, spoken to over the network only. */
async function start(t: TestContext, gateways = 2) {
  const site = await startSiteProcess(t, { TENKAI_GATEWAYS: String(gateways) });
  const send = ({ method, url, headers = {}, payload }: Sent) =>
    ask({ port: site.port, ca: site.ca, method, path: url, headers: { ...headers } }, payload);
  const made = await send({
    method: 'POST',
    url: users.createFirstAdministrator.path,
    payload: JSON.stringify({
      token: site.setupLink?.split('#')[1],
      name: 'hanako',
      password: 'correct horse battery',
    }),
  });
  assert.equal(made.status, 200, made.text);
  const cookie = String(made.headers['set-cookie']).split(';')[0] ?? '';
  const headers = { cookie, 'x-tenkai-csrf': JSON.parse(made.text).csrf };
  const call = async <T extends AnyRoute>(route: T, input: CallInput<T> = {}): Promise<ReplyOf<T>> => {
    const url = address(route.path, input.params, input.query);
    const payload = input.body === undefined ? {} : { payload: JSON.stringify(input.body) };
    return readAnswer(await send({ method: route.method, url, headers, ...payload }));
  };
  return { site, send, call };
}

function readAnswer({ status, text }: Answer) {
  if (status >= 400) throw problemFromBody(status, JSON.parse(text));
  return JSON.parse(text);
}

/** What enrolledAgent asks of a server in the same process, over the network. */
function asTestServer({ send, call }: Awaited<ReturnType<typeof start>>): TestServer {
  const inject = async (sent: Sent) => {
    const answer = await send(sent);
    return { statusCode: answer.status, json: () => JSON.parse(answer.text) };
  };
  return { call, kernel: { clock: systemClock, http: { fastify: { inject } } } } as unknown as TestServer;
}

async function dial(site: ReadySite, token: string) {
  const socket = new WebSocket(`wss://localhost:${site.port}${agentPaths.channel}`, {
    ca: site.ca,
    headers: { authorization: `Bearer ${token}` },
    lookup: (_name, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
  });
  const messages: { type: string }[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  await once(socket, 'open');
  return { socket, messages };
}

async function until(condition: () => Promise<boolean>) {
  const limit = AbortSignal.timeout(20_000);
  while (!(await condition())) {
    limit.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test('with gateways: enroll, report, come online, be nudged, leave; the same answers as without', async (t) => {
  const world = await start(t);
  const { site, call, send } = world;
  const agent = await enrolledAgent(asTestServer(world), { name: 'pc-1' });
  const reply = await agent.report(aHeartbeat());
  assert.equal(reply.acknowledged, 1);
  const isOnline = async () => (await call(machineRoutes.get, { params: { id: agent.machineId } })).isOnline;
  assert.equal(await isOnline(), false);

  const { socket, messages } = await dial(site, await agent.bearer());
  await until(isOnline);
  const power = { machineIds: [agent.machineId], action: 'restart' as const };
  await call(machineRoutes.power, { body: { ...power, delaySeconds: 0, force: false } }).catch((error) =>
    assert.fail(JSON.stringify(error.problem)),
  );
  await until(async () => messages.some((message) => message.type === 'nudge'));
  assert.equal((await agent.orders()).orders.length, 1);

  socket.close();
  await until(async () => !(await isOnline()));

  // Refusals, too, are what they would be: a wrong form, no token, an unknown field in a small and a large batch.
  const bearer = await agent.bearer();
  const post = (payload: string, authorization = `Bearer ${bearer}`) =>
    send({ method: 'POST', url: agentPaths.reports, headers: { authorization }, payload });
  for (const [payload, status, code] of [
    ['{"outbox": 7}', 422, 'invalid-request'],
    ['{"outbox"', 400, 'malformed-request'],
    ['{"outbox": "outbox-1", "reports": [], "__proto__": {}}', 400, 'malformed-request'],
    [`{"outbox": "${'x'.repeat(100_000)}"}`, 422, 'invalid-request'],
  ] as const) {
    const answer = await post(payload);
    assert.deepEqual([answer.status, JSON.parse(answer.text).code], [status, code], payload.slice(0, 60));
    assert.equal(answer.headers['x-content-type-options'], 'nosniff');
  }
  const stranger = await post('{"outbox": "outbox-1", "reports": []}', 'Bearer tka1.x.y');
  assert.deepEqual([stranger.status, JSON.parse(stranger.text).code], [401, 'agent-token-invalid']);
  assert.equal((await send({ method: 'GET', url: '/nothing' })).status, 404);
  assert.equal(await stopSiteProcess(site), 0);
  assert.doesNotMatch(site.output(), /"level":(50|60)/);
});

test('with gateways: the site knows from where a request really came', async (t) => {
  const { site, send } = await start(t, 1);
  const wrong = { method: 'POST', url: users.signIn.path, payload: '{"name":"hanako","password":"wrong"}' };
  // Six failures of one address make it wait, whatever addresses it claims to speak for.
  const statuses: number[] = [];
  for (let n = 0; n < 7; n += 1) {
    const claims = { 'x-forwarded-for': `192.0.2.${n}`, forwarded: `for=192.0.2.${n}` };
    const payload = wrong.payload.replace('hanako', `nobody-${n}`);
    statuses.push((await send({ ...wrong, payload, headers: claims })).status);
  }
  assert.deepEqual(statuses.slice(-1), [429]);
  assert.equal(await stopSiteProcess(site), 0);
});

test('with gateways: a machine has one socket over all of them, and a removed machine none', async (t) => {
  const world = await start(t);
  const { site, call } = world;
  const agent = await enrolledAgent(asTestServer(world), { name: 'pc-1' });
  await agent.report(aHeartbeat());
  const sockets = [];
  for (let n = 0; n < 4; n += 1) sockets.push(await dial(site, await agent.bearer()));
  const older = sockets
    .slice(0, -1)
    .map(({ socket }) => (socket.readyState === WebSocket.CLOSED ? [4001] : once(socket, 'close')));
  const codes = (await Promise.all(older)).map(([code]) => code);
  assert.ok(
    codes.every((code) => code === 4001 || code === 4002),
    String(codes),
  );
  const newest = sockets.at(-1)?.socket as WebSocket;
  assert.equal(newest.readyState, WebSocket.OPEN);
  const closed = once(newest, 'close');
  await call(machineRoutes.remove, { params: { id: agent.machineId } });
  await closed;
  await stopSiteProcess(site);
});

test('with gateways: one is killed; its agents are offline, the others serve, and it comes back', async (t) => {
  const world = await start(t);
  const { site, call } = world;
  const key = Buffer.from(await readFile(join(site.dataDir, 'keys', 'token.key'), 'utf8'), 'base64');
  const agent = await enrolledAgent(asTestServer(world), { name: 'pc-1' });
  await agent.report(aHeartbeat());
  const { socket } = await dial(
    site,
    createAgentTokens({ key, now: Date.now }).issue({
      machineId: agent.machineId,
      keyThumbprint: 'k',
      expiresAt: Date.now() + 60_000,
    }),
  );
  const isOnline = async () => (await call(machineRoutes.get, { params: { id: agent.machineId } })).isOnline;
  await until(isOnline);
  const children = (await readFile(`/proc/${site.child.pid}/task/${site.child.pid}/children`, 'utf8'))
    .trim()
    .split(' ')
    .map(Number);
  assert.equal(children.length, 2);
  const closed = once(socket, 'close');
  for (const pid of children) {
    process.kill(pid, 'SIGKILL');
    await until(() =>
      isOnline().then(
        () => true,
        () => false,
      ),
    );
  }
  await closed;
  await until(async () => !(await isOnline()));
  await waitForOutput(site, /a gateway ended and is started again/);
  const again = await dial(site, await agent.bearer());
  await until(isOnline);
  const goodbye = once(again.socket, 'close');
  assert.equal(await stopSiteProcess(site), 0);
  await goodbye;
  assert.ok(again.messages.some((message) => message.type === 'goodbye'));
});

test('the book of gateways: what a gateway says late of a machine that moved on is no news', () => {
  const channel = createGatewayChannel();
  const said: string[] = [];
  const told: string[] = [];
  const gateway = (name: string) => ({
    send: (message: { kind: string }) => void said.push(`${name} ${message.kind}`),
  });
  const [a, b] = [gateway('a'), gateway('b')];
  channel.onPresence((id, isOnline) => void told.push(`${id} ${isOnline}`));
  channel.presence(a, 'm1', true);
  channel.presence(b, 'm1', true);
  channel.presence(a, 'm1', false);
  assert.equal(channel.isOnline('m1'), true);
  assert.equal(channel.nudge('m1'), true);
  channel.lost(a);
  assert.equal(channel.isOnline('m1'), true);
  channel.lost(b);
  assert.equal(channel.nudge('m1'), false);
  assert.deepEqual(said, ['a drop', 'b nudge']);
  assert.deepEqual(told, ['m1 true', 'm1 false']);
});
