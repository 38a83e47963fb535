import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatsFor } from './format.ts';
import { preferredLanguage } from './language.ts';

const en = formatsFor('en', 'Asia/Tokyo');
const ja = formatsFor('ja', 'Asia/Tokyo');

describe('numbers, sizes and times by language', () => {
  it('writes bytes in binary units with the digits that matter', () => {
    assert.deepEqual([0, 1023, 1024, 1536, 204_800, 5 * 1024 ** 3].map(en.bytes), [
      '0 B',
      '1,023 B',
      '1 KiB',
      '1.5 KiB',
      '200 KiB',
      '5 GiB',
    ]);
    assert.equal(en.bytes(2 ** 70), '1,048,576 PiB');
  });

  it('writes durations in their two largest units', () => {
    assert.deepEqual([0, 340, 5000, 65_000, 3_600_000, 3_725_000, 90_000_000].map(en.duration), [
      '0 secs',
      '0.3 secs',
      '5 secs',
      '1 min 5 secs',
      '1 hr',
      '1 hr 2 mins',
      '1 day 1 hr',
    ]);
    assert.equal(ja.duration(3_725_000), '1 時間 2 分');
  });

  it('says how long ago, or how long until', () => {
    const now = Date.parse('2026-04-01T00:00:00Z');
    assert.equal(en.relative(now - 3 * 60_000, now), '3 min ago');
    assert.equal(ja.relative(now - 3 * 60_000, now), '3 分前');
    assert.equal(en.relative(now + 2 * 3_600_000, now), 'in 2 hr');
    assert.equal(en.relative(now, now), 'now');
  });

  it('writes dates as the language does, in the given time zone', () => {
    const at = Date.parse('2026-04-01T22:30:00Z');
    assert.equal(ja.dateTime(at), '2026/04/02 7:30:00');
    assert.match(en.dateTime(at), /^2 Apr 2026, 0?7:30:00$/);
  });
});

describe('the language to begin with', () => {
  it('is what was chosen before, else what the browser prefers among ours, else English', () => {
    assert.equal(preferredLanguage('ja', ['en-US']), 'ja');
    assert.equal(preferredLanguage(null, ['fr', 'ja-JP', 'en']), 'ja');
    assert.equal(preferredLanguage('xx', ['fr']), 'en');
  });
});
