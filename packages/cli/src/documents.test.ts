import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Command } from 'commander';
import { createProgram } from './program.ts';

const root = join(import.meta.dirname, '../../..');
const documents = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** Lines of code blocks and code in a sentence that begin with the name of the command line. */
function commandsIn(text: string): string[] {
  const found = [...text.matchAll(/^ *(?:\$ )?(tenkai .+)$|`(tenkai [^`]+)`/gm)];
  return found.map(([, line, inline]) => (line ?? inline ?? '').replace(/ #.*$/, '').trim());
}

/** What is wrong with a command line; null: nothing. */
function problemOf(program: Command, line: string): string | null {
  const words = (line.match(/'[^']*'|"[^"]*"|\S+/g) ?? []).slice(1);
  let command = program;
  while (command.commands.length > 0) {
    const word = words.shift();
    if (word === undefined || word.startsWith('-')) return null;
    const next = command.commands.find((each) => each.name() === word);
    if (!next) return `there is no "${word}" in "${command.name()}"`;
    command = next;
  }
  const options = [...command.options, ...program.options].map(({ long }) => long);
  const unknown = words.find(
    (word) => /^--[a-z]/.test(word) && word !== '--help' && !options.includes(word.replace(/=.*/, '')),
  );
  return unknown ? `"${command.name()}" has no ${unknown}` : null;
}

test('every command of the documentation exists, with its options', () => {
  const { stdin, stdout, stderr, env } = process;
  const terminal = { stdin, stdout, stderr, env, cwd: root };
  const program = createProgram({ terminal, signal: new AbortController().signal, exitCode: 0 });
  const lines = documents.flatMap((name) =>
    commandsIn(readFileSync(join(root, name), 'utf8')).map((line) => ({ name, line })),
  );
  assert.ok(lines.length > 30, `${lines.length} commands were found`);
  const problems = lines.flatMap(({ name, line }) => {
    const problem = problemOf(program, line);
    return problem ? [`${name}: ${line}: ${problem}`] : [];
  });
  assert.deepEqual(problems, []);
  assert.match(problemOf(program, 'tenkai deployment runs Lessons --stat failed') ?? '', /has no --stat/);
  assert.match(problemOf(program, 'tenkai deployment run-all') ?? '', /there is no "run-all"/);
});
