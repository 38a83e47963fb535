import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { packageRoutes } from '@tenkai/protocol';
import { aHeartbeat, aWholeInventory, type BareAgent, enrolledAgent } from '@tenkai/testkit/bare-agent.ts';
import { anInventory, aScenario } from '@tenkai/testkit/builders.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { failedRun, openRuns, wholeRun } from '@tenkai/testkit/run-reports.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { type Cli, cliOf, runProgram } from '@tenkai/testkit/tenkai-cli.ts';
import type { Command } from 'commander';
import { createProgram } from '../program.ts';

let server: TestServer;
let web: BareAgent;
let db: BareAgent;

before(async () => {
  server = await startTestServer({ listen: true });
  web = await enrolledAgent(server, { name: 'web-1' });
  db = await enrolledAgent(server, { name: 'db-1' });
  for (const agent of [web, db]) await agent.report(aHeartbeat(), aWholeInventory(anInventory()));
  await server.kernel.events.idle();
  await server.kernel.jobs.idle();
  await server.call(packageRoutes.create, { body: { draft: aDraft(), contentId: null } });
});
after(() => server.stop());

interface Row {
  readonly id: string;
  readonly name: string;
}

test('every command explains itself, and every list can be had as a table and as JSON', async (t) => {
  const cli = await cliOf(t, server);
  const terminal = {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: {},
    cwd: '/',
  };
  const leaves = leavesOf(createProgram({ terminal, signal: new AbortController().signal, exitCode: 0 }));
  assert.ok(leaves.length > 50, `${leaves.length} commands`);
  for (const { words, description } of leaves)
    assert.ok(description.length > 5, `${words.join(' ')} has no description`);
  for (const noun of [
    'package',
    'scenario',
    'deployment',
    'machine',
    'ticket',
    'collection',
    'distribution-point',
    'user',
    'token',
    'audit',
    'status',
  ]) {
    const rows: unknown = await cli.json([noun, 'list']);
    assert.ok(Array.isArray(rows), noun);
  }
  const help = await cli.run(['deployment', 'create', '--help']);
  assert.equal(help.code, 0);
  assert.match(help.stdout, /Examples:\n {2}tenkai deployment create/);
  const table = await cli.run(['machine', 'list']);
  assert.match(table.stdout, /^Name +Power .*\ndb-1 .*\nweb-1 /);
});

function leavesOf(command: Command, above: string[] = []): { words: string[]; description: string }[] {
  const words = [...above, command.name()];
  if (command.commands.length === 0) return [{ words, description: command.description() }];
  return command.commands.flatMap((child) => leavesOf(child, words));
}

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

