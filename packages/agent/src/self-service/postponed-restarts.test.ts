/** Restarts that users are told of and may postpone. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { testRunId } from '@tenkai/testkit/small-site/enrolled-agent.ts';
import { ended, until } from '@tenkai/testkit/small-site/run-agent.ts';
import { restartStep, scriptStep } from '@tenkai/testkit/small-site/steps.ts';
import { readJournal } from '../engine/journal.ts';
import { holdersOf } from '../lock.ts';
import { openLinux } from '../platform/linux/index.ts';
import { runFolderNamed } from '../run-folder.ts';
import { doorPaths, type RestartState } from './door-words.ts';
import { agent, json, online, options, order, peek, reported, user } from './self-service-for-test.ts';

const hour = 60 * 60_000;
const { processes } = openLinux({ root: null, powerCommand: null, bootIdFile: null, env: {} });
const engines = () => holdersOf({ processes, folder: join(agent.data.locks, 'engine') });
const folder = () => runFolderNamed(agent.data, `${testRunId}-1`);

/** What users are told of the restart, once the engine has announced it. */
async function announcedRestart() {
  await until(() => existsSync(folder().announced));
  const { restart } = await peek<RestartState>(doorPaths.restart);
  assert.ok(restart);
  return restart;
}

test(
  'a restart is postponed within its limits, over a killed engine, and shown to the site',
  options,
  async () => {
    const log = join(agent.root, 'power');
    const machineId = await online(['/bin/sh', '-c', `echo "$1" >> ${log}`, 'power']);
    assert.equal((await json<RestartState>('restart')).restart, null);
    const none = await agent.commandOf(user, 'restart', '--postpone', '1h');
    assert.match(none.stderr, /restart-none/);

    const restart = restartStep({ delaySeconds: 600, postponement: { times: 2, hours: 8 } });
    order(machineId, [scriptStep('true'), restart], Date.now() + 5 * hour);
    const announced = await announcedRestart();
    assert.deepEqual(
      [announced.mayBePostponed, announced.timesLeft, announced.deploymentName],
      [true, 2, 'test'],
    );
    // Ten minutes of the window are kept for the restart itself.
    assert.ok(announced.latestAt <= Date.now() + 5 * hour - 600_000);

    const late = await agent.commandOf(user, 'restart', '--postpone', '6h');
    assert.deepEqual([late.status, /restart-too-late/.test(late.stderr)], [1, true]);
    const done = await agent.commandOf(user, 'restart', '--postpone', '2h');
    assert.equal(done.status, 0, done.stderr);
    const told = await until(() => reported('run').find(({ event }) => event === 'restart-postponed'));
    assert.deepEqual([told.postponed?.user, told.postponed?.timesLeft], [user, 1]);

    const entries = () => readJournal(folder().journal, folder().name);
    const [engine] = engines();
    assert.ok(engine);
    process.kill(engine.pid, 'SIGKILL');
    await ended(agent.services()[0] as never, 'SIGKILL');
    agent.start();
    await until(() => engines().some(({ pid }) => pid !== engine.pid));
    const after = await until(async () => {
      const { status, stdout } = await agent.commandOf(user, 'restart', '--json');
      return status === 0 ? (JSON.parse(stdout) as RestartState).restart : null;
    });
    const postponed = entries().find((entry) => entry.event === 'restart-postponed');
    assert.deepEqual([after.restartAt, after.timesLeft, after.postponedBy], [postponed?.until, 1, user]);

    assert.equal((await agent.commandOf(user, 'restart', '--postpone', '3h')).status, 0);
    const enough = await agent.commandOf(user, 'restart', '--postpone', '4h');
    assert.match(enough.stderr, /restart-postponed-enough/);
    const japanese = await agent.commandOf(user, 'restart');
    assert.match(japanese.stdout, /cannot be postponed any further/);
    assert.equal(existsSync(log), false);

    const now = await agent.commandOf(user, 'restart', '--now');
    assert.equal(now.status, 0, now.stderr);
    await until(() => existsSync(log) && readFileSync(log, 'utf8').includes('restart'));
    assert.equal(entries().filter((entry) => entry.event === 'restart-postponed').length, 2);
  },
);

test('a machine that its user restarts meanwhile is not restarted again', options, async () => {
  const log = join(agent.root, 'power');
  const machineId = await online(['/bin/sh', '-c', `echo "$1" >> ${log}`, 'power']);
  order(machineId, [scriptStep('true'), restartStep({ delaySeconds: 600 })]);
  await announcedRestart();
  await ended(agent.services()[0] as never, 'SIGKILL');
  for (const { pid } of engines()) process.kill(pid, 'SIGKILL');
  writeFileSync(agent.bootIdFile, 'boot-2');
  agent.start();
  await until(() => reported('run').some(({ event }) => event === 'finished'));
  assert.equal(reported('run').at(-1)?.succeeded, true);
  assert.equal(existsSync(log), false);
});
