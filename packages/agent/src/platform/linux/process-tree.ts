import { setTimeout as sleep } from 'node:timers/promises';
import { allStats, hasVariable, ownUnitProcesses, type ProcStat } from './proc.ts';

/** The variable that marks everything that a step starts. */
export const markVariable = 'TENKAI_STEP';

/** Time to end in order, before it is done by force. */
const graceMs = 5000;
/** A process in uninterruptible sleep cannot be ended by anybody. */
const giveUpMs = 60_000;
const lookAgainMs = 50;

/**
 * Everything that belongs to a mark: what carries it in its environment, wherever it was reparented to; whoever
 * shares a group or session with those, and all their descendants, for they may have cleaned their environment; and
 * on systemd whatever else lives in the engine's own unit.
 */
export function findTree(mark: string): number[] {
  const stats = allStats().filter(({ pid }) => pid !== process.pid);
  const assignment = `${markVariable}=${mark}`;
  const marked = stats.filter(({ pid }) => hasVariable(pid, assignment));
  const circles = new Set(marked.flatMap(({ group, session }) => [group, session]));
  const inCircle = stats.filter(({ group, session }) => circles.has(group) || circles.has(session));
  const found = new Set([...marked, ...inCircle].map(({ pid }) => pid));
  for (const pid of ownUnitProcesses()) found.add(pid);
  addDescendants(stats, found);
  return [...found];
}

function addDescendants(stats: readonly ProcStat[], found: Set<number>): void {
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const { pid, parent } of stats) if (found.has(parent)) found.add(pid);
  }
}

/** Ends a tree, kindly first; returns the processes that cannot be ended. */
export async function endTree(mark: string): Promise<number[]> {
  signalAll(findTree(mark), 'SIGTERM');
  const byForceAt = performance.now() + graceMs;
  const giveUpAt = performance.now() + giveUpMs;
  for (;;) {
    const left = findTree(mark);
    if (left.length === 0 || performance.now() > giveUpAt) return left;
    if (performance.now() > byForceAt) signalAll(left, 'SIGKILL');
    await sleep(lookAgainMs);
  }
}

function signalAll(pids: readonly number[], signal: 'SIGTERM' | 'SIGKILL'): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has just ended by itself.
    }
  }
}