test('collections are made by query and by name, explained and previewed', async (t) => {
  const cli = await cliOf(t, server);
  const made = await cli.run([
    'collection',
    'create',
    '--name',
    'Web',
    '--query',
    'name = "web-1"',
    '--limit',
    'All machines',
  ]);
  assert.equal(made.code, 0, made.stderr);
  await server.kernel.events.idle();
  const members: Row[] = await cli.json(['collection', 'members', 'web']);
  assert.deepEqual(
    members.map(({ name }) => name),
    ['web-1'],
  );
  const why = await cli.run(['collection', 'explain', 'Web', 'db-1']);
  assert.match(why.stdout, /^db-1 is not in Web\n/);
  const preview = await cli.run(['collection', 'preview', 'Web', '--machine', 'db-1', 'web-1']);
  assert.match(preview.stdout, /Added +db-1/);
  assert.equal((await cli.run(['collection', 'modify', 'Web', '--machine', 'web-1'])).code, 0);
  const windows = join(cli.home, 'windows.json');
  const schedule = { kind: 'at', at: '2030-01-01T00:00:00Z' };
  await writeFile(windows, JSON.stringify([{ id: 'w', name: 'Night', schedule, durationMinutes: 60 }]));
  assert.match((await cli.run(['collection', 'windows', 'Web', '--from', windows])).stdout, /Night/);
  assert.equal((await cli.run(['collection', 'remove', 'Web', '--yes'])).code, 0);
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

test('machines are shown, changed, switched and forgotten', async (t) => {
  const cli = await cliOf(t, server);
  assert.match(
    (await cli.run(['machine', 'show', 'web-1'])).stdout,
    /Operating system +Debian GNU\/Linux 12/,
  );
  const set = await cli.run(['machine', 'properties', 'web-1', 'room=A 1', 'owner=anna']);
  assert.equal(set.code, 0, set.stderr);
  assert.deepEqual(await cli.json(['machine', 'properties', 'web-1', 'room=']), { owner: 'anna' });
  const power = await cli.run(['machine', 'power', 'restart', 'web-1', 'db-1', '--delay', '60']);
  assert.match(power.stdout, /web-1 +accepted/);
  assert.equal((await cli.run(['machine', 'timeline', 'web-1'])).code, 0);
  const gone = await cli.run(['machine', 'remove', 'db-1', '--yes']);
  assert.equal(gone.code, 0, gone.stderr);
  assert.match((await cli.run(['machine', 'show', 'db-1'])).stderr, /not-found/);
});

test('tickets, users, tokens, settings, status and audit can be had on the command line', async (t) => {
  const cli = await cliOf(t, server);
  const ticket = (await cli.json(['ticket', 'create', '--name', 'lab', '--uses', '5'])) as { secret: string };
  assert.ok(ticket.secret.length > 20);
  assert.match((await cli.run(['ticket', 'list'])).stdout, /lab +0 of 5/);
  assert.equal((await cli.run(['ticket', 'revoke', 'lab'])).code, 0);

  const user = await cli.run(['user', 'create', 'eve', '--role', 'operator', '--password'], {
    stdin: 'a long password\n',
  });
  assert.equal(user.code, 0, user.stderr);
  assert.equal((await cli.run(['user', 'modify', 'eve', '--role', 'viewer', '--disabled'])).code, 0);
  assert.match((await cli.run(['user', 'list'])).stdout, /eve +.*viewer +all +disabled/);
  assert.equal((await cli.run(['user', 'modify', 'eve', '--no-disabled'])).code, 0);
  assert.match(
    (await cli.run(['user', 'link', 'eve'])).stdout,
    /^https:\/\/localhost:\d+\/\S+#\S+\nGood once/,
  );
  assert.equal((await cli.run(['user', 'remove', 'eve', '--yes'])).code, 0);

  const token = await cli.run(['token', 'create', '--name', 'ci', '--days', '1']);
  assert.match(token.stdout, /^tenkai_/);
  assert.equal((await cli.run(['token', 'revoke', 'ci'])).code, 0);

  assert.match((await cli.run(['site', 'show'])).stdout, /Root fingerprint +[0-9a-f]{64}/);
  assert.equal(
    ((await cli.json(['site', 'settings', 'concurrency=7'])) as { concurrency: number }).concurrency,
    7,
  );
  assert.equal((await cli.run(['site', 'settings', 'nonsense=1'])).code, 2);
  assert.match((await cli.run(['status', 'list'])).stdout, /site\.started/);
  assert.match((await cli.run(['audit', 'list', '--action', 'packages.created'])).stdout, /package:hello/);
  assert.match((await cli.run(['audit', 'verify'])).stdout, /The audit log is whole/);
  await server.kernel.db.transaction((tx) =>
    tx.run("UPDATE kernel_audit SET object = 'package:other' WHERE seq = 2"),
  );
  const altered = await cli.run(['audit', 'verify']);
  assert.equal(altered.code, 1);
  assert.match(altered.stderr, /edited at entry 2/);
});

test('distribution points are added, changed and removed', async (t) => {
  const cli = await cliOf(t, server);
  const add = [
    'distribution-point',
    'create',
    '--name',
    'Branch',
    '--url',
    'http://dp.example',
    '--no-enabled',
  ];
  assert.equal((await cli.run(add)).code, 0);
  assert.equal((await cli.run(['distribution-point', 'modify', 'branch', '--preference', '5'])).code, 0);
  assert.match((await cli.run(['distribution-point', 'list'])).stdout, /Branch +http:\/\/dp\.example +- +no/);
  assert.equal((await cli.run(['distribution-point', 'remove', 'Branch', '--yes'])).code, 0);
});

const noBash = existsSync('/bin/bash') ? false : 'bash is missing';

test('the completion of bash offers commands, options and files', { skip: noBash }, async (t) => {
  const cli = await cliOf(t, server);
  const script = join(cli.home, 'completion.bash');
  const { stdout } = await cli.run(['completion', 'bash']);
  await writeFile(script, stdout);
  // bash takes a socket as its input, which a pipe of Node is, for a remote shell: the user's start files are not ours.
  const offers = async (cli: Cli, words: string[]) => {
    const code = `source ${script}; COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _tenkai; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return (await runProgram('/bin/bash', ['--norc', '-c', code], { cwd: cli.home })).stdout
      .trim()
      .split('\n');
  };
  assert.deepEqual(await offers(cli, ['tenkai', 'pack']), ['package']);
  assert.deepEqual(await offers(cli, ['tenkai', 'package', 'cr']), ['create']);
  assert.deepEqual(await offers(cli, ['tenkai', '--json', 'package', 'ver']), ['verify']);
  assert.deepEqual(await offers(cli, ['tenkai', 'package', 'verify', 'x', '--rep']), ['--repair']);
  assert.deepEqual(await offers(cli, ['tenkai', 'package', 'create', 'completion.b']), ['completion.bash']);
  for (const shell of ['zsh', 'fish']) assert.equal((await cli.run(['completion', shell])).code, 0);
  assert.equal((await cli.run(['completion', 'csh'])).code, 2);
});
