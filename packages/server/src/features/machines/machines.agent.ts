import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import { ProgressBatch } from '@tenkai/protocol/agent/reports.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Orders } from './commands/orders.ts';
import type { Progress } from './commands/progress.ts';
import { LooseBatch } from './reports/report-forms.ts';
import type { Reports } from './reports/reports.ts';

/** A whole inventory of a machine with 50,000 programs fits. */
const reportsBodyLimit = 16 * 1024 * 1024;

export function addAgentRoutes(
  { http }: Pick<Kernel, 'http'>,
  { reports, orders, progress }: { reports: Reports; orders: Orders; progress: Progress },
) {
  const { reports: reportsPath, orders: ordersPath, progress: progressPath } = agentPaths;
  http.agentRoute(
    { method: 'POST', path: reportsPath, body: LooseBatch, bodyLimit: reportsBodyLimit },
    ({ agent, body }) => reports.take(agent.machineId, body),
  );
  http.agentRoute({ method: 'GET', path: ordersPath }, async ({ agent }) => ({
    orders: await orders.fetch(agent.machineId),
  }));
  http.agentRoute({ method: 'POST', path: progressPath, body: ProgressBatch }, async ({ agent, body }) => {
    progress.take(agent.machineId, body);
    return {};
  });
}
