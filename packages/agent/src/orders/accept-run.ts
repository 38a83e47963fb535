import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RunOrder, SignedOrder } from '@tenkai/protocol/agent/orders.ts';
import type { Boundary } from '../boundary.ts';
import type { DataFolder } from '../data-folder.ts';
import { syncFolder, writeDurably } from '../durable-file.ts';
import { listRuns, type RunFolder, runFolder, type StoredOrder } from '../run-folder.ts';

export interface AcceptDeps {
  readonly data: DataFolder;
  readonly boundary: Boundary;
}

/**
 * Takes a run: from now on an engine does it, whatever becomes of the service. The folder appears whole or not at
 * all; one that is there already is the same run, which was accepted before a crash.
 */
export function acceptRun({ data, boundary }: AcceptDeps, order: RunOrder, signed: SignedOrder): RunFolder {
  const folder = runFolder(data, order.runId, order.attempt);
  if (!folder) throw new Error('the order was not checked');
  if (existsSync(folder.path)) return folder;
  const sequence = Math.max(0, ...listRuns(data).map(({ stored }) => stored.sequence)) + 1;
  // A leading dot keeps a half-made folder out of sight.
  const half = join(data.runs, `.${folder.name}`);
  rmSync(half, { recursive: true, force: true });
  mkdirSync(half, { mode: 0o711 });
  writeDurably(join(half, 'order.json'), JSON.stringify({ sequence, signed } satisfies StoredOrder));
  boundary('order:before-accept');
  renameSync(half, folder.path);
  syncFolder(data.runs);
  boundary('order:accepted');
  return folder;
}
