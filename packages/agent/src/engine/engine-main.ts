import { parseArgs } from 'node:util';
import { type Boundary, noBoundary } from '../boundary.ts';
import { dataFolder } from '../data-folder.ts';
import '../failures.ts';
import { runEngine } from './engine.ts';

/**
 * The engine's process: `engine/main.ts --data FOLDER --run NAME`.
 * Exit status 0: the run is closed, or was left to a later engine; 1: something is broken, see the log; 2: wrong use.
 */
export async function engineMain(args: readonly string[], boundary: Boundary = noBoundary): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { data: { type: 'string' }, run: { type: 'string' } },
  });
  if (!values.data || !values.run) {
    process.stderr.write('use: --data FOLDER --run NAME\n');
    return 2;
  }
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  try {
    const { data, run } = values;
    await runEngine({ data: dataFolder(data), run, env: process.env, boundary, stop: stop.signal });
    return 0;
  } catch (error) {
    if (stop.signal.aborted) return 0;
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return 1;
  }
}
