/** What a person sees who asks for help, or mistypes; no site is asked. */
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { createCli } from '@tenkai/testkit/tenkai-cli.ts';
import type { Command } from 'commander';
import { createProgram } from './program.ts';
import type { Terminal } from './terminal.ts';

const silent = new PassThrough() as unknown as Terminal['stdout'];
const terminal = { stdin: process.stdin, stdout: silent, stderr: silent, env: {}, cwd: '/' } as Terminal;
const program = createProgram({ terminal, signal: AbortSignal.abort(), exitCode: 0 });
const all = (command: Command): Command[] => [command, ...command.commands.flatMap(all)];
const pathOf = (command: Command): string =>
  command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();

test('every command, argument and option says what it is; every help names --json and how to choose a site', () => {
  const commands = all(program);
  assert.ok(commands.length > 150, `${commands.length} commands`);
  const dumb = commands.flatMap((command) => [
    ...(command.description() === '' ? [pathOf(command)] : []),
    ...command.options
      .filter(({ description }) => description.trim() === '')
      .map(({ flags }) => `${pathOf(command)} ${flags}`),
    ...command.registeredArguments
      .filter(({ description }) => description.trim() === '')
      .map((argument) => `${pathOf(command)} <${argument.name()}>`),
  ]);
  assert.deepEqual(dumb, []);
  for (const command of commands)
    for (const option of ['--json', '--site <name or URL>'])
      assert.ok(command.helpInformation().includes(option), `${pathOf(command)}: ${option}`);
});

test('what is no command is refused with --help, too, and what was meant is named', async (t) => {
  const { run } = await createCli(t);
  for (const [words, hint] of [
    [['push', '--help'], 'tenkai machine push'],
    [['push'], 'tenkai machine push'],
    [['matrix', '--help'], 'tenkai systems'],
    [['help', 'matrix'], 'tenkai systems'],
    [['hotfix', 'lst'], 'tenkai hotfix list'],
    [['pakage', 'list', '--json'], 'tenkai package'],
    [['lost-properties'], 'tenkai machine lost-properties'],
    [['--site', 'push', 'take-back', '--help'], 'tenkai hotfix take-back'],
  ] as const) {
    const { code, stdout, stderr } = await run([...words]);
    assert.deepEqual([code, stdout], [2, ''], words.join(' '));
    assert.ok(stderr.includes(`(Did you mean ${hint}?)`), `${words.join(' ')}: ${stderr}`);
  }
  const { code, stderr } = await run(['machine', 'xyzzy-no-such', '--help']);
  assert.equal(code, 2);
  assert.match(stderr, /^error: unknown command 'xyzzy-no-such'\n\(add --help/);
  for (const words of [
    ['--site', 'push', 'package', '--help'],
    ['help', 'machine'],
    ['package', 'show', '--help', 'push'],
  ])
    assert.equal((await run(words)).code, 0, words.join(' '));
});

test('BOSM-01: the matrix of systems is shown to whoever is signed in nowhere', async (t) => {
  const { run, json } = await createCli(t);
  const [row]: { key: string }[] = await json(['systems', 'list', '--search', 'debian-12-x64']);
  assert.equal(row?.key, 'debian-12-x64');
  assert.match(
    (await run(['systems', 'show', 'windows-server-2003-x64'])).stdout,
    /Service packs +none, SP2\n/,
  );
  assert.match((await run(['systems', 'page'])).stdout, /^# /);
  const unknown = await run(['systems', 'show', 'plan9']);
  assert.deepEqual([unknown.code, /not-found/.test(unknown.stderr)], [1, true]);
  assert.match((await run(['systems', 'show', '--machine', 'web-1'])).stderr, /site-unknown/);
});

test('HOTFIX-01, HOTFIX-05: hotfix list names each hotfix with its levels, and what supersedes it', async (t) => {
  const { run, json } = await createCli(t);
  const list: { id: string; requires: string[]; supersededBy: string[] }[] = await json(['hotfix', 'list']);
  assert.deepEqual(
    list.map(({ id, requires, supersededBy }) => [id, requires, supersededBy]),
    [
      ['KB977203', ['SP1', 'SP2'], ['KB977384']],
      ['KB977384', ['SP2'], []],
    ],
  );
  assert.match(
    (await run(['hotfix', 'list'])).stdout,
    /^KB977203 +SP1, SP2 +KB977384 +download, ENU, JPN +User state/m,
  );
});

test('TENKAI_LANGUAGE decides the language, before that of the terminal', async (t) => {
  const { run } = await createCli(t);
  const remedy = async (env: Record<string, string>) =>
    (await run(['explain', '0x80092024'], { env })).stdout;
  assert.match(await remedy({ LC_ALL: 'C.UTF-8', TENKAI_LANGUAGE: 'ja' }), /対処/);
  assert.match(await remedy({ LC_ALL: 'ja_JP.UTF-8', TENKAI_LANGUAGE: 'en' }), /Remedy/);
});
