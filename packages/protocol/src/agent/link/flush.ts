import type { RemoteProblem } from '../../problem.ts';
import { agentPaths } from '../channel.ts';
import { ReportReply } from '../reports.ts';
import { type AuthorizedDeps, authorizedCall } from './authorized.ts';
import { isRefusal } from './enroll.ts';
import type { NumberedReport, OutboxPort } from './outbox-port.ts';

export interface FlushDeps extends AuthorizedDeps {
  readonly outbox: OutboxPort;
}

/** A batch stays well below the smallest body limit that a site may have. */
const batchLimit = { count: 500, bytes: 512 * 1024 };

/**
 * Sends everything that lies in the outbox, oldest first (law 9). What the site has not acknowledged stays.
 * @returns the last answer; null when there was nothing to send
 * @throws RemoteProblem, Failure site-unreachable
 */
export async function flushOutbox(deps: FlushDeps, signal: AbortSignal): Promise<ReportReply | null> {
  let last: ReportReply | null = null;
  let limit = batchLimit;
  while (!signal.aborted) {
    const reports = await deps.outbox.take(limit);
    if (reports.length === 0) break;
    try {
      last = await send(deps, reports, signal);
      limit = batchLimit;
      await deps.outbox.acknowledge(last.acknowledged, last.rejected, last.takenBefore);
      if (isStuck(last, reports)) break;
    } catch (error) {
      if (!isAboutContent(error)) throw error;
      await singleOut(deps, reports, error.problem.code);
      limit = { ...batchLimit, count: 1 };
    }
  }
  return last;
}

function send(deps: FlushDeps, reports: NumberedReport[], signal: AbortSignal) {
  const body = { outbox: deps.outbox.name, reports };
  const request = { method: 'POST', path: agentPaths.reports, body, reply: ReportReply, signal } as const;
  return authorizedCall(deps, request);
}

/** The site acknowledged nothing of the batch: asking again at once would turn in a circle. */
function isStuck({ acknowledged, rejected }: ReportReply, reports: NumberedReport[]): boolean {
  const first = reports[0]?.number ?? 0;
  return acknowledged < first && !rejected.some(({ number }) => number === first);
}

function isAboutContent(error: unknown): error is RemoteProblem {
  return isRefusal(error) && [400, 413, 422].includes(error.status);
}

/** A batch that the site cannot read is sent one by one; the one that is at fault must not hold up the others. */
async function singleOut({ outbox }: FlushDeps, reports: NumberedReport[], code: string): Promise<void> {
  const [only, ...others] = reports;
  if (only && others.length === 0) await outbox.acknowledge(0, [{ number: only.number, code }]);
}
