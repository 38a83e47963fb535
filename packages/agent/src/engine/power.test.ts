import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import type { FrozenStep } from '@tenkai/domain';
import type { RunOrder } from '@tenkai/protocol/agent/orders.ts';
import {
  type EnrolledAgent,
  enrolledAgent,
  runOrder,
  storeOrder,
  testRunId,
} from '@tenkai/testkit/small-site/enrolled-agent.ts';
import { ended, until } from '@tenkai/testkit/small-site/run-agent.ts';
import { runEngineToEnd, spawnEngine } from '@tenkai/testkit/small-site/run-engine.ts';
import { toldOf } from '@tenkai/testkit/small-site/run-steps.ts';
import type { SmallSite } from '@tenkai/testkit/small-site/site.ts';
import { startSmallSite } from '@tenkai/testkit/small-site/small-site.ts';
import { installStep, restartStep, scriptStep, shutDownStep } from '@tenkai/testkit/small-site/steps.ts';
import { findTree } from '../platform/linux/process-tree.ts';

let site: SmallSite;
let agent: EnrolledAgent;
before(async () => {
  site = await startSmallSite();
});
after(() => site.close());
beforeEach(async () => {
  agent = await enrolledAgent(site);
  // The machine's power: who is asked writes it down, and the test pulls the plug.
  const settings = JSON.parse(readFileSync(agent.data.settings, 'utf8'));
  const powerCommand = ['/bin/sh', '-c', `echo "$1" >> ${join(agent.root, 'power')}`, 'power'];
  writeFileSync(agent.data.settings, JSON.stringify({ ...settings, powerCommand }));
});
afterEach(() => agent.remove());

const options = { timeout: 120_000 };
const inRoot = (path: string) => join(agent.root, path);
const powerLog = () =>
  existsSync(inRoot('power')) ? readFileSync(inRoot('power'), 'utf8').trim().split('\n') : [];
const log = (word: string) => `echo ${word} >> "$TENKAI_ROOT/log"`;
const lines = () => readFileSync(inRoot('log'), 'utf8').trim().split('\n');

function store(steps: readonly FrozenStep[], rest: Partial<RunOrder> = {}): string {
  return storeOrder(agent, site, runOrder(agent, steps, rest));
}

/** Runs an engine until the machine goes down, pulls the plug, and starts the machine again. */
async function runUntilPowerCommand(name: string, count: number): Promise<void> {
  const engine = spawnEngine(agent, name);
  await until(() => powerLog().length === count);
  await ended(engine, 'SIGKILL');
  agent.restartMachine();
}

const told = () => {
  const { results, events, end } = toldOf(agent, testRunId);
  return { outcomes: results.map(({ outcome, reason }) => [outcome, reason?.code ?? null]), events, end };
};

test(
  'BPWR-10: a restart in the middle goes on in the next boot, and ends with the true result',
  options,
  async () => {
    const name = store([scriptStep(log('one')), restartStep(), scriptStep(log('two'))]);
    await runUntilPowerCommand(name, 1);
    assert.equal(await runEngineToEnd(agent, name), 0);
    const { outcomes, events, end } = told();
    assert.deepEqual(outcomes, [
      ['succeeded', null],
      ['succeeded', null],
      ['succeeded', null],
    ]);
    assert.deepEqual(events.slice(4), ['restarting', 'resumed', 'verifying', 'finished']);
    assert.equal(end?.succeeded, true);
    assert.deepEqual(lines(), ['one', 'two']);
    assert.deepEqual(powerLog(), ['restart']);
  },
);

test('a restart that was ordered but did not come before a crash is ordered again', options, async () => {
  const name = store([restartStep(), scriptStep(log('after'))]);
  assert.equal(await runEngineToEnd(agent, name, { TENKAI_CRASH_AT: 'step#0:before-power' }), 'SIGKILL');
  assert.deepEqual(powerLog(), []);
  await runUntilPowerCommand(name, 1);
  assert.equal(await runEngineToEnd(agent, name), 0);
  assert.deepEqual(told().outcomes, [
    ['succeeded', null],
    ['succeeded', null],
  ]);
  assert.deepEqual(powerLog(), ['restart']);
});

test(
  'restarts that nobody needs are skipped: none asked for, nothing ran since, package is there',
  options,
  async () => {
    writeFileSync(inRoot('there'), '');
    const wants = { exitCodes: { success: [0], restart: [9] } };
    const name = store([
      restartStep({ ifNeeded: true }),
      restartStep({ skipIfDetected: [{ kind: 'file', path: '/there' }] }),
      installStep({
        parameters: 'exit 9',
        detection: [{ kind: 'file', path: '/there/not' }],
        ...wants,
        continueOnError: true,
      }),
      installStep({
        parameters: 'touch "$TENKAI_ROOT/x"; exit 9',
        detection: [{ kind: 'file', path: '/x' }],
        ...wants,
      }),
      restartStep({ ifNeeded: true }),
      restartStep(),
      restartStep({ ifNeeded: true }),
    ]);
    await runUntilPowerCommand(name, 1);
    assert.equal(await runEngineToEnd(agent, name), 0);
    assert.deepEqual(told().outcomes, [
      ['skipped', 'restart-not-needed'],
      ['skipped', 'already-installed'],
      ['failed', 'not-detected'],
      ['succeeded', null],
      ['succeeded', null],
      ['skipped', 'nothing-since-restart'],
      ['skipped', 'restart-not-needed'],
    ]);
    assert.deepEqual(powerLog(), ['restart']);
  },
);

