/** Finds and ends processes that a test started and forgot, even those that made themselves sessions of their own. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** The environment variable that a test file and everything it starts carry; its value is unique to that file's run. */
export const markVariable = 'TENKAI_TEST_MARK';

const graceMs = 3000;
const pollMs = 100;

export interface Leftover {
  readonly pid: number;
  readonly command: string;
}

/**
 * Waits a moment for processes that carry `mark` to end by themselves, then kills them.
 * Linux only (it reads /proc); elsewhere it finds nothing.
 * @returns those that had to be killed.
 */
export async function endLeftovers(mark: string): Promise<readonly Leftover[]> {
  const deadline = Date.now() + graceMs;
  let left = marked(mark);
  while (left.length > 0 && Date.now() < deadline) {
    await delay(pollMs);
    left = marked(mark);
  }
  for (const { pid } of left) kill(pid);
  return left;
}

function marked(mark: string): readonly Leftover[] {
  if (process.platform !== 'linux') return [];
  const wanted = `${markVariable}=${mark}`;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => read(`/proc/${pid}/environ`).split('\0').includes(wanted))
    .map((pid) => ({ pid: Number(pid), command: read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim() }));
}

// A process may end between two reads, and another user's may not be readable: neither is a leftover of ours.
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
