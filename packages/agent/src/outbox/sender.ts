import { randomInt } from 'node:crypto';
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { NumberedReport, OutboxPort } from '@tenkai/protocol/agent/link/outbox-port.ts';
import type { Report } from '@tenkai/protocol/agent/reports.ts';
import { type Boundary, noBoundary } from '../boundary.ts';
import { readJson, removeIfThere, syncFolder, writeDurably } from '../durable-file.ts';
import { acknowledgedOf, outboxName, renameOutbox, spoolFiles } from './outbox.ts';
import { numberedName, numberOf, tagOf } from './spool-names.ts';

export interface SenderDeps {
  /** Folder of an opened outbox. */
  readonly folder: string;
  readonly boundary?: Boundary;
  /** How many numbers are left out before new ones are given; at random unless told. */
  readonly gap?: () => number;
  /** Told about each report that the server will never take. */
  readonly onRejected?: (number: number, code: string) => void;
}

interface Counters {
  /** The server has everything up to here. */
  readonly acknowledged: number;
  /** No number up to here is ever given again. */
  readonly highest: number;
}

/** At one batch a minute the numbers last for thirty thousand years. */
const largestGap = 2 ** 20;

/** Damaged and rejected reports are kept for support, at most this many. */
const rejectedLimit = 100;

export interface Sender extends OutboxPort {
  /**
   * Somebody else has used this outbox's numbers, too: what is not acknowledged goes on under another name. A report that
   * the site has taken without our hearing of it comes to it twice then; none is lost.
   */
  startAnew(): void;
}

/**
 * The half of the outbox that the service alone uses: gives reports their numbers and forgets what is acknowledged.
 * A number is the file's name before the report is first sent, so that a crash can never give it to another one. An older state of
 * the disk or a copy of it can: it is seen by where the site stands. That is at a number that we had given before, or somebody
 * else has given it; gaps at random keep two lives from giving the same, also while none of them hears an answer.
 */
export function openSender(deps: SenderDeps): Sender {
  const { folder, boundary = noBoundary, gap = () => randomInt(largestGap) } = deps;
  const counters = () => readJson<Counters>(join(folder, 'counters.json')) ?? { acknowledged: 0, highest: 0 };
  const numbered = join(folder, 'numbered');
  const lastNumbered = () => numberOf(spoolFiles(numbered).at(-1) ?? '0');
  const lastGiven = () => Math.max(counters().highest, lastNumbered());
  let name = outboxName(folder);
  // Before the latest batch; a number above it cannot have been at the site then. What a process before us gave lies on the disk.
  let givenBefore = lastGiven();
  const startAnew = () => {
    name = renameOutbox(folder);
  };
  const isOurs = (number: number) =>
    number <= counters().highest ||
    (number <= givenBefore && spoolFiles(numbered).some((name) => numberOf(name) === number));
  // Acknowledged before a crash, but not yet removed.
  for (const name of spoolFiles(numbered))
    if (numberOf(name) <= counters().acknowledged) settle(folder, name);

  return {
    get name() {
      return name;
    },
    startAnew,
    async take(limit) {
      const waiting = spoolFiles(numbered);
      givenBefore = lastGiven();
      // While an answer is missing only the same comes again: a later batch would hide that the site passed over this one.
      if (waiting.length === 0) {
        waiting.push(...giveNumbers(folder, givenBefore + 1 + gap(), limit.count));
        boundary('outbox:numbered');
      }
      return readUpTo(folder, waiting, limit);
    },
    async acknowledge(acknowledged, rejected, takenBefore = 0) {
      boundary('outbox:sent');
      const before = counters();
      // Somebody else's numbers: ours may have been dropped as seen before. Older sites tell only where they stand now.
      if (acknowledged > lastGiven() || !isOurs(takenBefore)) return startAnew();
      const numbers = [before.highest, acknowledged, ...rejected.map(({ number }) => number)];
      const after = {
        acknowledged: Math.max(before.acknowledged, acknowledged),
        highest: Math.max(...numbers),
      };
      const codes = new Map(rejected.map(({ number, code }) => [number, code]));
      const done = spoolFiles(numbered).filter(
        (name) => numberOf(name) <= after.acknowledged || codes.has(numberOf(name)),
      );
      // Streams first: once a file is gone only its stream shows that its report was told.
      for (const name of done) noteStream(folder, name);
      writeDurably(join(folder, 'counters.json'), JSON.stringify(after));
      boundary('outbox:acknowledged');
      for (const name of done) {
        const code = codes.get(numberOf(name));
        if (code === undefined) removeIfThere(join(numbered, name));
        else reject(deps, name, code);
      }
      boundary('outbox:removed');
    },
  };
}

function giveNumbers(folder: string, first: number, count: number): string[] {
  const fresh = spoolFiles(join(folder, 'new')).slice(0, count);
  const given: string[] = [];
  for (const name of fresh) {
    const next = numberedName(first + given.length, tagOf(name));
    if (moveIfThere(join(folder, 'new', name), join(folder, 'numbered', next))) given.push(next);
  }
  if (given.length > 0) for (const name of ['numbered', 'new']) syncFolder(join(folder, name));
  return given;
}

/** A replaced heartbeat may vanish between the listing and the move. */
function moveIfThere(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

function readUpTo(
  folder: string,
  names: string[],
  limit: { count: number; bytes: number },
): NumberedReport[] {
  const reports: NumberedReport[] = [];
  let bytes = 0;
  for (const name of names.slice(0, limit.count)) {
    const text = readFileSync(join(folder, 'numbered', name), 'utf8');
    bytes += Buffer.byteLength(text);
    if (reports.length > 0 && bytes > limit.bytes) break;
    reports.push({ number: numberOf(name), report: JSON.parse(text) as Report });
  }
  return reports;
}

function settle(folder: string, name: string): void {
  noteStream(folder, name);
  removeIfThere(join(folder, 'numbered', name));
}

function noteStream(folder: string, name: string): void {
  const tag = tagOf(name);
  if (tag.kind !== 'once' || acknowledgedOf(folder, tag.stream) >= tag.position) return;
  writeDurably(join(folder, 'streams', tag.stream), String(tag.position));
}

function reject({ folder, onRejected }: SenderDeps, name: string, code: string): void {
  onRejected?.(numberOf(name), code);
  moveIfThere(join(folder, 'numbered', name), join(folder, 'rejected', name));
  const kept = spoolFiles(join(folder, 'rejected'));
  for (const old of kept.slice(0, Math.max(0, kept.length - rejectedLimit)))
    removeIfThere(join(folder, 'rejected', old));
}
