import assert from 'node:assert/strict';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { FrozenStep } from '@tenkai/domain';
import type { HeartbeatReport, Report } from '@tenkai/protocol/agent/reports.ts';
import { runOrder, testRunId } from '@tenkai/testkit/small-site/enrolled-agent.ts';
import { publishContent } from '@tenkai/testkit/small-site/publish.ts';
import { ended, newAgent, type TestAgent, until } from '@tenkai/testkit/small-site/run-agent.ts';
import type { SmallSite } from '@tenkai/testkit/small-site/site.ts';
import { startSmallSite } from '@tenkai/testkit/small-site/small-site.ts';
import { contentPart, copyStep, installStep, scriptStep } from '@tenkai/testkit/small-site/steps.ts';
import { holdersOf } from '../lock.ts';
import { openLinux } from '../platform/linux/index.ts';
import { findTree } from '../platform/linux/process-tree.ts';
import type { AgentStatus } from '../status.ts';

let site: SmallSite;
let agent: TestAgent;
beforeEach(async () => {
  site = await startSmallSite();
  agent = newAgent();
});
afterEach(async () => {
  await agent.remove();
  await site.close();
});

const options = { timeout: 120_000 };
const { processes } = openLinux({ root: null, powerCommand: null, bootIdFile: null, env: {} });
const engines = () => holdersOf({ processes, folder: join(agent.data.locks, 'engine') });
const inRoot = (path: string) => join(agent.root, path);
const isThere = (path: string) => existsSync(inRoot(path));
const reported = <K extends Report['kind']>(kind: K) =>
  site.reports.flatMap(({ report }) =>
    report.kind === kind ? [report as Extract<Report, { kind: K }>] : [],
  );
const events = () => reported('run').map(({ event }) => event);
const assign = (...more: string[]) =>
  agent.command('enroll', '--server', site.url, '--root-fingerprint', site.keys.rootFingerprint, ...more);
const online = () => until(() => site.connected()[0]);
const status = async () => JSON.parse((await agent.command('status', '--json')).stdout) as AgentStatus;

function order(machineId: string, steps: readonly FrozenStep[], runId = testRunId) {
  const known = site.orders.get(machineId) ?? [];
  site.orders.set(machineId, [...known, site.keys.signOrder(runOrder({ machineId }, steps, { runId }))]);
  site.nudge(machineId);
}

async function enrolledAndOnline(): Promise<string> {
  assert.equal((await assign()).status, 0);
  agent.start();
  return online();
}

/** A step that waits until the test lets it go on. */
const gated = (rest = '') =>
  scriptStep(`touch "$TENKAI_ROOT/begun"; while [ ! -e "$TENKAI_ROOT/gate" ]; do sleep 0.05; done; ${rest}`);
const openGate = () => writeFileSync(inRoot('gate'), '');

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

test('the progress of a delivery is told while it goes on', options, async () => {
  const machineId = await enrolledAndOnline();
  const manifest = await publishContent(site, {
    'app/a': Buffer.alloc(3_000_000, 'a'),
    'app/b': Buffer.alloc(4_100_000, 'b'),
  });
  let held: (() => void) | undefined;
  site.intercept = (request, response) => {
    // The second chunk waits until somebody has heard of the first.
    if (!request.url?.includes('/objects/') || held) return false;
    held = () => void response.destroy();
    return true;
  };
  order(machineId, [copyStep({ content: contentPart(manifest), from: 'app', to: '/srv' })]);
  const progress = await until(() =>
    site.progress.flatMap(({ runs }) => runs).find(({ bytesDone }) => bytesDone > 0),
  );
  assert.deepEqual([progress.runId, progress.attempt, progress.bytesTotal], [testRunId, 1, 7_100_000]);
  assert.equal(events().includes('delivered'), false);
  held?.();
  await until(() => events().includes('finished'));
});

test(
  'AGENT-38, BAGT-01: a step that stops the agent service neither ends nor is ended',
  options,
  async () => {
    const machineId = await enrolledAndOnline();
    const [service] = agent.services();
    assert.ok(service);
    const text = `kill ${service.pid}; while kill -0 ${service.pid} 2>/dev/null; do sleep 0.05; done; touch "$TENKAI_ROOT/stopped"; sleep 0.3; echo went on`;
    order(machineId, [scriptStep(text), scriptStep('echo second')]);
    await until(() => isThere('stopped'));
    await until(() => engines().length === 0);
    assert.equal(service.exitCode, 0);
    assert.equal(events().includes('finished'), false);
    // The package manager starts the service again; it tells what the engine left in the outbox.
    agent.start();
    await until(() => events().includes('finished'));
    assert.deepEqual(
      reported('step-finished').map(({ result }) => result.logTail),
      ['went on\n', 'second\n'],
    );
    assert.equal(reported('run').at(-1)?.succeeded, true);
  },
);

