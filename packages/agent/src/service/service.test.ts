import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { HeartbeatReport } from '@tenkai/protocol/agent/reports.ts';
import { publishContent } from '@tenkai/testkit/small-site/publish.ts';
import { ended, until } from '@tenkai/testkit/small-site/run-agent.ts';
import { contentPart, installStep, scriptStep } from '@tenkai/testkit/small-site/steps.ts';
import type { AgentStatus } from '../status.ts';
import {
  agent,
  assign,
  enrolledAndOnline,
  events,
  inRoot,
  isThere,
  online,
  options,
  order,
  reported,
  site,
  status,
} from './service-for-test.ts';

test('enrolled by ticket, nudged, an agent fetches an order, runs it and reports', options, async () => {
  site.tickets = new Set(['one-time']);
  const ticketFile = inRoot('ticket');
  writeFileSync(ticketFile, 'one-time\n', { mode: 0o600 });
  const enrolled = await assign('--ticket-file', ticketFile);
  assert.equal(enrolled.status, 0, enrolled.stderr);
  assert.equal(existsSync(ticketFile), false);
  agent.start();
  const machineId = await online();

  const manifest = await publishContent(site, {
    'app/setup.sh': '#!/bin/sh\necho ok > "$TENKAI_ROOT/done"\n',
  });
  const detection = [{ kind: 'file' as const, path: '/done' }];
  order(machineId, [installStep({ content: contentPart(manifest), executable: 'app/setup.sh', detection })]);
  await until(() => events().includes('finished'));
  assert.deepEqual(events(), ['received', 'delivering', 'delivered', 'executing', 'verifying', 'finished']);
  assert.ok(isThere('done'));
  for (const file of ['signing.key', 'encryption.key']) {
    assert.equal(statSync(join(agent.data.identity, file)).mode & 0o777, 0o600);
  }
});

test(
  'BAGT-12: the machine says that it is starting, and that it is ready once it has asked for orders',
  options,
  async () => {
    assert.equal((await assign()).status, 0);
    let hasAsked = false;
    site.intercept = (request) => {
      if (request.url === '/agent/v1/orders') hasAsked = true;
      return false;
    };
    agent.start();
    const states = () => reported('heartbeat').map(({ state }: HeartbeatReport) => state);
    await until(() => states().includes('running'));
    assert.ok(hasAsked);
    assert.equal(states()[0], 'starting');
    const [first] = reported('heartbeat');
    assert.equal(first?.bootId, 'boot-1');
  },
);

test('BAGT-12: before an ordered restart the machine says so', options, async () => {
  const powerCommand = ['/bin/sh', '-c', `echo "$1" >> ${inRoot('power')}`, 'power'];
  agent.configure({ powerCommand });
  const machineId = await enrolledAndOnline();
  const power = {
    kind: 'power',
    orderId: 'p-1',
    machineId,
    issuedAt: Date.now(),
    expiresAt: Date.now() + 60_000,
    action: 'restart',
    delaySeconds: 0,
    force: false,
  };
  site.orders.set(machineId, [site.keys.signOrder(power)]);
  site.nudge(machineId);
  await until(() => isThere('power'));
  assert.equal(reported('heartbeat').at(-1)?.state, 'restarting');
  assert.deepEqual(
    reported('order').map(({ orderId, accepted }) => [orderId, accepted]),
    [['p-1', true]],
  );
  site.nudge(machineId);
  await agent.command('check-in');
  assert.equal(readFileSync(inRoot('power'), 'utf8'), 'restart\n');
});

test(
  'BAGT-17: the inventory comes whole first, then as differences, and whole again when the site asks',
  options,
  async () => {
    const machineId = await enrolledAndOnline();
    const [first] = await until(() => (reported('inventory').length === 1 ? reported('inventory') : null));
    assert.equal(first?.base, null);
    assert.ok(first?.whole?.operatingSystem.kernel);
    // A language pack: the system's language is another one.
    const hasChanged = scriptStep(
      'mkdir -p "$TENKAI_ROOT/etc/default" && echo LANG=ja_JP.UTF-8 > "$TENKAI_ROOT/etc/default/locale"',
    );
    order(machineId, [hasChanged]);
    const [, second] = await until(() => (reported('inventory').length === 2 ? reported('inventory') : null));
    assert.deepEqual([second?.base, second?.whole], [first?.digest, null]);
    assert.deepEqual(Object.keys(second?.difference ?? {}), ['operatingSystem']);
    assert.equal(second?.difference?.operatingSystem?.language, 'ja');
    site.reply = { wantsInventory: true };
    await agent.command('check-in');
    site.reply = {};
    const third = await until(() => reported('inventory')[2]);
    assert.equal(third.whole?.operatingSystem.language, 'ja');
  },
);

