import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { until } from '@tenkai/testkit/small-site/run-agent.ts';
import { agentPaths } from '../channel.ts';
import { newLink, options, site, status, told } from './link-for-test.ts';

const reports = `POST ${agentPaths.reports}`;
const orders = `GET ${agentPaths.orders}`;
beforeEach(() => {
  site.callBytes = 64 * 1024;
});

/** A link whose channel is open, and that has said and asked everything; requests are counted from here on. */
async function quietLink() {
  const machine = await newLink();
  await machine.start();
  const { events, outbox } = machine;
  await until(() => events.some(({ type }) => type === 'connected') && machine.orders.length > 0);
  await until(() => machine.heartbeats() > 0 && outbox.waiting.length === 0);
  site.requests.length = 0;
  return {
    ...machine,
    say(code: string) {
      outbox.put(status(code));
      machine.link.sendSoon();
      return until(() => outbox.waiting.length === 0);
    },
  };
}
const asked = (what: string) => site.requests.filter((request) => request === what).length;

test('what a connected machine tells and asks needs no connection but its channel', options, async () => {
  const { machineId, say, link, ...machine } = await quietLink();
  await say('over the channel');
  const before = machine.orders.length;
  site.nudge(machineId);
  await until(() => machine.orders.length > before);
  assert.ok(told(machineId).includes('over the channel'));
  await link.available(AbortSignal.timeout(10_000));
  const others = site.requests.filter((request) => !request.startsWith('CALL '));
  assert.deepEqual(others, []);
  assert.ok(asked(`CALL ${reports}`) >= 1 && asked(`CALL ${orders}`) >= 1);
});

test('a site that takes no calls over channels is asked as ever', options, async () => {
  site.callBytes = 0;
  const { say } = await quietLink();
  await say('by a request');
  assert.ok(asked(reports) >= 1);
  assert.equal(asked(`CALL ${reports}`), 0);
});

test('what is too long for the channel goes over another connection', options, async () => {
  site.callBytes = 10;
  const { machineId, say } = await quietLink();
  await say('long');
  assert.equal(asked(`CALL ${reports}`), 0);
  assert.equal(told(machineId).filter((code) => code === 'long').length, 1);
});

test('what the site wants elsewhere is asked elsewhere', options, async () => {
  const { machineId, ...machine } = await quietLink();
  site.interceptCall = ({ id }, socket) => {
    socket.send(JSON.stringify({ type: 'elsewhere', id }));
    return true;
  };
  const before = machine.orders.length;
  site.nudge(machineId);
  await until(() => machine.orders.length > before);
  assert.ok(asked(orders) >= 1);
});

test('a channel that ends before the answer loses nothing, and nothing waits for it', options, async () => {
  const { machineId, say, events } = await quietLink();
  site.interceptCall = (_, socket) => {
    socket.terminate();
    return true;
  };
  await say('once');
  assert.equal(told(machineId).filter((code) => code === 'once').length, 1);
  assert.ok(asked(reports) >= 1);
  assert.equal(events.filter((event) => event.type === 'failed' && event.what === 'reports').length, 0);
});

test('a token that the site no longer takes is replaced, and the channel stays', options, async () => {
  const { machineId, say, events } = await quietLink();
  site.forgetTokens();
  await say('with a new token');
  assert.ok(told(machineId).includes('with a new token'));
  assert.ok(asked(`CALL ${reports}`) >= 2);
  assert.equal(events.filter(({ type }) => type === 'connected').length, 1);
});

test('answers of the channel that nobody asked for change nothing', options, async () => {
  const { machineId, say, events } = await quietLink();
  for (const text of [
    '{"type":"answer","id":99,"status":200}\n{}',
    '{"type":"answer","id":1}',
    '{"type":"elsewhere","id":-1}',
    'x\ny',
  ])
    site.sendText(machineId, text);
  await say('still here');
  assert.equal(events.filter(({ type }) => type === 'disconnected').length, 0);
});
