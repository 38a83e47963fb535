import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { SignedOrder } from '@tenkai/protocol/agent/orders.ts';
import type { DataFolder } from './data-folder.ts';
import { readJson } from './durable-file.ts';
import { isSafeName } from './outbox/spool-names.ts';

/** Everything of one attempt of one run. */
export interface RunFolder {
  /** `<runId>-<attempt>`: name of the folder, and of the run's stream in the outbox. */
  readonly name: string;
  readonly path: string;
  /** The order as it was signed: the engine checks it again. */
  readonly order: string;
  readonly journal: string;
  /** Is there when the run is to be cancelled. */
  readonly cancel: string;
  /** Is there while the run waits for another boot than the one that it names. */
  readonly staged: string;
  /** Is there when nothing is left to do. */
  readonly closed: string;
  /** Latest fact of the delivery, for the service to forward. */
  readonly progress: string;
  /** The restart that people were told of; for them, and of no use after a crash. */
  readonly announced: string;
  /** What a user of the machine asks for about it; the service writes it, the engine removes it. */
  readonly wish: string;
  /** Processes of the steps. */
  readonly steps: string;
  /** Files of the steps; plain ASCII (BPKG-24). */
  readonly work: string;
}

/** What the service leaves for the engine. */
export interface StoredOrder {
  /** Runs are done in this order. */
  readonly sequence: number;
  readonly signed: SignedOrder;
}

/** Null where the names would not be safe as a part of a path. */
export function runFolder(data: Pick<DataFolder, 'runs'>, runId: string, attempt: number): RunFolder | null {
  return isSafeName(runId) ? runFolderNamed(data, `${runId}-${attempt}`) : null;
}

export function runFolderNamed({ runs }: Pick<DataFolder, 'runs'>, name: string): RunFolder {
  const path = join(runs, name);
  const inside = (file: string) => join(path, file);
  return {
    name,
    path,
    order: inside('order.json'),
    journal: inside('journal.jsonl'),
    cancel: inside('cancel'),
    staged: inside('staged'),
    closed: inside('closed'),
    progress: inside('progress.json'),
    announced: inside('restart.json'),
    wish: inside('restart-wish.json'),
    steps: inside('steps'),
    work: inside('work'),
  };
}

/** All runs of this machine with their orders, in the order in which they came. */
export function listRuns(data: DataFolder): { folder: RunFolder; stored: StoredOrder }[] {
  // A machine that was prepared for an image has none until its agent starts.
  if (!existsSync(data.runs)) return [];
  const folders = readdirSync(data.runs)
    .filter(isSafeName)
    .map((name) => runFolderNamed(data, name));
  return folders
    .flatMap((folder) => {
      const stored = readJson<StoredOrder>(folder.order);
      return stored ? [{ folder, stored }] : [];
    })
    .sort((a, b) => a.stored.sequence - b.stored.sequence);
}

/** Runs that still have something to do. */
export function openRuns(data: DataFolder): { folder: RunFolder; stored: StoredOrder }[] {
  return listRuns(data).filter(({ folder }) => !existsSync(folder.closed));
}
