import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { testRunId } from '@tenkai/testkit/small-site/enrolled-agent.ts';
import { publishContent } from '@tenkai/testkit/small-site/publish.ts';
import { ended, until } from '@tenkai/testkit/small-site/run-agent.ts';
import { contentPart, copyStep, scriptStep } from '@tenkai/testkit/small-site/steps.ts';
import { findTree } from '../platform/linux/process-tree.ts';
import {
  agent,
  engines,
  enrolledAndOnline,
  events,
  gated,
  inRoot,
  isThere,
  openGate,
  options,
  order,
  reported,
  site,
} from './service-for-test.ts';

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