test(
  'BPKG-31: a package whose installer restarts the machine is looked for in the next boot',
  options,
  async () => {
    const detection = [{ kind: 'file' as const, path: '/installed' }];
    const parameters = `${log('install')}; touch "$TENKAI_ROOT/installed"; sleep 300`;
    const name = store([installStep({ parameters, detection }), scriptStep(log('next'))]);
    await pullPlugAt(name, () => existsSync(inRoot('installed')));
    assert.equal(await runEngineToEnd(agent, name), 0);
    assert.deepEqual(told().outcomes, [
      ['succeeded', null],
      ['succeeded', null],
    ]);
    assert.deepEqual(lines(), ['install', 'next']);
    assert.equal(told().end?.succeeded, true);
  },
);

test(
  'BPKG-31: a package that is not there after an unplanned restart is installed again, three times at most',
  options,
  async () => {
    const detection = [{ kind: 'file' as const, path: '/installed' }];
    const name = store([installStep({ parameters: `${log('install')}; sleep 300`, detection })]);
    for (const count of [1, 2, 3])
      await pullPlugAt(name, () => existsSync(inRoot('log')) && lines().length === count);
    assert.equal(await runEngineToEnd(agent, name), 0);
    assert.deepEqual(told().outcomes, [['failed', 'interrupted']]);
    assert.deepEqual(lines(), ['install', 'install', 'install']);
  },
);

test(
  'BPKG-31: a script that a restart interrupted is not run again, for it may be what restarts',
  options,
  async () => {
    const name = store([scriptStep(`${log('script')}; sleep 300`), scriptStep(log('never'))]);
    await pullPlugAt(name, () => existsSync(inRoot('log')));
    assert.equal(await runEngineToEnd(agent, name), 0);
    assert.deepEqual(told().outcomes, [['failed', 'interrupted']]);
    assert.deepEqual(told().end?.reason?.params, { by: 'restart' });
    assert.deepEqual(lines(), ['script']);
  },
);

/** The power of the machine fails: the engine and every process of a step are gone, the boot is another one. */
async function pullPlugAt(name: string, moment: () => boolean): Promise<void> {
  const engine = spawnEngine(agent, name);
  await until(moment);
  await ended(engine, 'SIGKILL');
  for (const label of ['before', 'main', 'after']) {
    for (const tries of [1, 2, 3]) {
      for (const pid of findTree(`${testRunId}/1/0/${label}/${tries}`)) process.kill(pid, 'SIGKILL');
    }
  }
  await until(() => findTree(`${testRunId}/1/0/main/1`).length === 0);
  agent.restartMachine();
}

test(
  'BPWR-07, BSCN-32: the machine is switched off at the end, after the end was told',
  options,
  async () => {
    const name = store([scriptStep('true')], { options: { powerOffAtEnd: true } });
    const engine = spawnEngine(agent, name);
    // Nobody takes the reports here: it is told that the server has them.
    await until(() => toldOf(agent, testRunId).end?.event === 'finished');
    assert.deepEqual(powerLog(), []);
    writeFileSync(join(agent.data.outbox, 'streams', name), '999');
    await until(() => powerLog().length === 1);
    await until(() => engine.exitCode === 0);
    assert.deepEqual(powerLog(), ['shut-down']);
  },
);

test(
  'a shut-down as the last step comes after the end was told; in the middle the run goes on in the next boot',
  options,
  async () => {
    const last = store([scriptStep('true'), shutDownStep()]);
    writeFileSync(join(agent.data.outbox, 'streams', last), '999');
    assert.equal(await runEngineToEnd(agent, last), 0);
    assert.deepEqual(powerLog(), ['shut-down']);

    const middle = store([shutDownStep(), scriptStep(log('woken'))], { runId: 'run-2' });
    await runUntilPowerCommand(middle, 2);
    assert.equal(await runEngineToEnd(agent, middle), 0);
    assert.deepEqual(toldOf(agent, 'run-2').events.slice(4), [
      'shutting-down',
      'resumed',
      'verifying',
      'finished',
    ]);
    assert.deepEqual(lines(), ['woken']);
  },
);

test('a machine without a power command says so', options, async () => {
  const settings = JSON.parse(readFileSync(agent.data.settings, 'utf8'));
  writeFileSync(agent.data.settings, JSON.stringify({ ...settings, powerCommand: undefined }));
  const name = store([restartStep({ continueOnError: true }), shutDownStep()]);
  assert.equal(await runEngineToEnd(agent, name), 0);
  assert.deepEqual(told().outcomes, [
    ['failed', 'power-not-supported'],
    ['failed', 'power-not-supported'],
  ]);
});
