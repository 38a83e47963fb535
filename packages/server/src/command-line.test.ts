import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCommandLine } from './command-line.ts';
import { serverVersion } from './kernel/version.ts';

const told = (words: string[]) => {
  const start = readCommandLine(words);
  assert.equal(start.kind, 'told');
  return start.kind === 'told' ? start : assert.fail();
};

test('the server starts without a word, and for as long as its input is open where that is asked for', () => {
  assert.deepEqual(readCommandLine([]), { kind: 'site', untilInputEnds: false });
  assert.deepEqual(readCommandLine(['--until-input-ends']), { kind: 'site', untilInputEnds: true });
});

test('who asks for the version or for help starts no server', () => {
  assert.deepEqual(told(['--version']), { kind: 'told', text: `${serverVersion}\n`, status: 0 });
  assert.match(told(['--help']).text, /^Usage: tenkai-server \[options\]$/m);
  assert.equal(told(['--help', '--version']).status, 0);
});

test('a word that the server does not know starts nothing', () => {
  for (const words of [['--versoin'], ['start'], ['--port', '443'], ['--version=1']]) {
    const { text, status } = told(words);
    assert.equal(status, 2, words.join(' '));
    assert.match(text, /--until-input-ends/);
  }
});
