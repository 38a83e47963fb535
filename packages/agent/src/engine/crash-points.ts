import { appendFileSync } from 'node:fs';
import type { Boundary } from '../boundary.ts';
import { engineMain } from './engine-main.ts';

/**
 * Entry of the engine for tests alone: kills itself, as a power cut would, at the boundary that `TENKAI_CRASH_AT`
 * names (`<boundary>`, or `<boundary>*3` for its third time). With `TENKAI_BOUNDARIES` every boundary that was
 * crossed is appended to that file.
 */
export function crashPoints(env: Readonly<Record<string, string | undefined>>): Boundary {
  const [name, times = '1'] = (env.TENKAI_CRASH_AT ?? '').split('*');
  let left = Number(times);
  return (boundary) => {
    if (env.TENKAI_BOUNDARIES) appendFileSync(env.TENKAI_BOUNDARIES, `${boundary}\n`);
    if (boundary !== name) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  };
}

if (import.meta.main) {
  void engineMain(process.argv.slice(2), crashPoints(process.env)).then((status) => process.exit(status));
}
