import { isFinal, reasonSentence } from '@tenkai/domain';
import { deploymentRoutes, type RunRow } from '@tenkai/protocol';
import type { DemoSite } from './site.ts';

const pollMs = 200;

/** Shows the runs until all have ended: redrawn in place on a terminal, a line for each change elsewhere. */
export async function watchRuns(
  site: DemoSite,
  deploymentId: string,
  count: number,
  timeoutMs: number,
): Promise<RunRow[]> {
  const limit = AbortSignal.timeout(timeoutMs);
  const screen = process.stdout.isTTY ? redrawn() : appended();
  for (;;) {
    limit.throwIfAborted();
    const { items } = await site.api(deploymentRoutes.runs, {
      params: { id: deploymentId },
      query: { limit: 100 },
    });
    const runs = items.toSorted((a, b) => a.machineName.localeCompare(b.machineName));
    screen(runs);
    if (runs.length >= count && runs.every((run) => isFinal(run.status))) return runs;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

function redrawn() {
  let height = 0;
  return (runs: readonly RunRow[]) => {
    if (height > 0) process.stdout.write(`\x1b[${height}A`);
    for (const run of runs) process.stdout.write(`\x1b[2K${lineOf(run)}\n`);
    height = runs.length;
  };
}

function appended() {
  const last = new Map<string, string>();
  return (runs: readonly RunRow[]) => {
    for (const run of runs) {
      const line = lineOf(run);
      if (last.get(run.id) !== line) console.log(line);
      last.set(run.id, line);
    }
  };
}

const barWidth = 20;

function lineOf(run: RunRow): string {
  const done = isFinal(run.status) ? 1 : progressOf(run);
  const full = Math.round(done * barWidth);
  const bar = '█'.repeat(full) + '░'.repeat(barWidth - full);
  const note = run.reason
    ? `: ${reasonSentence(run.reason)}`
    : run.stepName && !isFinal(run.status)
      ? ` ${run.stepName}`
      : '';
  return `  ${run.machineName.padEnd(8)} ${bar} ${run.status}${note}`;
}

/** Delivery counts as one step more. */
function progressOf(run: RunRow): number {
  const steps = run.stepCount + 1;
  const delivered =
    run.progress && run.progress.bytesTotal > 0 ? run.progress.bytesDone / run.progress.bytesTotal : 0;
  return run.stepIndex === null ? delivered / steps : (run.stepIndex + 1) / steps;
}
