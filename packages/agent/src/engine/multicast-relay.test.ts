/** The representative of a subnet: it fetches once and sends to its neighbours. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { test } from 'node:test';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import type {
  MulticastAnswer,
  MulticastAsk,
  RelayReport,
  RelayTerms,
} from '@tenkai/protocol/agent/multicast.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { runSteps } from '@tenkai/testkit/small-site/run-steps.ts';
import type { Manifest } from '@tenkai/transfer';
import { receiveContent } from '@tenkai/transfer/multicast/receive-content.ts';
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
