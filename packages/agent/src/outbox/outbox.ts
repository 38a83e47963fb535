import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '@tenkai/protocol/agent/reports.ts';
import { type Boundary, noBoundary } from '../boundary.ts';
import { makeFolder, readIfThere, removeIfThere, syncFolder, writeDurably } from '../durable-file.ts';
import { isSpoolFile, newName, orderOf, type Tag, tagOf, tagText } from './spool-names.ts';

/** The half of the outbox that every process may use: service and engine put at the same time. */
export interface Outbox {
  readonly folder: string;
  /** The report is on the disk when this returns (law 9). */
  put(report: Report): void;
  /** As put; takes the place of one with the same key that was not sent yet: of heartbeats only the latest counts. */
  replace(key: string, report: Report): void;
  /**
   * As put, and however often it is called for one place in a stream, the report is sent once: also when it was put,
   * sent and acknowledged before a crash that made us forget it.
   */
  putOnce(place: { stream: string; position: number }, report: Report): void;
  /** Whether the server has durably taken everything of a stream up to this position. */
  isAcknowledged(stream: string, position: number): boolean;
  /** Ends a stream: nothing will be put into it any more. */
  forget(stream: string): void;
}

export interface OutboxDeps {
  readonly folder: string;
  readonly now: () => number;
  readonly boundary?: Boundary;
}

/** Opens the outbox of a data folder, making it where there is none. */
export function openOutbox({ folder, now, boundary = noBoundary }: OutboxDeps): Outbox {
  makeOutbox(folder);
  const incoming = join(folder, 'new');
  let lastOrder = Math.max(0, ...spoolFiles(incoming).map(orderOf));

  const write = (tag: Tag, report: Report) => {
    // The clock may be set back; the order of one process stays.
    lastOrder = Math.max(lastOrder + 1, now());
    const name = newName(lastOrder, process.pid, tag);
    boundary('outbox:before-put');
    writeDurably(join(incoming, name), JSON.stringify(report));
    boundary('outbox:put');
    return name;
  };
  return {
    folder,
    put: (report) => void write({ kind: 'plain' }, report),
    replace(key, report) {
      const tag: Tag = { kind: 'replacing', key };
      const earlier = withTag(incoming, tag);
      write(tag, report);
      for (const name of earlier) removeIfThere(join(incoming, name));
    },
    putOnce(place, report) {
      const tag: Tag = { kind: 'once', ...place };
      if (!isKnown(folder, tag)) write(tag, report);
    },
    isAcknowledged: (stream, position) => acknowledgedOf(folder, stream) >= position,
    forget: (stream) => removeIfThere(join(folder, 'streams', stream)),
  };
}

/** Looks in the direction in which files move (new, numbered, acknowledged), so that a moving one is never missed. */
function isKnown(folder: string, tag: Extract<Tag, { kind: 'once' }>): boolean {
  if (withTag(join(folder, 'new'), tag).length > 0) return true;
  if (withTag(join(folder, 'numbered'), tag).length > 0) return true;
  return acknowledgedOf(folder, tag.stream) >= tag.position;
}

function withTag(folder: string, tag: Tag): string[] {
  const ending = `~${tagText(tag)}.json`;
  return spoolFiles(folder).filter((name) => name.endsWith(ending) && tagOf(name).kind === tag.kind);
}

/** Highest position of a stream that the server has taken; 0: none. */
export function acknowledgedOf(folder: string, stream: string): number {
  return Number(readIfThere(join(folder, 'streams', stream)) ?? 0);
}

export function spoolFiles(folder: string): string[] {
  return readdirSync(folder).filter(isSpoolFile).sort();
}

/** Random name of the outbox: a wiped agent starts a new one, whose numbers begin anew. */
export function outboxName(folder: string): string {
  return readIfThere(join(folder, 'name')) || renameOutbox(folder);
}

/** The reports stay, and their numbers; the site takes them as those of an outbox that it has not seen yet. */
export function renameOutbox(folder: string): string {
  const made = randomUUID();
  writeDurably(join(folder, 'name'), made);
  return made;
}

function makeOutbox(folder: string): void {
  for (const name of ['new', 'numbered', 'streams', 'rejected']) makeFolder(join(folder, name), 0o700);
  syncFolder(folder);
}