test(
  'AGENT-38: the service killed in the middle of a run, the engine goes on, and is not started twice',
  options,
  async () => {
    const machineId = await enrolledAndOnline();
    order(machineId, [gated('echo once')]);
    await until(() => isThere('begun'));
    const [engine] = engines();
    assert.ok(engine);
    await ended(agent.services()[0] as never, 'SIGKILL');
    assert.deepEqual(engines(), [engine]);
    agent.start();
    await until(() => site.connected().includes(machineId));
    assert.deepEqual(engines(), [engine]);
    openGate();
    await until(() => events().includes('finished'));
    assert.deepEqual(
      reported('step-finished').map(({ result }) => result.logTail),
      ['once\n'],
    );
    assert.equal(reported('step-started').length, 1);
  },
);

test('an engine that was killed is started again and takes its installer over', options, async () => {
  const machineId = await enrolledAndOnline();
  order(machineId, [gated('echo once')]);
  await until(() => isThere('begun'));
  const [first] = engines();
  process.kill(first?.pid ?? 0, 'SIGKILL');
  await until(() => engines().find(({ pid }) => pid !== first?.pid));
  openGate();
  await until(() => events().includes('finished'));
  assert.deepEqual(
    reported('step-finished').map(({ result }) => [result.outcome, result.logTail]),
    [['succeeded', 'once\n']],
  );
});

test('runs are done one after the other, in the order of their orders', options, async () => {
  const machineId = await enrolledAndOnline();
  order(machineId, [gated('echo a >> "$TENKAI_ROOT/log"')], 'run-a');
  await until(() => isThere('begun'));
  order(machineId, [scriptStep('echo b >> "$TENKAI_ROOT/log"')], 'run-b');
  order(machineId, [scriptStep('echo c >> "$TENKAI_ROOT/log"')], 'run-c');
  await until(() => readdirSync(agent.data.runs).length === 3);
  assert.equal(engines().length, 1);
  openGate();
  await until(() => events().filter((event) => event === 'finished').length === 3);
  assert.equal(readFileSync(inRoot('log'), 'utf8'), 'a\nb\nc\n');
});

test(
  'BSCN-38: a cancel order ends a hanging step, and the machine is free for the next run',
  options,
  async () => {
    const machineId = await enrolledAndOnline();
    order(machineId, [scriptStep('touch "$TENKAI_ROOT/begun"; sleep 300')]);
    await until(() => isThere('begun'));
    const cancel = {
      kind: 'cancel',
      orderId: 'cancel-1',
      machineId,
      issuedAt: Date.now(),
      expiresAt: Date.now() + 60_000,
      runId: testRunId,
      attempt: 1,
    };
    site.orders.set(machineId, [site.keys.signOrder(cancel)]);
    site.nudge(machineId);
    await until(() => events().includes('cancelled'));
    assert.deepEqual(
      reported('step-finished').map(({ result }) => result.outcome),
      ['cancelled'],
    );
    assert.deepEqual(findTree(`${testRunId}/1/0/main/1`), []);
    order(machineId, [scriptStep('true')], 'run-2');
    await until(() => events().includes('finished'));
  },
);

test(
  'BAGT-20: a package that closes the network at its end: the true result is told when contact returns',
  options,
  async () => {
    const machineId = await enrolledAndOnline();
    order(machineId, [gated('touch "$TENKAI_ROOT/installed"')]);
    await until(() => isThere('begun'));
    await site.close();
    openGate();
    await until(() => engines().length === 0);
    assert.equal(events().includes('finished'), false);
    await site.reopen();
    await until(() => events().includes('finished'));
    assert.deepEqual(
      reported('step-finished').map(({ result }) => result.outcome),
      ['succeeded'],
    );
  },
);

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

test('BPWR-15: a power order during a run is refused unless it has force', options, async () => {
  const powerCommand = ['/bin/sh', '-c', `echo "$1" >> ${inRoot('power')}`, 'power'];
  agent.configure({ powerCommand });
  const machineId = await enrolledAndOnline();
  order(machineId, [gated()]);
  await until(() => isThere('begun'));
  const life = { machineId, issuedAt: Date.now(), expiresAt: Date.now() + 60_000 };
  const power = { kind: 'power', ...life, action: 'shut-down', delaySeconds: 0 };
  const orders = [
    { ...power, orderId: 'p-1', force: false },
    { ...power, orderId: 'p-2', force: true },
  ];
  site.orders.set(
    machineId,
    orders.map((each) => site.keys.signOrder(each)),
  );
  site.nudge(machineId);
  await until(() => isThere('power'));
  assert.deepEqual(
    reported('order').map(({ orderId, accepted, reason }) => [orderId, accepted, reason?.code]),
    [
      ['p-1', false, 'run-in-progress'],
      ['p-2', true, undefined],
    ],
  );
  openGate();
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
