/** Runs that are cancelled, stopped, or end on a full disk: nothing of them stays. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runOrder, storeOrder, testRunId } from '@tenkai/testkit/small-site/enrolled-agent.ts';
import { publishContent } from '@tenkai/testkit/small-site/publish.ts';
import { until } from '@tenkai/testkit/small-site/run-agent.ts';
import { runEngineToEnd, spawnEngine } from '@tenkai/testkit/small-site/run-engine.ts';
import { runSteps, toldOf } from '@tenkai/testkit/small-site/run-steps.ts';
import { contentPart, copyStep, scriptStep } from '@tenkai/testkit/small-site/steps.ts';
import { findTree } from '../platform/linux/process-tree.ts';
import { agent, copyOf, leftInCache, mountSmall, newFiles, options, site } from './delivery-for-test.ts';

test('a delivery that is cancelled ends at once, and nothing of it stays', options, async () => {
  const manifest = await publishContent(site, newFiles(9_000_000));
  site.intercept = (request, response) => {
    // The answer begins and never ends.
    if (!request.url?.includes('/objects/')) return false;
    response.writeHead(200).write('begin');
    return true;
  };
  const name = storeOrder(agent, site, runOrder(agent, copyOf(manifest)));
  const engine = spawnEngine(agent, name);
  await until(() => existsSync(join(agent.data.runs, name, 'progress.json')));
  writeFileSync(join(agent.data.runs, name, 'cancel'), '');
  await until(() => engine.exitCode === 0);
  assert.deepEqual(toldOf(agent, testRunId).events, ['received', 'delivering', 'cancelled']);
  assert.deepEqual(leftInCache(), []);
});

test(
  'BSCN-38: a hanging installer is cancelled: its processes are gone and the machine is free',
  options,
  async () => {
    const hanging = scriptStep('trap "" TERM; touch "$TENKAI_ROOT/begun"; sleep 300 & wait; wait; sleep 300');
    const name = storeOrder(
      agent,
      site,
      runOrder(agent, [hanging, scriptStep('touch "$TENKAI_ROOT/never"')]),
    );
    const engine = spawnEngine(agent, name);
    await until(() => existsSync(join(agent.root, 'begun')));
    writeFileSync(join(agent.data.runs, name, 'cancel'), '');
    await until(() => engine.exitCode === 0);
    const { events, results } = toldOf(agent, testRunId);
    assert.deepEqual(
      results.map(({ outcome }) => outcome),
      ['cancelled'],
    );
    assert.equal(events.at(-1), 'cancelled');
    assert.equal(existsSync(join(agent.root, 'never')), false);
    const next = await runSteps(site, agent, [scriptStep('true')]);
    assert.equal(next.end?.succeeded, true);
  },
);

test(
  'BSCN-38: a run that is cancelled while no engine lives ends cancelled, with its processes',
  options,
  async () => {
    const hanging = scriptStep('touch "$TENKAI_ROOT/begun"; sleep 300');
    const name = storeOrder(agent, site, runOrder(agent, [hanging]));
    assert.equal(await runEngineToEnd(agent, name, { TENKAI_CRASH_AT: 'step#0:main:started' }), 'SIGKILL');
    assert.notDeepEqual(findTree(`${testRunId}/1/0/main/1`), []);
    writeFileSync(join(agent.data.runs, name, 'cancel'), '');
    assert.equal(await runEngineToEnd(agent, name), 0);
    assert.deepEqual(findTree(`${testRunId}/1/0/main/1`), []);
    const { events, results } = toldOf(agent, testRunId);
    assert.deepEqual(
      results.map(({ outcome }) => outcome),
      ['cancelled'],
    );
    assert.equal(events.at(-1), 'cancelled');
  },
);

test('an engine that is told to stop leaves run and installer to the next one', options, async () => {
  const text =
    'touch "$TENKAI_ROOT/begun"; while [ ! -e "$TENKAI_ROOT/gate" ]; do sleep 0.05; done; echo end';
  const name = storeOrder(agent, site, runOrder(agent, [scriptStep(text)]));
  const engine = spawnEngine(agent, name);
  await until(() => existsSync(join(agent.root, 'begun')));
  engine.kill('SIGTERM');
  await until(() => engine.exitCode === 0);
  assert.deepEqual(toldOf(agent, testRunId).results, []);
  writeFileSync(join(agent.root, 'gate'), '');
  assert.equal(await runEngineToEnd(agent, name), 0);
  assert.deepEqual(
    toldOf(agent, testRunId).results.map(({ logTail }) => logTail),
    ['end\n'],
  );
});

test('a full disk ends the run with its reason, and nothing of the content stays', options, async (t) => {
  const small = join(agent.root, '..', 'small');
  mkdirSync(small);
  if (!mountSmall(small, '3m')) return t.skip('needs the right to mount');
  renameSync(agent.data.content, `${agent.data.content}.old`);
  spawnSync('ln', ['-s', small, agent.data.content]);
  const manifest = await publishContent(site, newFiles(5_000_000));
  const { end, results } = await runSteps(site, agent, copyOf(manifest));
  assert.deepEqual([end?.succeeded, end?.reason?.code], [false, 'disk-full']);
  assert.deepEqual(results, []);
  assert.deepEqual(leftInCache(), []);
});

test('a target that fills up fails with its reason and leaves no part of a file', options, async (t) => {
  const small = join(agent.root, 'small');
  mkdirSync(small);
  if (!mountSmall(small, '1m')) return t.skip('needs the right to mount');
  const manifest = await publishContent(site, newFiles(2_000_000));
  const { results } = await runSteps(site, agent, [
    copyStep({ content: contentPart(manifest), from: 'app', to: '/small/x' }),
  ]);
  assert.deepEqual(
    results.map(({ outcome, reason }) => [outcome, reason?.code]),
    [['failed', 'disk-full']],
  );
  assert.deepEqual(readdirSync(join(small, 'x')), []);
});
