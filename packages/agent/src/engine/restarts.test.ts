import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { plan } from '@tenkai/domain/scenario/plan.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aMachine, aPackage, aProgram, aScenario, installStep } from '@tenkai/testkit/builders.ts';
import { enrolledAgent, runOrder, storeOrder } from '@tenkai/testkit/small-site/enrolled-agent.ts';
import { ended, until } from '@tenkai/testkit/small-site/run-agent.ts';
import { spawnEngine } from '@tenkai/testkit/small-site/run-engine.ts';
import { startSmallSite } from '@tenkai/testkit/small-site/small-site.ts';
import { runFolderNamed } from '../run-folder.ts';
import { readJournal } from './journal.ts';

const site = await startSmallSite();
after(() => site.close());

const flags = [false, true];
const combinations = flags.flatMap((restartAfter) =>
  flags.flatMap((packageFlag) => flags.map((off) => ({ restartAfter, packageFlag, off }))),
);

/** Plans a scenario and runs it by engines that die with each restart. @returns what the machine was told, in order */
async function play(
  t: TestContext,
  input: Omit<Parameters<typeof plan>[0], 'facts' | 'variables' | 'matches'>,
) {
  const agent = await enrolledAgent(site);
  atEnd(t, () => agent.remove());
  const log = join(agent.root, 'power');
  const power = () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []);
  const settings = JSON.parse(readFileSync(agent.data.settings, 'utf8'));
  const powerCommand = ['/bin/sh', '-c', `echo "$1" >> ${log}`, 'power'];
  writeFileSync(agent.data.settings, JSON.stringify({ ...settings, powerCommand }));
  const { steps, powerOffAtEnd } = plan({ ...input, facts: aMachine(), variables: {}, matches: () => true });
  const run = storeOrder(agent, site, runOrder(agent, steps, { options: { powerOffAtEnd } }));
  // Nobody takes the reports here: it is told that the server has them.
  writeFileSync(join(agent.data.outbox, 'streams', run), '999');
  const folder = runFolderNamed(agent.data, run);
  const restarts = () => power().filter((line) => line === 'restart').length;

  for (let boots = 1; !existsSync(folder.closed) && boots < 6; boots += 1) {
    const before = restarts();
    const engine = spawnEngine(agent, run);
    await until(() => engine.exitCode !== null || restarts() > before);
    await ended(engine, 'SIGKILL');
    agent.restartMachine();
  }
  const end = readJournal(folder.journal, run).find((entry) => entry.event === 'finished');
  assert.equal(end?.succeeded, true, JSON.stringify(end?.reason));
  return power();
}

/** Installs itself into the root, and tells so in the log of what the machine was told. */
function hello(over: Partial<Parameters<typeof aPackage>[0]> & { id: string }) {
  const parameters = `mkdir -p "$TENKAI_ROOT/opt/${over.id}"; echo 1.0 > "$TENKAI_ROOT/opt/${over.id}/version"; echo ${over.id} >> "$TENKAI_ROOT/power"`;
  const detection = [{ kind: 'file' as const, path: `/opt/${over.id}/version` }];
  return aPackage({ contentId: null, detection, programs: [aProgram({ parameters })], ...over });
}

for (const { restartAfter, packageFlag, off } of combinations) {
  const name = `restart after ${restartAfter}, package flag ${packageFlag}, power off ${off}`;
  test(`BSCN-35: by planner and engine: ${name}`, { timeout: 120_000 }, async (t) => {
    const software = hello({ id: 'hello', restartAfterInstall: packageFlag });
    const told = await play(t, {
      scenario: aScenario(),
      packages: new Map([[software.id, software]]),
      deployed: { restartAfter, powerOffAtEnd: off ? 'after-update' : 'no' },
    });
    const power = [...(restartAfter || packageFlag ? ['restart'] : []), ...(off ? ['shut-down'] : [])];
    assert.deepEqual(told, ['hello', ...power]);
  });
}

for (const [standalone, flag, restartAfter, expected] of [
  [false, false, false, ['first', 'alone']],
  [true, false, false, ['first', 'restart', 'alone']],
  [true, true, false, ['first', 'restart', 'alone', 'restart']],
  [false, true, false, ['first', 'alone', 'restart']],
  [true, true, true, ['first', 'restart', 'alone', 'restart']],
  [true, false, true, ['first', 'restart', 'alone', 'restart']],
] as const) {
  const name = `standalone ${standalone}, restart needed ${flag}, restart after the scenario ${restartAfter}`;
  test(`BAGT-16: a restart before and after as the flags say, and the run goes on after each: ${name}`, {
    timeout: 120_000,
  }, async (t) => {
    const packages = [hello({ id: 'first' }), hello({ id: 'alone', standalone, restartAfterInstall: flag })];
    const told = await play(t, {
      scenario: aScenario({ steps: [installStep('first'), installStep('alone')] }),
      packages: new Map(packages.map((one) => [one.id, one])),
      deployed: { restartAfter, powerOffAtEnd: 'no' },
    });
    assert.deepEqual(told, expected);
  });
}
