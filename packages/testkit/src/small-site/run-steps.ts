import type { FrozenStep, StepResult } from '@tenkai/domain';
import type { RunOrder } from '@tenkai/protocol/agent/orders.ts';
import type { Report, RunReport } from '@tenkai/protocol/agent/reports.ts';
import { type EnrolledAgent, runOrder, storeOrder } from './enrolled-agent.ts';
import { runEngineToEnd } from './run-engine.ts';
import type { SmallSite } from './site.ts';

/** What an engine reported of a run. */
export interface RunTold {
  readonly reports: readonly Report[];
  readonly results: readonly StepResult[];
  /** Events of the run as a whole. */
  readonly events: readonly RunReport['event'][];
  /** The last event: how it ended. */
  readonly end: RunReport | undefined;
}

let lastRun = 0;

/** Runs steps by an engine of its own to their end. */
export async function runSteps(
  site: SmallSite,
  agent: EnrolledAgent,
  steps: readonly FrozenStep[],
  rest: Partial<RunOrder> = {},
): Promise<RunTold> {
  lastRun += 1;
  const order = runOrder(agent, steps, { runId: `steps-${lastRun}`, ...rest });
  const status = await runEngineToEnd(agent, storeOrder(agent, site, order));
  if (status !== 0) throw new Error(`the engine ended with ${status}`);
  return toldOf(agent, order.runId);
}

export function toldOf(agent: EnrolledAgent, runId: string): RunTold {
  const reports = agent.waiting().filter((report) => 'runId' in report && report.runId === runId);
  const ofRun = reports.filter((report) => report.kind === 'run');
  return {
    reports,
    results: reports.flatMap((report) => (report.kind === 'step-finished' ? [report.result] : [])),
    events: ofRun.map(({ event }) => event),
    end: ofRun.at(-1),
  };
}
