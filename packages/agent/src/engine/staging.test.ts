import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { RunOrder } from '@tenkai/protocol/agent/orders.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import {
  type EnrolledAgent,
  enrolledAgent,
  runOrder,
  storeOrder,
  testRunId,
} from '@tenkai/testkit/small-site/enrolled-agent.ts';
import { publishContent } from '@tenkai/testkit/small-site/publish.ts';
import { until } from '@tenkai/testkit/small-site/run-agent.ts';
import { runEngineToEnd, spawnEngine } from '@tenkai/testkit/small-site/run-engine.ts';
import { toldOf } from '@tenkai/testkit/small-site/run-steps.ts';
import { startSmallSite } from '@tenkai/testkit/small-site/small-site.ts';
import { contentPart, installStep, restartStep } from '@tenkai/testkit/small-site/steps.ts';
import { runFolderNamed } from '../run-folder.ts';
import { runTurns } from '../run-turns.ts';
import { readJournal } from './journal.ts';

const site = await startSmallSite();
const manifest = await publishContent(site, {
  'app/setup.sh': '#!/bin/sh\necho installed >> "$TENKAI_ROOT/effects"; echo 1 > "$TENKAI_ROOT/version"\n',
});
const install = installStep({
  content: contentPart(manifest),
  executable: 'app/setup.sh',
  detection: [{ kind: 'file', path: '/version' }],
});
after(() => site.close());

const timeout = { timeout: 240_000 };

/** A machine whose power commands are written down, and a run for its next start. */
async function machineWithRun(
  t: { after(done: () => void): void },
  options: Partial<RunOrder['options']> = {},
) {
  const agent = await enrolledAgent(site);
  atEnd(t, () => agent.remove());
  const settings = JSON.parse(readFileSync(agent.data.settings, 'utf8'));
  const powerCommand = ['/bin/sh', '-c', `echo "$1" >> ${join(agent.root, 'power')}`, 'power'];
  writeFileSync(agent.data.settings, JSON.stringify({ ...settings, powerCommand }));
  const order = runOrder(agent, [install], {
    runId: testRunId,
    options: { powerOffAtEnd: false, timing: 'at-next-start', ...options },
  });
  const name = storeOrder(agent, site, order);
  // Nobody takes the reports here: it is told that the server has them.
  writeFileSync(join(agent.data.outbox, 'streams', name), '999');
  return { agent, name, folder: runFolderNamed(agent.data, name) };
}

const linesOf = (agent: EnrolledAgent, file: string) =>
  existsSync(join(agent.root, file)) ? readFileSync(join(agent.root, file), 'utf8').trim().split('\n') : [];
/** What happened to the run as a whole, by its journal. */
const story = (agent: EnrolledAgent) =>
  entries(agent)
    .map(({ event }) => event)
    .filter((event) => !/^(resumed|step-|powering-off)/.test(event))
    .filter((event, at, all) => event !== all[at - 1]);
const entries = (agent: EnrolledAgent) =>
  readJournal(runFolderNamed(agent.data, `${testRunId}-1`).journal, `${testRunId}-1`);
const endOf = (agent: EnrolledAgent) => entries(agent).find((entry) => entry.event === 'finished');
const bootId = (agent: EnrolledAgent) => readFileSync(agent.bootIdFile, 'utf8');
const wholeStory = ['received', 'delivering', 'delivered', 'staged', 'executing', 'verifying', 'finished'];

test(
  'BSCN-19: a run for the next start is delivered and staged, and begins in the next boot only',
  timeout,
  async (t) => {
    const { agent, name, folder } = await machineWithRun(t);
    for (let times = 0; times < 3; times += 1) assert.equal(await runEngineToEnd(agent, name), 0);
    assert.deepEqual(story(agent), ['received', 'delivering', 'delivered', 'staged']);
    assert.deepEqual(linesOf(agent, 'effects'), []);
    assert.equal(existsSync(folder.closed), false);
    assert.deepEqual(
      runTurns(agent.data, bootId(agent)).pending.map((each) => each.name),
      [name],
    );

    // Its content is there already: a machine without network applies it all the same.
    await site.close();
    atEnd(t, () => site.reopen());
    agent.restartMachine();
    assert.deepEqual(
      runTurns(agent.data, bootId(agent)).active.map((each) => each.name),
      [name],
    );
    assert.equal(await runEngineToEnd(agent, name), 0);
    assert.deepEqual(story(agent), wholeStory);
    assert.equal(endOf(agent)?.succeeded, true);
    assert.deepEqual(linesOf(agent, 'effects'), ['installed']);
    assert.deepEqual(linesOf(agent, 'power'), []);
    assert.equal(existsSync(folder.closed), true);
  },
);

