import type { Order, RunOrder } from '@tenkai/protocol/agent/orders.ts';
import type { RunReport, StepFinishedReport, StepStartedReport } from '@tenkai/protocol/agent/reports.ts';
import type { BareAgent } from './bare-agent.ts';
import { aStepResult } from './builders.ts';

/** The orders that are open for an agent, read without a look at their signatures. */
export async function openOrders(agent: BareAgent): Promise<Order[]> {
  const { orders } = await agent.orders();
  return orders.map(({ payload }) => JSON.parse(payload) as Order);
}

export async function openRuns(agent: BareAgent): Promise<RunOrder[]> {
  return (await openOrders(agent)).filter((order) => order.kind === 'run');
}

type Extra = Partial<Omit<RunReport, 'kind' | 'event'>>;

export function runReport(order: RunOrder, event: RunReport['event'], extra: Extra = {}): RunReport {
  const { runId, attempt } = order;
  return { kind: 'run', runId, attempt, at: 1, event, phase: 'installed-system', ...extra };
}

/** Everything that a machine says of a run that goes well. */
export function wholeRun(order: RunOrder): (RunReport | StepStartedReport | StepFinishedReport)[] {
  const { runId, attempt } = order;
  const steps = order.steps.flatMap((step) => {
    const isInstall = step.kind === 'install-package';
    const outcome = step.kind === 'restart' && step.ifNeeded ? ('skipped' as const) : ('succeeded' as const);
    const detection = isInstall
      ? step.detection.map((rule) => ({ rule, isDetected: true, found: 'there' }))
      : [];
    const result = aStepResult(step.index, {
      outcome,
      detection,
      versionAfter: isInstall ? step.packageVersion : null,
    });
    return [
      { kind: 'step-started' as const, runId, attempt, at: 1, index: step.index },
      { kind: 'step-finished' as const, runId, attempt, at: 2, result },
    ];
  });
  const verified = order.steps
    .filter((step) => step.kind === 'install-package')
    .map((step) => ({ index: step.index, isDetected: true, found: 'there' }));
  return [
    runReport(order, 'received'),
    runReport(order, 'executing'),
    ...steps,
    runReport(order, 'finished', { succeeded: true, reason: null, verified }),
  ];
}

export function failedRun(order: RunOrder, code = 'exit-code'): RunReport {
  return runReport(order, 'finished', { succeeded: false, reason: { code, params: {} }, verified: [] });
}
