import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { certfixHelp } from '@tenkai/certificates/command-options.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import type { Command } from 'commander';
import { agentProgram } from './commands.ts';

const all = (command: Command): Command[] => [command, ...command.commands.flatMap(all)];

test('no help of the agent says of a switch that it is off by default', () => {
  const helps = all(agentProgram({}, 'tenkai-agent.mjs')).map((command) => command.helpInformation());
  assert.ok(helps.length > 20, `${helps.length} commands`);
  assert.ok(
    helps.filter((help) => /--json +as JSON$/m.test(help)).length > 10,
    'with --json and what it means',
  );
  assert.deepEqual(
    helps.filter((help) => /default: (false|true)/.test(help)),
    [],
  );
});

test('every command, argument and option of the agent says what it is, and which options must be given', () => {
  const commands = all(agentProgram({}, 'tenkai-agent.mjs'));
  for (const command of commands) {
    assert.notEqual(command.description(), '', command.name());
    for (const { description, flags } of command.options)
      assert.notEqual(description.trim(), '', `${command.name()} ${flags}`);
    for (const argument of command.registeredArguments)
      assert.notEqual(argument.description.trim(), '', `${command.name()} <${argument.name()}>`);
    const help = command.helpInformation().replace(/\s+/g, ' ');
    for (const option of command.options.filter(({ mandatory }) => mandatory))
      assert.ok(
        help.includes(`${option.flags} ${option.description} (required)`),
        `${command.name()} ${option.flags}`,
      );
  }
});

test('what is no command of the agent is refused with --help, too, and what was meant is named', () => {
  const main = join(import.meta.dirname, 'main.ts');
  const run = (...words: string[]) => {
    const env = { PATH: process.env.PATH, TENKAI_AGENT_DATA: '/nonexistent' };
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...words], {
      encoding: 'utf8',
      timeout: 60_000,
      env,
    });
    return { status, stdout, stderr };
  };
  for (const [words, hint] of [
    [['runbook', '--help'], 'tenkai-agent master runbook'],
    [['master', 'runbok'], 'tenkai-agent master runbook'],
    [['rollback'], 'tenkai-agent patch rollback'],
  ] as const) {
    const { status, stdout, stderr } = run(...words);
    assert.deepEqual([status, stdout], [2, ''], words.join(' '));
    assert.ok(stderr.includes(`(Did you mean ${hint}?)`), stderr);
  }
  assert.equal(run('help', 'master').status, 0);
});

test('IDENT-16: tenkai certfix and tenkai-agent certfix explain themselves alike', () => {
  const own = all(agentProgram({}, 'tenkai-agent.mjs')).find((command) => command.name() === 'certfix');
  const said = new Map(own?.options.map(({ long, flags, description }) => [long, `${flags} ${description}`]));
  for (const [flags, about] of Object.values(certfixHelp.options)) {
    // Nobody sits before the agent to be asked.
    if (flags === '--ask-password') continue;
    assert.equal(said.get(flags.split(' ')[0]), `${flags} ${about}`);
  }
});

test('status tells a trouble with its remedy and code, in the language of the terminal', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tenkai-status-'));
  atEnd(t, () => rmSync(folder, { recursive: true, force: true }));
  const status = (language: string, ...words: string[]) => {
    const env = { PATH: process.env.PATH, TENKAI_AGENT_DATA: folder, TENKAI_LANGUAGE: language };
    const argv = [join(import.meta.dirname, 'main.ts'), 'status', ...words];
    return spawnSync(process.execPath, argv, { encoding: 'utf8', timeout: 60_000, env }).stdout;
  };
  assert.match(
    status('en'),
    /trouble +The agent service is not running on this machine\. Start it: .* \(agent-not-running\)$/m,
  );
  assert.match(status('ja'), /^ {2}問題 +このマシンで.*起動してください: .* \(agent-not-running\)$/m);
  assert.equal(status('ja', '--json'), status('en', '--json'));
  const { general } = JSON.parse(status('ja', '--json'));
  assert.deepEqual(
    [general.troubleCode, /^The agent service/.test(general.trouble)],
    ['agent-not-running', true],
  );
});