test(
  'BSCN-20, BPWR-08: switched off after the delivery, the machine applies it at its next start and stays on',
  timeout,
  async (t) => {
    const { agent, name } = await machineWithRun(t, { powerOffAfterDelivery: true });
    assert.equal(await runEngineToEnd(agent, name), 0);
    assert.deepEqual(linesOf(agent, 'power'), ['shut-down']);
    assert.deepEqual(linesOf(agent, 'effects'), []);
    agent.restartMachine();
    assert.equal(await runEngineToEnd(agent, name), 0);
    assert.equal(endOf(agent)?.succeeded, true);
    assert.deepEqual(linesOf(agent, 'power'), ['shut-down']);
  },
);

test('BSCN-20: switched off after the update, it is on until then', timeout, async (t) => {
  const { agent, name } = await machineWithRun(t, { powerOffAtEnd: true });
  assert.equal(await runEngineToEnd(agent, name), 0);
  assert.deepEqual(linesOf(agent, 'power'), []);
  agent.restartMachine();
  assert.equal(await runEngineToEnd(agent, name), 0);
  assert.deepEqual([linesOf(agent, 'effects'), linesOf(agent, 'power')], [['installed'], ['shut-down']]);
});

test('BSCN-20: before it switches off, the site knows that the run is staged', timeout, async (t) => {
  const { agent, name } = await machineWithRun(t, { powerOffAfterDelivery: true });
  rmSync(join(agent.data.outbox, 'streams', name));
  const engine = spawnEngine(agent, name);
  await until(() => toldOf(agent, testRunId).events.at(-1) === 'staged');
  assert.deepEqual(linesOf(agent, 'power'), []);
  writeFileSync(join(agent.data.outbox, 'streams', name), '999');
  await until(() => engine.exitCode === 0);
  assert.deepEqual(linesOf(agent, 'power'), ['shut-down']);
});

test('BSCN-38: a staged run that is cancelled has its turn at once, and does nothing', timeout, async (t) => {
  const { agent, name, folder } = await machineWithRun(t);
  assert.equal(await runEngineToEnd(agent, name), 0);
  writeFileSync(folder.cancel, '');
  assert.deepEqual(
    runTurns(agent.data, bootId(agent)).active.map((each) => each.name),
    [name],
  );
  assert.equal(await runEngineToEnd(agent, name), 0);
  assert.equal(story(agent).at(-1), 'cancelled');
  assert.deepEqual([linesOf(agent, 'effects'), existsSync(folder.closed)], [[], true]);
});

test(
  'BSCN-21, BSCN-24: a run in hand goes before what is staged, that in its order, and what came since is last',
  timeout,
  async (t) => {
    const { agent, name: first } = await machineWithRun(t);
    const add = (runId: string, sequence: number, rest: Partial<RunOrder> = {}) =>
      storeOrder(agent, site, runOrder(agent, [install], { runId, ...rest }), sequence);
    const second = add('run-2', 2, { options: { powerOffAtEnd: false, timing: 'at-next-start' } });
    const restarts = add('run-3', 3, { steps: [{ ...restartStep(), index: 0 }] });
    for (const name of [first, second]) assert.equal(await runEngineToEnd(agent, name), 0);
    const names = () => runTurns(agent.data, bootId(agent)).active.map((each) => each.name);
    assert.deepEqual(names(), [restarts]);
    const engine = spawnEngine(agent, restarts);
    await until(() => linesOf(agent, 'power').length === 1);
    engine.kill('SIGKILL');
    await until(() => engine.signalCode !== null);
    const late = add('run-4', 4);
    agent.restartMachine();
    assert.deepEqual(names(), [restarts, first, second, late]);
  },
);

