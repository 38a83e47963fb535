/** Content by multicast, and by unicast where that does not come about. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import type { MulticastAnswer, MulticastTerms } from '@tenkai/protocol/agent/multicast.ts';
import { runSteps } from '@tenkai/testkit/small-site/run-steps.ts';
import type { Manifest } from '@tenkai/transfer';
import { receiveContent } from '@tenkai/transfer/multicast/receive-content.ts';
import { sendContent } from '@tenkai/transfer/multicast/send-content.ts';
import { memberKey, newSession } from '@tenkai/transfer/multicast/session.ts';
import {
  agent,
  content,
  deliveryOf,
  group,
  options,
  port,
  refusal,
  senderPort,
  site,
  stepsOf,
} from './multicast-for-test.ts';

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

function termsOf(manifest: Manifest, keys: ReturnType<typeof newSession>): MulticastTerms {
  return {
    ...{ kind: 'join', session: keys.session, contentId: manifest.contentId, group, port, window: 8 },
    ...{ senderAddress: '127.0.0.1', senderPort, member: 1, ttl: 1 },
    groupKey: keys.groupKey.toString('base64'),
    memberKey: memberKey(keys.masterKey, 1).toString('base64'),
  };
}

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
