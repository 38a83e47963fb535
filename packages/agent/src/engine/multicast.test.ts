import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import type {
  MulticastAnswer,
  MulticastAsk,
  MulticastTerms,
  RelayReport,
  RelayTerms,
} from '@tenkai/protocol/agent/multicast.ts';
import type { RunReport } from '@tenkai/protocol/agent/reports.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { publishContent as storeOf } from '@tenkai/testkit/published-content.ts';
import { type EnrolledAgent, enrolledAgent } from '@tenkai/testkit/small-site/enrolled-agent.ts';
import { publishContent } from '@tenkai/testkit/small-site/publish.ts';
import { runSteps } from '@tenkai/testkit/small-site/run-steps.ts';
import type { SmallSite } from '@tenkai/testkit/small-site/site.ts';
import { startSmallSite } from '@tenkai/testkit/small-site/small-site.ts';
import { contentPart, copyStep } from '@tenkai/testkit/small-site/steps.ts';
import { chunkPath, type Manifest } from '@tenkai/transfer';
import { receiveContent } from '@tenkai/transfer/multicast/receive-content.ts';
import { sendContent } from '@tenkai/transfer/multicast/send-content.ts';
import { memberKey, newSession } from '@tenkai/transfer/multicast/session.ts';

const options = { timeout: 120_000 };
const group = '239.255.78.1';
/** Nobody has them: several of these files may run at once. */
let port = 0;
let senderPort = 0;

let site: SmallSite;
let agent: EnrolledAgent;
before(async () => {
  site = await startSmallSite();
});
after(() => site.close());
beforeEach(async () => {
  [port = 0, senderPort = 0] = await freePorts(2);
  agent = await enrolledAgent(site);
});
afterEach(() => {
  site.intercept = () => false;
  agent.remove();
});

/** The site's answers to the questions of the engine, in turn; the last one again and again. */
function answers(...given: (MulticastAnswer | number)[]) {
  const asked: string[] = [];
  site.intercept = (request, response: ServerResponse) => {
    if (request.url !== agentPaths.multicast) return false;
    asked.push(request.url);
    const answer = given[Math.min(asked.length, given.length) - 1];
    const status = typeof answer === 'number' ? answer : 200;
    const body = typeof answer === 'number' ? { code: 'unavailable', message: 'no' } : answer;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    return true;
  };
  return asked;
}

const deliveryOf = (reports: readonly { kind: string }[]) =>
  reports.find((one): one is RunReport => one.kind === 'run' && (one as RunReport).event === 'delivered')
    ?.delivery;

/** A content of 3 MiB, of which the site can serve the manifest alone unless told, and one that can send it. */
async function content(t: { after(act: () => unknown): void }, hasChunks: boolean) {
  const data = randomBytes(3 * 1024 * 1024);
  const manifest = await publishContent(site, { 'app/data': data, 'app/setup': '#!/bin/sh\n' });
  const store = await storeOf({ 'app/data': data, 'app/setup': '#!/bin/sh\n' });
  atEnd(t, () => store.remove());
  if (!hasChunks)
    for (const { sha256 } of manifest.files.flatMap((file) => file.chunks))
      site.serve(`/content/${chunkPath(sha256)}`, '');
  return { data, manifest, store: store.store };
}

function termsOf(manifest: Manifest, keys: ReturnType<typeof newSession>): MulticastTerms {
  return {
    ...{ kind: 'join', session: keys.session, contentId: manifest.contentId, group, port, window: 8 },
    ...{ senderAddress: '127.0.0.1', senderPort, member: 1, ttl: 1 },
    groupKey: keys.groupKey.toString('base64'),
    memberKey: memberKey(keys.masterKey, 1).toString('base64'),
  };
}

const stepsOf = (manifest: Manifest) => [
  copyStep({ content: contentPart(manifest), from: 'app', to: '/srv' }),
];

