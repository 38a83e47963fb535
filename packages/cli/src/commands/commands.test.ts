/** What all commands have in common, and those for the administration of a site. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Cli, cliOf, runProgram } from '@tenkai/testkit/tenkai-cli.ts';
import type { Command } from 'commander';
import { createProgram } from '../program.ts';
import { server } from './commands-for-test.ts';

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
