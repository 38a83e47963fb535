/** Scenarios and deployments on the command line. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { BareAgent } from '@tenkai/testkit/bare-agent.ts';
import { aScenario } from '@tenkai/testkit/builders.ts';
import { failedRun, openRuns, wholeRun } from '@tenkai/testkit/run-reports.ts';
import { cliOf } from '@tenkai/testkit/tenkai-cli.ts';
import { db, type Row, server, web } from './commands-for-test.ts';

test('scenarios are made from options and files, shown, changed and deleted', async (t) => {
  const cli = await cliOf(t, server);
  const made = await cli.run([
    'scenario',
    'create',
    '--name',
    'Install',
    '--package',
    'hello',
    '--variable',
    'A=b=c',
    '--restart-after',
  ]);
  assert.equal(made.code, 0, made.stderr);
  const { draft } = (await cli.json(['scenario', 'show', 'install'])) as {
    draft: ReturnType<typeof aScenario>;
  };
  assert.deepEqual(draft.variables, [{ name: 'A', value: 'b=c' }]);
  assert.equal(draft.options.restartAfter, true);
  const file = join(cli.home, 'scenario.json');
  await writeFile(file, JSON.stringify(aScenario({ name: 'From file' })));
  assert.equal((await cli.run(['scenario', 'create', '--from', file])).code, 0);
  assert.equal((await cli.run(['scenario', 'modify', 'From file', '--description', 'changed'])).code, 0);
  assert.match((await cli.run(['scenario', 'list'])).stdout, /From file +changed/);
  const twice = await cli.run(['scenario', 'create', '--from', file]);
  assert.equal(twice.code, 1);
  assert.match(twice.stderr, /already-exists/);
  const missing = await cli.run(['scenario', 'create', '--name', 'X', '--package', 'absent']);
  assert.match(missing.stderr, /step install-1: Package absent does not exist/);
  assert.equal((await cli.run(['scenario', 'remove', 'From file', '--yes'])).code, 0);
  assert.match((await cli.run(['scenario', 'show', 'From file'])).stderr, /not-found/);
});

test('a deployment is previewed, made and watched until every machine is verified', async (t) => {
  const cli = await cliOf(t, server);
  const preview = await cli.run([
    'deployment',
    'preview',
    '--package',
    'hello',
    '--collection',
    'All machines',
  ]);
  assert.equal(preview.code, 0, preview.stderr);
  assert.match(preview.stdout, /web-1 +yes/);
  const watched = cli.run(['deployment', 'create', '--package', 'hello', '--collection', 'all', '--watch']);
  await Promise.all([carryOut(web, 'well'), carryOut(db, 'well')]);
  const { code, stdout, stderr } = await watched;
  assert.equal(code, 0, stderr);
  assert.match(stdout, /web-1 +succeeded .* 1\.0 +file \/opt\/hello\/version/);
  assert.match(stderr, /^Deploying hello \(/);
});

test('a deployment that fails on a machine ends the watch with 1; its run can be looked at and tried again', async (t) => {
  const cli = await cliOf(t, server);
  const made: Row = await cli.json([
    'deployment',
    'create',
    '--package',
    'hello',
    '--collection',
    'all',
    '--name',
    'Second',
  ]);
  const watched = cli.run(['deployment', 'watch', made.id, '--json']);
  await Promise.all([carryOut(web, 'badly'), carryOut(db, 'well')]);
  const { code, stdout, stderr } = await watched;
  assert.equal(code, 1);
  assert.deepEqual([JSON.parse(stderr).code, JSON.parse(stderr).params.failed], ['run-unsuccessful', 1]);
  const { runs } = JSON.parse(stdout) as { runs: { id: string; machineName: string; status: string }[] };
  assert.deepEqual(runs.map(({ machineName, status }) => [machineName, status]).sort(), [
    ['db-1', 'succeeded'],
    ['web-1', 'failed'],
  ]);
  const failed = runs.find(({ status }) => status === 'failed');
  assert.match((await cli.run(['deployment', 'run', failed?.id ?? ''])).stdout, /web-1 +failed/);
  assert.match((await cli.run(['deployment', 'runs', made.id, '--status', 'failed'])).stdout, /web-1/);
  assert.match((await cli.run(['machine', 'list'])).stdout, /web-1 .* error /);
  const cleared = await cli.run(['machine', 'clear-errors', 'web-1', '--deployment', made.id]);
  assert.match(cleared.stdout, /web-1 +accepted/);
  assert.match((await cli.run(['deployment', 'retry', made.id])).stdout, /No run is in error/);
  const retried = await cli.run(['deployment', 'retry', made.id, failed?.id ?? '']);
  assert.equal(retried.code, 0, retried.stderr);
  await carryOut(web, 'well');
  assert.equal((await cli.run(['deployment', 'watch', made.id])).code, 0);
  assert.match((await cli.run(['deployment', 'show', 'second'])).stdout, /Runs +.*succeeded 2/);
  const later: Row = await cli.json([
    ...['deployment', 'create', '--package', 'hello', '--collection', 'all', '--name', 'Later'],
    ...['--at', '2099-01-01T00:00:00Z'],
  ]);
  assert.equal((await cli.run(['deployment', 'cancel', later.id])).code, 0);
  assert.match((await cli.run(['deployment', 'list', '--status', 'cancelled'])).stdout, /Later/);
});

/** What a machine does with the next order that it gets. */
async function carryOut(agent: BareAgent, how: 'well' | 'badly') {
  for (;;) {
    const [order] = await openRuns(agent);
    if (!order) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      continue;
    }
    await agent.report(...(how === 'well' ? wholeRun(order) : [failedRun(order)]));
    return;
  }
}
