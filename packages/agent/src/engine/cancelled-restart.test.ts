/** A restart that people were told of, and that an administrator cancels: it does not come, and they are told so. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { enrolledAgent, runOrder, storeOrder, testRunId } from '@tenkai/testkit/small-site/enrolled-agent.ts';
import { ended, until } from '@tenkai/testkit/small-site/run-agent.ts';
import { runEngineToEnd, spawnEngine } from '@tenkai/testkit/small-site/run-engine.ts';
import { toldOf } from '@tenkai/testkit/small-site/run-steps.ts';
import { startSmallSite } from '@tenkai/testkit/small-site/small-site.ts';
import { restartStep, scriptStep } from '@tenkai/testkit/small-site/steps.ts';
import { runFolderNamed } from '../run-folder.ts';

const site = await startSmallSite();
after(() => site.close());

/** A machine whose wall(1) and power command write down what they are told, and on which a restart is announced. */
async function announced(t: TestContext) {
  const shelf = mkdtempSync(join(tmpdir(), 'tenkai-told-'));
  const log = join(shelf, 'told');
  const agent = await enrolledAgent(site, {
    powerCommand: ['/bin/sh', '-c', `echo "$1" >> ${log}`, 'power'],
  });
  atEnd(t, () => {
    agent.remove();
    rmSync(shelf, { recursive: true });
  });
  const wall = join(agent.root, 'usr/bin/wall');
  mkdirSync(dirname(wall), { recursive: true });
  writeFileSync(wall, `#!/bin/sh\necho "$2" >> ${log}\n`, { mode: 0o755 });
  const steps = [scriptStep('true'), restartStep({ delaySeconds: 600 })];
  const name = storeOrder(agent, site, runOrder(agent, steps));
  const folder = runFolderNamed(agent.data, name);
  const engine = spawnEngine(agent, name);
  // A line that is only half written has no end yet.
  const told = () => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').slice(0, -1) : []);
  await until(() => existsSync(folder.announced) && told().length === 1);
  assert.match(told()[0] ?? '', /will restart in 10 min/);
  return { agent, name, folder, engine, told };
}

type Announced = Awaited<ReturnType<typeof announced>>;

/** Cancelled, and people know. */
function isWithdrawn({ agent, folder, told }: Announced) {
  assert.deepEqual(told().slice(1), ['The restart of this machine was cancelled. It does not restart now.']);
  assert.equal(existsSync(folder.announced), false);
  const { events, results } = toldOf(agent, testRunId);
  assert.deepEqual([results.at(-1)?.outcome, events.at(-1)], ['cancelled', 'cancelled']);
}

test('people who were warned of a restart are told that it was cancelled', { timeout: 60_000 }, async (t) => {
  const machine = await announced(t);
  writeFileSync(machine.folder.cancel, '');
  await until(() => machine.engine.exitCode === 0);
  isWithdrawn(machine);
});

test('they are told, too, where it was cancelled while no engine lived', { timeout: 60_000 }, async (t) => {
  const machine = await announced(t);
  await ended(machine.engine, 'SIGKILL');
  writeFileSync(machine.folder.cancel, '');
  assert.equal(await runEngineToEnd(machine.agent, machine.name), 0);
  isWithdrawn(machine);
});
