import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '@tenkai/domain/failure.ts';
import { makeFolder, readJson, removeIfThere, writeDurably } from './durable-file.ts';
import type { Processes, ProcessIdentity } from './platform/platform.ts';

export interface Lock {
  release(): void;
}

export interface LockDeps {
  readonly processes: Pick<Processes, 'own' | 'isAlive'>;
  /** Folder of the lock: one file for each process that wants or holds it. */
  readonly folder: string;
  /** For people: `agent service`, `engine`. */
  readonly what: string;
}

const tries = 20;
const longestPauseMs = 100;

/**
 * Makes sure that one process at a time does something. Each candidate first writes its name (number, start time,
 * boot) and then looks around: who sees another living one steps back. Two can so never both go on, and whoever was
 * killed holds nothing.
 * @throws Failure agent-runs-already
 */
export async function takeLock(deps: LockDeps): Promise<Lock> {
  makeFolder(deps.folder, 0o700);
  const own = deps.processes.own();
  const file = join(deps.folder, `${own.pid}.json`);
  for (let left = tries; ; left -= 1) {
    writeDurably(file, JSON.stringify(own));
    const [other] = holdersOf(deps).filter(({ pid }) => pid !== own.pid);
    if (!other) return { release: () => removeIfThere(file) };
    removeIfThere(file);
    if (left === 0)
      throw new Failure('agent-runs-already', { what: deps.what, folder: deps.folder, pid: other.pid });
    // Two that came at the same moment both step back; the next time they come apart.
    await sleep(Math.random() * longestPauseMs);
  }
}

/** The living processes that hold or want the lock; files of others are removed. */
export function holdersOf({ processes, folder }: Pick<LockDeps, 'processes' | 'folder'>): ProcessIdentity[] {
  const files = listed(folder).map((name) => join(folder, name));
  return files.flatMap((file) => {
    const identity = readJson<ProcessIdentity>(file);
    if (identity && processes.isAlive(identity)) return [identity];
    removeIfThere(file);
    return [];
  });
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /^\d+\.json$/.test(name));
  } catch {
    return [];
  }
}