test(
  'BSCN-25: content comes by multicast alone, after a wait for others, and the site is told so',
  options,
  async (t) => {
    const { data, manifest, store } = await content(t, false);
    const keys = newSession();
    const sent = sendContent({
      ...{ ...keys, manifest, store, group, port, senderPort, expected: [1], gatherMs: 60_000 },
      ...{ interfaceAddress: '127.0.0.1', hasLoopback: true },
    });
    const asked = answers({ kind: 'wait', afterMs: 10 }, 503, termsOf(manifest, keys));
    const { end, reports } = await runSteps(site, agent, stepsOf(manifest), { multicast: true });
    assert.equal(end?.succeeded, true, JSON.stringify(end));
    assert.deepEqual(readFileSync(join(agent.root, 'srv/data')), data);
    const multicastBytes = manifest.totalBytes;
    assert.deepEqual(deliveryOf(reports), { multicastBytes, unicastBytes: 0, reason: null });
    assert.equal(asked.length, 3);
    const { members } = await sent;
    assert.deepEqual(
      members.map(({ member, state }) => [member, state]),
      [[1, 'complete']],
    );
    const log = readFileSync(join(agent.data.log, 'engine.log'), 'utf8');
    assert.ok(!log.includes(keys.groupKey.toString('base64')), 'keys are in no log');
  },
);

test(
  'BSCN-29: where nothing is heard of the session, everything comes by unicast with the reason',
  options,
  async (t) => {
    const { data, manifest } = await content(t, true);
    answers(termsOf(manifest, newSession()));
    const { end, reports } = await runSteps(site, agent, stepsOf(manifest), { multicast: true });
    assert.equal(end?.succeeded, true, JSON.stringify(end));
    assert.deepEqual(readFileSync(join(agent.root, 'srv/data')), data);
    assert.deepEqual(deliveryOf(reports), {
      ...{ multicastBytes: 0, unicastBytes: manifest.totalBytes },
      reason: { code: 'unicast-not-heard', params: { group, seconds: 10 } },
    });
  },
);

test(
  'BSCN-29: a machine that cannot hear the group tells the sender, and its neighbour does not wait for it',
  options,
  async (t) => {
    const { manifest, store } = await content(t, true);
    const keys = newSession();
    const sent = sendContent({
      ...{ ...keys, manifest, store, group, port, senderPort, expected: [1, 2], gatherMs: 600_000 },
      ...{ interfaceAddress: '127.0.0.1', hasLoopback: true },
    });
    const terms = termsOf(manifest, keys);
    const neighbour = receiveContent({
      ...{ manifest, interfaceAddress: '127.0.0.1', hasLoopback: true, silenceMs: 60_000 },
      terms: { ...terms, groupKey: keys.groupKey, memberKey: memberKey(keys.masterKey, 2), member: 2 },
      wanted: new Set(manifest.files.flatMap((file) => file.chunks.map(({ sha256 }) => sha256))),
      async accept() {},
    });
    // No system joins a group of this number.
    answers({ ...terms, group: '192.0.2.1' });
    const { end, reports } = await runSteps(site, agent, stepsOf(manifest), { multicast: true });
    assert.equal(end?.succeeded, true, JSON.stringify(end));
    assert.equal(deliveryOf(reports)?.reason?.code, 'unicast-cannot-join');
    assert.deepEqual((await neighbour).outcome, { kind: 'complete' });
    const { members } = await sent;
    assert.deepEqual(
      members.map(({ member, state, cause }) => [member, state, cause]),
      [
        [1, 'left', 'silent'],
        [2, 'complete', undefined],
      ],
    );
  },
);