test(
  'AGENT-31, AGENT-32, AGENT-33: components before and after assignment, in the table and as JSON',
  options,
  async () => {
    agent.start();
    const before = await until(async () => {
      const shown = await status();
      return shown.general.isRunning ? shown : null;
    });
    const states = (shown: AgentStatus) => new Map(shown.components.map(({ name, state }) => [name, state]));
    assert.equal(states(before).get('notification'), 'disabled');
    assert.deepEqual(
      [...states(before)].filter(([name]) => name !== 'notification').map(([, state]) => state),
      Array(6).fill('installed'),
    );
    assert.equal(before.site.isAssigned, false);

    assert.equal((await assign('--no-wait')).status, 0);
    await online();
    const afterwards = await until(async () => {
      const shown = await status();
      return shown.general.isConnected ? shown : null;
    });
    assert.equal(states(afterwards).get('notification'), 'enabled');
    assert.equal(states(afterwards).get('core'), 'enabled');
    assert.deepEqual(
      [afterwards.site.code, afterwards.site.isAssigned, afterwards.site.server],
      ['TST', true, site.url],
    );
    const power = afterwards.components.find(({ name }) => name === 'power');
    assert.deepEqual(
      [power?.state, power?.reason],
      ['disabled', 'this machine has no command to restart or shut down'],
    );

    const table = (await agent.command('status')).stdout;
    for (const { name, state } of afterwards.components)
      assert.match(table, new RegExp(`^  ${name} +${state}`, 'm'));
    for (const section of ['General', 'Components', 'Actions', 'Site'])
      assert.match(table, new RegExp(`^${section}$`, 'm'));
    assert.match(table, /server +https:/);
  },
);

test('actions: check-in and inventory are done by the running service', options, async () => {
  const refused = await agent.command('check-in');
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /agent-not-running/);
  const machineId = await enrolledAndOnline();
  const asked = () => site.requests.filter((request) => request === 'GET /agent/v1/orders').length;
  const before = asked();
  assert.equal((await agent.command('check-in')).status, 0);
  assert.ok(asked() > before);
  assert.equal((await agent.command('inventory')).status, 0);
  assert.ok((await status()).actions.every(({ lastAt }) => lastAt !== null));
  assert.equal((await status()).general.machineId, machineId);
});

test('wrong use ends with status 2, a refusal with 1 and its remedy', options, async () => {
  assert.equal((await agent.command('nonsense')).status, 2);
  assert.equal((await agent.command('enroll')).status, 2);
  assert.equal((await agent.command('--version')).status, 0);
  const wrongRoot = await agent.command('enroll', '--server', site.url, '--root-fingerprint', '0'.repeat(64));
  assert.equal(wrongRoot.status, 1);
  assert.match(wrongRoot.stderr, /site-root-mismatch/);
  assert.deepEqual(site.enrollments, []);
});

test('a ticket that others can read is not used', options, async () => {
  const file = inRoot('ticket');
  writeFileSync(file, 'secret');
  chmodSync(file, 0o644);
  const { status: exit, stderr } = await assign('--ticket-file', file);
  assert.equal(exit, 1);
  assert.match(stderr, /secret-file-open/);
  assert.equal(stderr.includes('secret\n'), false);
  assert.deepEqual(site.enrollments, []);
});

test('two services cannot hold one data folder', options, async () => {
  await enrolledAndOnline();
  const { status: exit, stderr } = await agent.command('run');
  assert.equal(exit, 1);
  assert.match(stderr, /agent-runs-already/);
});

test('a disk in another machine shows itself: the site is told the other fingerprint', options, async () => {
  await enrolledAndOnline();
  await ended(agent.services()[0] as never, 'SIGTERM');
  agent.moveRoot();
  agent.start();
  await until(() => site.enrollments.length === 2);
  const [one, two] = site.enrollments;
  assert.equal(one?.signingKey, two?.signingKey);
  assert.notEqual(one?.hardwareFingerprint, two?.hardwareFingerprint);
});

test('a machine that the site has forgotten asks to be taken again', options, async () => {
  const machineId = await enrolledAndOnline();
  site.forgetMachine(machineId);
  site.forgetTokens();
  site.cut();
  await until(() => site.enrollments.length === 2);
  await online();
});
