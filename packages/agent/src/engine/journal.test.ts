import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { Failure } from '@tenkai/domain/failure.ts';
import { openJournal, readJournal } from './journal.ts';
import type { JournalEvent } from './journal-entry.ts';
import { journalLine, parseJournal } from './journal-text.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenkai-journal-'));
  file = join(folder, 'journal.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const events: JournalEvent[] = [
  { event: 'received' },
  { event: 'executing' },
  { event: 'step-started', index: 0, bootId: 'boot-é', tries: 1 },
];
const open = () => openJournal({ file, run: 'r-1', phase: 'installed-system', now: () => 7 });

function written(): Buffer {
  const journal = open();
  for (const event of events) journal.append(event);
  journal.close();
  return readFileSync(file);
}

test('a journal is read back as it was written, and goes on', () => {
  written();
  const journal = open();
  assert.deepEqual(
    journal.entries.map(({ event }) => event),
    ['received', 'executing', 'step-started'],
  );
  assert.deepEqual(journal.append({ event: 'verifying' }), {
    line: 4,
    at: 7,
    phase: 'installed-system',
    event: 'verifying',
  });
  journal.close();
  assert.equal(readJournal(file, 'r-1').length, 4);
});

test('torn at every byte of its last line, a journal loses that line and no other', () => {
  const whole = written();
  const lastLine = whole.lastIndexOf(0x0a, whole.length - 2) + 1;
  assert.ok(whole.length - lastLine > 100);
  for (let length = lastLine; length < whole.length; length += 1) {
    writeFileSync(file, whole.subarray(0, length));
    const journal = open();
    assert.equal(journal.entries.length, 2, `cut at ${length}`);
    assert.equal(statSync(file).size, lastLine);
    journal.append(events[2] as JournalEvent);
    journal.close();
    assert.deepEqual(readFileSync(file), whole);
  }
});

test('a power cut may leave zeros or garbage after the last sound line', () => {
  const whole = written();
  for (const rest of [Buffer.alloc(4096), Buffer.from('0123456789abcdef {"line":4}\nmore\n')]) {
    writeFileSync(file, Buffer.concat([whole, rest]));
    const journal = open();
    assert.equal(journal.entries.length, 3);
    journal.close();
    assert.equal(statSync(file).size, whole.length);
  }
});

test('a damaged line before a sound one is a damaged disk, not a crash: the journal is refused', () => {
  const whole = written();
  const second = whole.indexOf(0x0a) + 1;
  const isRefusal = (error: unknown) => error instanceof Failure && error.code === 'journal-corrupt';
  for (let position = 0; position < second - 1; position += 1) {
    const damaged = Buffer.from(whole);
    damaged[position] = (damaged[position] ?? 0) ^ 1;
    assert.throws(() => parseJournal(damaged, 'r-1'), isRefusal, `flipped ${position}`);
  }
  const twice = journalLine({ event: 'received', line: 1, at: 1, phase: 'installed-system' });
  assert.throws(() => parseJournal(Buffer.from(twice + twice), 'r-1'), isRefusal);
});