test(
  'BSCN-24: a power cut before the mark is there does not let a run overtake those that are marked',
  timeout,
  async (t) => {
    const { agent, name, folder } = await machineWithRun(t);
    assert.equal(await runEngineToEnd(agent, name, { TENKAI_CRASH_AT: 'staged:journaled' }), 'SIGKILL');
    agent.restartMachine();
    assert.equal(await runEngineToEnd(agent, name), 0);
    assert.deepEqual([linesOf(agent, 'effects'), existsSync(folder.staged)], [[], true]);
    assert.equal(await runEngineToEnd(agent, name), 0);
    assert.deepEqual(linesOf(agent, 'effects'), ['installed']);
  },
);

/** Each boundary of a staged run over two boots, with what an engine of the first boot crosses before. */
async function boundariesOfAStagedRun(t: { after(done: () => void): void }) {
  const { agent, name } = await machineWithRun(t, { powerOffAfterDelivery: true });
  const file = join(agent.root, '..', 'boundaries');
  const read = () => readFileSync(file, 'utf8').trim().split('\n');
  assert.equal(await runEngineToEnd(agent, name, { TENKAI_BOUNDARIES: file }), 0);
  const inFirst = read();
  agent.restartMachine();
  assert.equal(await runEngineToEnd(agent, name, { TENKAI_BOUNDARIES: file }), 0);
  return { inFirst, inSecond: read().slice(inFirst.length) };
}

/** Starts engines as the service does, and the machine anew whenever there is nothing to do in this boot. */
async function toTheEnd(agent: EnrolledAgent, name: string): Promise<number> {
  let starts = 0;
  for (let engines = 0; engines < 9; engines += 1) {
    if (existsSync(runFolderNamed(agent.data, name).closed)) return starts;
    const { active } = runTurns(agent.data, bootId(agent));
    if (active.length === 0) {
      agent.restartMachine();
      starts += 1;
    }
    assert.equal(await runEngineToEnd(agent, name), 0);
  }
  throw new Error('the run does not end');
}

test(
  'AGENT-38: a staged run whose engine is killed at each boundary in turn ends as if it had never been',
  timeout,
  async (t) => {
    const { inFirst, inSecond } = await boundariesOfAStagedRun(t);
    assert.ok(inFirst.includes('staged:marked') && inSecond.includes('staged:left'));
    const { agent, name } = await machineWithRun(t, { powerOffAfterDelivery: true });
    for (const boundary of inFirst)
      assert.equal(await runEngineToEnd(agent, name, { TENKAI_CRASH_AT: boundary }), 'SIGKILL', boundary);
    agent.restartMachine();
    for (const boundary of inSecond)
      assert.equal(await runEngineToEnd(agent, name, { TENKAI_CRASH_AT: boundary }), 'SIGKILL', boundary);
    assert.equal(await runEngineToEnd(agent, name), 0);
    assert.deepEqual([story(agent), linesOf(agent, 'effects')], [wholeStory, ['installed']]);
    assert.equal(endOf(agent)?.succeeded, true);
  },
);

/** Where a mistake would apply a run early, twice or never; all boundaries with `TENKAI_ALL_BOUNDARIES=1`. */
const aroundStaging = /^(delivered:journaled|staged:|powering-off:journaled|before-power-off|executing:)/;

test(
  'AGENT-38: a power cut at any boundary of staging loses nothing and applies nothing early',
  timeout,
  async (t) => {
    const { inFirst, inSecond } = await boundariesOfAStagedRun(t);
    const begin = inSecond.slice(0, inSecond.indexOf('staged:left') + 1);
    for (const [boundaries, isStaging] of [
      [inFirst, true],
      [begin, false],
    ] as const) {
      for (const boundary of new Set(boundaries)) {
        if (process.env.TENKAI_ALL_BOUNDARIES !== '1' && !aroundStaging.test(boundary)) continue;
        const { agent, name } = await machineWithRun(t, { powerOffAfterDelivery: true });
        if (!isStaging) {
          assert.equal(await runEngineToEnd(agent, name), 0);
          agent.restartMachine();
        }
        assert.equal(await runEngineToEnd(agent, name, { TENKAI_CRASH_AT: boundary }), 'SIGKILL', boundary);
        agent.restartMachine();
        await toTheEnd(agent, name);
        assert.deepEqual([story(agent), linesOf(agent, 'effects')], [wholeStory, ['installed']], boundary);
        const end = endOf(agent);
        assert.deepEqual([end?.succeeded, end?.reason], [true, null], boundary);
        assert.equal(existsSync(runFolderNamed(agent.data, name).staged), false, boundary);
      }
    }
  },
);
