import { existsSync, rmSync } from 'node:fs';
import type { DataFolder } from '../data-folder.ts';
import { readJournal } from '../engine/journal.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { listRuns, type RunFolder } from '../run-folder.ts';

/** Journals of the last runs are kept for people who look for what happened. */
const keptRuns = 50;

/** Removes old runs once the server has taken everything about them. */
export function clearOldRuns(data: DataFolder, outbox: Outbox): void {
  const closed = listRuns(data).filter(({ folder }) => existsSync(folder.closed));
  for (const { folder } of closed.slice(0, Math.max(0, closed.length - keptRuns))) {
    if (!isTold(folder, outbox)) continue;
    rmSync(folder.path, { recursive: true, force: true });
    outbox.forget(folder.name);
  }
}

function isTold(folder: RunFolder, outbox: Outbox): boolean {
  try {
    const end = readJournal(folder.journal, folder.name).findLast(({ event }) => event !== 'powering-off');
    return end === undefined || outbox.isAcknowledged(folder.name, end.line);
  } catch {
    // A damaged journal was reported when its engine met it.
    return true;
  }
}
