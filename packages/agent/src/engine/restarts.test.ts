import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { plan } from '@tenkai/domain/scenario/plan.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aMachine, aPackage, aProgram, aScenario } from '@tenkai/testkit/builders.ts';
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

for (const { restartAfter, packageFlag, off } of combinations) {
  const name = `restart after ${restartAfter}, package flag ${packageFlag}, power off ${off}`;
  test(`BSCN-35: by planner and engine: ${name}`, { timeout: 120_000 }, async (t) => {
    const agent = await enrolledAgent(site);
    atEnd(t, () => agent.remove());
    const log = join(agent.root, 'power');
    const power = () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []);
    const settings = JSON.parse(readFileSync(agent.data.settings, 'utf8'));
    const powerCommand = ['/bin/sh', '-c', `echo "$1" >> ${log}`, 'power'];
    writeFileSync(agent.data.settings, JSON.stringify({ ...settings, powerCommand }));

    const parameters = 'mkdir -p "$TENKAI_ROOT/opt/hello"; echo 1.0 > "$TENKAI_ROOT/opt/hello/version"';
    const software = aPackage({
      contentId: null,
      restartAfterInstall: packageFlag,
      programs: [aProgram({ parameters })],
    });
    const { steps, powerOffAtEnd } = plan({
      scenario: aScenario(),
      packages: new Map([[software.id, software]]),
      facts: aMachine(),
      deployed: { restartAfter, powerOffAtEnd: off ? 'after-update' : 'no' },
      variables: {},
      matches: () => true,
    });
    const run = storeOrder(agent, site, runOrder(agent, steps, { options: { powerOffAtEnd } }));
    // Nobody takes the reports here: it is told that the server has them.
    writeFileSync(join(agent.data.outbox, 'streams', run), '999');
    const folder = runFolderNamed(agent.data, run);
    const isRestarting = () => power().length > 0 && power().at(-1) === 'restart';

    for (let boots = 1; !existsSync(folder.closed) && boots < 5; boots += 1) {
      const restarts = power().length;
      const engine = spawnEngine(agent, run);
      await until(() => engine.exitCode !== null || (power().length > restarts && isRestarting()));
      await ended(engine, 'SIGKILL');
      agent.restartMachine();
    }
    const end = readJournal(folder.journal, run).find((entry) => entry.event === 'finished');
    assert.equal(end?.succeeded, true, JSON.stringify(end?.reason));
    const expected = [...(restartAfter || packageFlag ? ['restart'] : []), ...(off ? ['shut-down'] : [])];
    assert.deepEqual(power(), expected);
  });
}
