import assert from 'node:assert/strict';
import { test } from 'node:test';
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
