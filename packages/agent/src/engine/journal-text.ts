import { createHash } from 'node:crypto';
import { Failure } from '@tenkai/domain/failure.ts';
import type { JournalEntry } from './journal-entry.ts';

/** One line: checksum, blank, JSON, line feed. */
export function journalLine<T extends { readonly line: number } = JournalEntry>(entry: T): string {
  const text = JSON.stringify(entry);
  return `${checksum(text)} ${text}\n`;
}

function checksum(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

export interface ParsedJournal<T> {
  readonly entries: T[];
  /** Length of what is whole; the rest is a line that a crash tore, and is cut off before the next one is written. */
  readonly soundBytes: number;
}

/**
 * Reads a journal. Only its end may be damaged: a crash tears the line that was being written, nothing else.
 * @throws Failure journal-corrupt where a sound line follows a damaged one
 */
export function parseJournal<T extends { readonly line: number } = JournalEntry>(
  bytes: Buffer,
  run: string,
): ParsedJournal<T> {
  const entries: T[] = [];
  let soundBytes = 0;
  let damagedLine = 0;
  for (const { text, end } of linesOf(bytes)) {
    const entry = parseLine<T>(text);
    if (entry && (damagedLine > 0 || entry.line !== entries.length + 1)) {
      throw new Failure('journal-corrupt', { run, line: damagedLine || entries.length + 1 });
    }
    if (!entry) {
      damagedLine ||= entries.length + 1;
      continue;
    }
    entries.push(entry);
    soundBytes = end;
  }
  return { entries, soundBytes };
}

function* linesOf(bytes: Buffer): Generator<{ text: string; end: number }> {
  for (let start = 0; start < bytes.length; ) {
    const feed = bytes.indexOf(0x0a, start);
    if (feed < 0) return;
    yield { text: bytes.toString('utf8', start, feed), end: feed + 1 };
    start = feed + 1;
  }
}

function parseLine<T>(line: string): T | undefined {
  const text = line.slice(17);
  if (line[16] !== ' ' || checksum(text) !== line.slice(0, 16)) return undefined;
  return JSON.parse(text) as T;
}