const refusal = { code: 'unicast-nobody-else', params: {} };
for (const [name, answer, code] of [
  ['says unicast', { kind: 'unicast', reason: refusal }, 'unicast-nobody-else'],
  ['knows the question no more', 404, 'unicast-cannot-join'],
] as const)
  test(`BSCN-29: a site that ${name} is believed, and the content comes by unicast`, options, async (t) => {
    const { data, manifest } = await content(t, true);
    answers(answer);
    const { end, reports } = await runSteps(site, agent, stepsOf(manifest), { multicast: true });
    assert.equal(end?.succeeded, true, JSON.stringify(end));
    assert.deepEqual(readFileSync(join(agent.root, 'srv/data')), data);
    assert.equal(deliveryOf(reports)?.reason?.code, code);
    const again = await runSteps(site, agent, stepsOf(manifest), { multicast: true });
    assert.deepEqual(deliveryOf(again.reports), { multicastBytes: 0, unicastBytes: 0, reason: null });
  });

test(
  'a session that ends half-way is followed by another, and what that lacks comes by unicast',
  options,
  async (t) => {
    const { data, manifest, store } = await content(t, true);
    const [first, second] = [newSession(), newSession()];
    const stop = new AbortController();
    const common = { manifest, group, port, senderPort, expected: [1], gatherMs: 60_000 };
    const place = { interfaceAddress: '127.0.0.1', hasLoopback: true };
    const sending = sendContent({
      ...{ ...first, ...common, ...place, signal: stop.signal },
      store: {
        async open(sha256) {
          stop.abort();
          return store.open(sha256);
        },
      },
    });
    const next = sending.then(() => sendContent({ ...second, ...common, ...place, store }));
    answers(termsOf(manifest, first), termsOf(manifest, second));
    const { end, reports } = await runSteps(site, agent, stepsOf(manifest), { multicast: true });
    assert.equal(end?.succeeded, true, JSON.stringify(end));
    assert.deepEqual(readFileSync(join(agent.root, 'srv/data')), data);
    assert.equal(
      deliveryOf(reports)?.multicastBytes,
      manifest.totalBytes,
      JSON.stringify(deliveryOf(reports)),
    );
    await next;
  },
);

/** UDP ports that nobody has at this moment. */
async function freePorts(count: number): Promise<number[]> {
  const sockets = Array.from({ length: count }, () => createSocket('udp4'));
  for (const socket of sockets) {
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
  }
  const ports = sockets.map((socket) => socket.address().port);
  for (const socket of sockets) socket.close();
  return ports;
}

function relayTerms(manifest: Manifest, keys: ReturnType<typeof newSession>): RelayTerms {
  return {
    ...{ kind: 'represent', session: keys.session, contentId: manifest.contentId, group, window: 8 },
    ...{ port, senderPort, address: '127.0.0.1', network: '127.0.0.0/8', expected: [1] },
    groupKey: keys.groupKey.toString('base64'),
    masterKey: keys.masterKey.toString('base64'),
  };
}

/** As `answers`, and hears what a representative tells; `isWanted`: what it is answered. */
function answersAndHears(given: MulticastAnswer[], isWanted: (told: RelayReport) => boolean = () => true) {
  const questions: MulticastAsk[] = [];
  const told: RelayReport[] = [];
  site.intercept = (request, response: ServerResponse) => {
    const isAsk = request.url === agentPaths.multicast;
    if (!isAsk && request.url !== agentPaths.relay) return false;
    void json(request).then((body) => {
      if (isAsk) questions.push(body as MulticastAsk);
      else told.push(body as RelayReport);
      const answer = given[Math.min(questions.length, given.length) - 1];
      const reply = isAsk ? answer : { isWanted: isWanted(body as RelayReport) };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(reply));
    });
    return true;
  };
  return { questions, told };
}

