import { setTimeout as delay } from 'node:timers/promises';
import { Failure, isFinal } from '@tenkai/domain';
import { type DeploymentRow, deploymentRoutes, type RunRow } from '@tenkai/protocol/api/deployments.ts';
import type { Client } from '@tenkai/protocol/client.ts';
import { bytesText } from '../../format.ts';
import { allPages } from '../../pages.ts';
import type { Session } from '../../session.ts';
import { groupText } from './deployment-delivery.ts';
import { runColumns } from './deployment-runs.ts';

const askEveryMs = 1000;
const barWidth = 24;

/**
 * Shows how far a deployment is until nothing more will happen by itself, then the table of its runs.
 * @throws Failure run-unsuccessful where a machine failed or was cancelled
 */
export async function watchDeployment(session: Session, client: Client, id: string): Promise<void> {
  const { output, signal } = session;
  const told = new Map<string, string>();
  let row = await client(deploymentRoutes.get, { params: { id } });
  for (; row.status === 'scheduled' || row.status === 'active'; ) {
    if (output.isWatched) output.line(lineOf(row, await busiest(client, id)));
    else await tellChanges(session, client, id, told);
    await delay(askEveryMs, undefined, { signal });
    row = await client(deploymentRoutes.get, { params: { id } });
  }
  const runs = await allPages(client, deploymentRoutes.runs, { params: { id }, query: {} });
  output.result({ deployment: row, runs }, () =>
    output.table(runs, runColumns, 'It had no machine to run on.'),
  );
  const failed = runs.filter(({ status }) => status === 'failed' || status === 'cancelled').length;
  if (failed > 0) throw new Failure('run-unsuccessful', { failed, total: runs.length, id });
}

/** `[#####...----] 3 of 8 done, 1 failed; web-2: delivering 40 MiB of 120 MiB, 9.8 MiB/s` */
export function lineOf(row: DeploymentRow, busy: RunRow | undefined): string {
  const counts = Object.entries(row.counts) as [RunRow['status'], number][];
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  const done = counts.reduce((sum, [status, count]) => sum + (isFinal(status) ? count : 0), 0);
  const filled = total === 0 ? 0 : Math.round((done / total) * barWidth);
  const bar = '#'.repeat(filled) + '-'.repeat(barWidth - filled);
  const failed = row.counts.failed ?? 0;
  const parts = [`[${bar}] ${done} of ${total} done${failed > 0 ? `, ${failed} failed` : ''}`];
  if (row.status === 'scheduled') parts.push('waits for its time');
  if (row.group) parts.push(groupText(row.group));
  if (busy) parts.push(busyText(busy));
  return parts.join('; ');
}

function busyText({ machineName, status, progress, stepName }: RunRow): string {
  if (!progress) return `${machineName}: ${status}${stepName ? ` ${stepName}` : ''}`;
  const { bytesDone, bytesTotal, bytesPerSecond } = progress;
  return `${machineName}: ${bytesText(bytesDone)} of ${bytesText(bytesTotal)}, ${bytesText(bytesPerSecond)}/s`;
}

/** One machine on which something happens at the moment. */
async function busiest(client: Client, id: string): Promise<RunRow | undefined> {
  for (const status of ['executing', 'delivering', 'verifying', 'restarting', 'waiting'] as const) {
    const { items } = await client(deploymentRoutes.runs, { params: { id }, query: { status, limit: 1 } });
    if (items[0]) return items[0];
  }
  return undefined;
}

/** Where nobody draws a line, each change of a machine is one. */
async function tellChanges({ output }: Session, client: Client, id: string, told: Map<string, string>) {
  if (output.isJson) return;
  const runs = await allPages(client, deploymentRoutes.runs, { params: { id }, query: {} });
  for (const run of runs) {
    const text = `${run.machineName}: ${run.status}${run.stepName ? `, ${run.stepName}` : ''}`;
    if (told.get(run.id) !== text) output.note(text);
    told.set(run.id, text);
  }
}
