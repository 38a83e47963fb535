import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Boundary, noBoundary } from '../boundary.ts';
import { syncFolder, writeAll } from '../durable-file.ts';
import type { JournalEntry, JournalEvent, Phase } from './journal-entry.ts';
import { journalLine, parseJournal } from './journal-text.ts';

/** The memory of one attempt of one run: append-only, each line on the disk when `append` returns. */
export interface Journal {
  readonly entries: readonly JournalEntry[];
  append(event: JournalEvent): JournalEntry;
  close(): void;
}

export interface JournalDeps {
  readonly file: string;
  /** For messages. */
  readonly run: string;
  readonly phase: Phase;
  readonly now: () => number;
  readonly boundary?: Boundary;
}

/**
 * Opens a journal and cuts off the line that a crash tore. One engine at a time.
 * @throws Failure journal-corrupt
 */
export function openJournal(deps: JournalDeps): Journal {
  const { file, run, phase, now, boundary = noBoundary } = deps;
  const handle = openSync(file, 'a+', 0o600);
  syncFolder(dirname(file));
  const parsed = parseJournal(readFileSync(file), run);
  let soundBytes = parsed.soundBytes;
  ftruncateSync(handle, soundBytes);
  const { entries } = parsed;
  return {
    entries,
    append(event) {
      const entry: JournalEntry = { line: entries.length + 1, at: now(), phase, ...event };
      boundary(`${nameOf(event)}:before-journal`);
      const line = journalLine(entry);
      try {
        writeAll(handle, line);
        fsyncSync(handle);
      } catch (error) {
        // A full disk may have taken a part of the line; the next try must not follow it.
        ftruncateSync(handle, soundBytes);
        throw error;
      }
      soundBytes += Buffer.byteLength(line);
      entries.push(entry);
      boundary(`${nameOf(event)}:journaled`);
      return entry;
    },
    close: () => closeSync(handle),
  };
}

/** Name of an event in boundaries: `step-started#2`. */
export function nameOf(event: JournalEvent): string {
  return 'index' in event ? `${event.event}#${event.index}` : event.event;
}

/** Reads a journal without changing it, for everybody but its engine. */
export function readJournal(file: string, run: string): readonly JournalEntry[] {
  try {
    return parseJournal(readFileSync(file), run).entries;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