test(
  'BSCN-26: as representative it fetches by unicast, sends to its neighbours, and tells the site',
  options,
  async (t) => {
    const { data, manifest } = await content(t, true);
    const keys = newSession();
    const terms = relayTerms(manifest, keys);
    const { questions, told } = answersAndHears([terms]);
    const own = { groupKey: keys.groupKey, memberKey: memberKey(keys.masterKey, 1) };
    const chunks = new Map<string, Buffer>();
    const neighbour = receiveContent({
      ...{ manifest, interfaceAddress: '127.0.0.1', hasLoopback: true, silenceMs: 60_000 },
      terms: { ...terms, ...own, member: 1, senderAddress: '127.0.0.1' },
      wanted: new Set(manifest.files.flatMap((file) => file.chunks.map(({ sha256 }) => sha256))),
      async accept({ sha256 }, bytes) {
        chunks.set(sha256, Buffer.from(bytes));
      },
    });
    const { end, reports } = await runSteps(site, agent, stepsOf(manifest), { multicast: true });
    assert.equal(end?.succeeded, true, JSON.stringify(end));
    assert.deepEqual(readFileSync(join(agent.root, 'srv/data')), data);
    assert.deepEqual((await neighbour).outcome, { kind: 'complete' });
    for (const [sha256, bytes] of chunks)
      assert.equal(createHash('sha256').update(bytes).digest('hex'), sha256, 'verified bytes alone');
    const params = { network: '127.0.0.0/8', neighbours: 1, cause: 'represents' };
    assert.deepEqual(deliveryOf(reports), {
      ...{ multicastBytes: 0, unicastBytes: manifest.totalBytes },
      reason: { code: 'unicast-represents', params },
    });
    assert.deepEqual(told.at(-1)?.ended, { how: 'sent', detail: '' });
    assert.deepEqual(told.at(-1)?.members, [{ member: 1, state: 'complete' }]);
    assert.equal(told.at(-1)?.fetchedBytes, manifest.totalBytes);
    const [facts] = questions.map(({ relay }) => relay);
    assert.match(facts?.address ?? '', /^127\.0\.0\.1\/\d+$/, 'the address by which it reaches the site');
    assert.equal(facts?.haveBytes, 0);
    assert.ok((facts?.freeBytes ?? 0) > 0);
    const log = readFileSync(join(agent.data.log, 'engine.log'), 'utf8');
    for (const secret of [terms.groupKey, terms.masterKey])
      assert.ok(!log.includes(secret), 'keys are in no log');
  },
);

test(
  'a representative that the site wants no more asks again, and goes on from what is there',
  options,
  async (t) => {
    const { data, manifest } = await content(t, true);
    const terms = relayTerms(manifest, newSession());
    const unicast: MulticastAnswer = { kind: 'unicast', reason: refusal };
    const { questions, told } = answersAndHears([terms, unicast], () => false);
    const { end, reports } = await runSteps(site, agent, stepsOf(manifest), { multicast: true });
    assert.equal(end?.succeeded, true, JSON.stringify(end));
    assert.deepEqual(readFileSync(join(agent.root, 'srv/data')), data);
    assert.equal(deliveryOf(reports)?.unicastBytes, manifest.totalBytes);
    // Nobody hears it here: without the site's word it would wait for its neighbour, and leave it out.
    assert.equal(told.at(-1)?.ended?.how, 'stopped');
    const again = questions.slice(1);
    for (const { after, relay } of again)
      assert.deepEqual([after, relay?.haveBytes], [terms.session, told.at(-1)?.fetchedBytes]);
  },
);

test(
  'a representative that cannot send says so, asks again, and gets everything all the same',
  options,
  async (t) => {
    const { data, manifest } = await content(t, true);
    const terms = relayTerms(manifest, newSession());
    const other = createSocket('udp4');
    other.bind(terms.senderPort, '127.0.0.1');
    await once(other, 'listening');
    atEnd(t, () => other.close());
    const { told } = answersAndHears([terms, { kind: 'unicast', reason: refusal }]);
    const { end } = await runSteps(site, agent, stepsOf(manifest), { multicast: true });
    assert.equal(end?.succeeded, true, JSON.stringify(end));
    assert.deepEqual(readFileSync(join(agent.root, 'srv/data')), data);
    assert.equal(told.at(-1)?.ended?.how, 'failed');
    assert.match(told.at(-1)?.ended?.detail ?? '', /EADDRINUSE/);
  },
);
