import { existsSync } from 'node:fs';
import type { DataFolder } from './data-folder.ts';
import { readIfThere } from './durable-file.ts';
import { openRuns, type RunFolder } from './run-folder.ts';

export interface RunTurns {
  /** What an engine has to do in this boot, the next one first. */
  readonly active: readonly RunFolder[];
  /** Staged in this boot: they wait for the next start of the machine (BAGT-14). */
  readonly pending: readonly RunFolder[];
}

const inHand = 0;
const due = 1;
const fresh = 2;
const waits = 3;

/**
 * Whose turn it is: a run in hand goes on first, also over a restart of its own; then what the machine kept for this
 * start, in the order delivered (BSCN-24); then what came since (BSCN-21, BAGT-15).
 */
export function runTurns(data: DataFolder, bootId: string): RunTurns {
  const ranked = openRuns(data).map(({ folder }) => ({ folder, rank: rankOf(folder, bootId) }));
  const folders = (wanted: (rank: number) => boolean) =>
    ranked
      .filter(({ rank }) => wanted(rank))
      .sort((a, b) => a.rank - b.rank)
      .map(({ folder }) => folder);
  return { active: folders((rank) => rank !== waits), pending: folders((rank) => rank === waits) };
}

function rankOf(folder: RunFolder, bootId: string): number {
  const stagedIn = readIfThere(folder.staged);
  if (stagedIn === undefined) return existsSync(folder.journal) ? inHand : fresh;
  return stagedIn === bootId && !existsSync(folder.cancel) ? waits : due;
}
