import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '@tenkai/testkit/small-site/run-agent.ts';
import { agentPaths } from '../channel.ts';
import type { Report } from '../reports.ts';
import { newLink, options, running, site, status, stop, told } from './link-for-test.ts';
import { type After, timerAfter } from './wake-up.ts';

test('a nudge makes the agent ask, and so does every new connection', options, async () => {
  const { machineId, orders, start } = await newLink();
  site.orders.set(machineId, [site.keys.signOrder({ number: 1 })]);
  await start();
  await until(() => orders.some((list) => list.length === 1));
  const before = orders.length;
  site.orders.set(machineId, [site.keys.signOrder({ number: 2 })]);
  site.nudge(machineId);
  await until(() => orders.length > before);
  assert.equal(orders.at(-1)?.[0], '{"number":2}');
});

test('a nudge that many hear at once is told at once and answered within its time', options, async () => {
  const waits: number[] = [];
  const after: After = (ms, act) => {
    waits.push(ms);
    return timerAfter(Math.min(ms, 50), act);
  };
  const { machineId, orders, events, start } = await newLink({ random: () => 0.5, after });
  await start();
  await until(() => orders.length > 0);
  for (const [withinMs, waitMs] of [
    [400, 200],
    // No site may send its machines away for a day.
    [86_400_000, 30_000],
  ]) {
    const before = orders.length;
    waits.length = 0;
    site.sendText(machineId, JSON.stringify({ type: 'nudge', withinMs }));
    await until(() => orders.length > before);
    assert.ok(waits.includes(waitMs as number), `${waits}`);
  }
  assert.equal(events.filter(({ type }) => type === 'nudged').length, 2);
});

test('orders come over connections that the agent opened', options, async () => {
  // The agent's side listens nowhere: all that goes on is in these requests.
  const { machineId, start, orders } = await newLink();
  await start();
  const before = orders.length;
  site.nudge(machineId);
  await until(() => orders.length > before);
  const kinds = new Set(site.requests.map((request) => request.split(' ')[0]));
  assert.deepEqual(kinds, new Set(['POST', 'GET', 'UPGRADE']));
});

test('reports are sent until the site has them, each once, whatever breaks', options, async () => {
  const { link, machineId, outbox, start } = await newLink();
  await start();
  let broken = 0;
  site.intercept = (request, response) => {
    // Taken, but the answer is lost; then refused; then answered with rubbish.
    if (request.url !== agentPaths.reports || broken >= 3) return false;
    broken += 1;
    if (broken === 1) request.socket.destroy();
    else if (broken === 2) response.writeHead(503).end();
    else response.writeHead(200).end('<html>');
    return true;
  };
  for (const code of ['a', 'b', 'c']) outbox.put(status(code));
  link.sendSoon();
  await until(() => told(machineId).includes('c'));
  await until(() => outbox.waiting.length === 0);
  assert.deepEqual(
    told(machineId).filter((code) => !code.startsWith('heartbeat')),
    ['a', 'b', 'c'],
  );
});

test('BAGT-20: what happens while the network is cut is told when it is back', options, async () => {
  const { link, machineId, outbox, events, start } = await newLink();
  await start();
  await site.close();
  outbox.put(status('done behind a closed door'));
  link.sendSoon();
  await until(() => events.some((event) => event.type === 'failed' && event.what === 'reports'));
  await site.reopen();
  await until(() => told(machineId).includes('done behind a closed door'));
  await until(() => site.connected().includes(machineId));
});

test('a report that the site cannot read does not hold up the others', options, async () => {
  const { link, machineId, outbox, start } = await newLink();
  await start();
  outbox.put({ kind: 'status' } as Report);
  for (const code of ['after', 'more']) outbox.put(status(code));
  link.sendSoon();
  await until(() => told(machineId).includes('more'));
  // The site has it before the agent knows that it does.
  await until(() => outbox.waiting.length === 0);
  assert.equal(outbox.rejected.length, 1);
});

test('a site that was restarted knows no token: the agent proves itself again', options, async () => {
  const { link, machineId, outbox, events, start } = await newLink();
  await start();
  site.forgetTokens();
  outbox.put(status('again'));
  link.sendSoon();
  await until(() => told(machineId).includes('again'));
  site.forgetTokens();
  const connections = () => events.filter(({ type }) => type === 'connected').length;
  const before = connections();
  site.cut();
  // Not until none is connected: it may be back before anybody looks.
  await until(() => connections() > before && site.connected().includes(machineId));
});

test('the site says when the next heartbeat is due', options, async () => {
  site.reply = { heartbeatMs: 20, jitterMs: 10 };
  const { heartbeats, start, link } = await newLink();
  await start();
  await until(() => heartbeats() >= 4);
  site.reply = { heartbeatMs: 3_600_000 };
  await until(() => site.reports.length > 0);
  const before = heartbeats();
  link.checkInSoon();
  await until(() => heartbeats() > before);
});

test('after a goodbye the agent comes back within the time that the site gave', options, async () => {
  const { machineId, events, start } = await newLink({
    backOff: { firstMs: 3_600_000, longestMs: 3_600_000 },
  });
  await start();
  site.send(machineId, { type: 'goodbye', reconnectWithinMs: 200 });
  site.cut();
  await until(() => events.filter(({ type }) => type === 'connected').length >= 2);
});

test('a connection that has gone silent is given up', options, async () => {
  const { machineId, events, start } = await newLink({ silenceLimitMs: 200 });
  await start();
  site.freeze(machineId);
  await until(() => events.some(({ type }) => type === 'disconnected'));
  await until(() => events.filter(({ type }) => type === 'connected').length >= 2);
});

test('an agent that is to stop does not wait for a dead line', { timeout: 20_000 }, async () => {
  const { machineId, start } = await newLink();
  await start();
  site.freeze(machineId);
  stop.abort();
  await Promise.all(running);
});

test('messages of the channel that are not understood change nothing', options, async () => {
  const { machineId, orders, events, start } = await newLink();
  await start();
  await until(() => orders.length > 0);
  for (const text of ['', '{', '[]', '{"type":"format-disk"}', '{"type":"goodbye"}'])
    site.sendText(machineId, text);
  const before = orders.length;
  site.nudge(machineId);
  await until(() => orders.length > before);
  assert.equal(
    events.some(({ type }) => type === 'disconnected'),
    false,
  );
});
