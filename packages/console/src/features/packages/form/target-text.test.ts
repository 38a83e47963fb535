import assert from 'node:assert/strict';
import { it } from 'node:test';
import { levelsText, parseLevels, targetText } from './target-text.ts';

it('reads service-pack levels as people write them', () => {
  assert.deepEqual(parseLevels('3, 4.1、5.0 x'), [
    { major: 3, minor: 0 },
    { major: 4, minor: 1 },
    { major: 5, minor: 0 },
  ]);
  assert.equal(levelsText(parseLevels('3 10.2')), '3.0, 10.2');
  assert.deepEqual(parseLevels(''), []);
});

it('two rows have the same text only when they are the same row', () => {
  const row = { operatingSystem: 'windows-xp', language: 'ja', architecture: 'x86' } as const;
  assert.equal(targetText(row), 'windows-xp ja x86');
  assert.notEqual(targetText(row), targetText({ ...row, baseServicePack: { major: 2, minor: 0 } }));
});
