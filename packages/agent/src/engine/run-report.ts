import type { Report, RunReport } from '@tenkai/protocol/agent/reports.ts';
import type { JournalEntry } from './journal-entry.ts';

/** What the server is told of a line of the journal; null: nothing. */
export function reportOf(run: { runId: string; attempt: number }, entry: JournalEntry): Report | null {
  const { at, phase } = entry;
  const common = { ...run, at };
  const moved = (event: RunReport['event'], rest: Partial<RunReport> = {}): RunReport => ({
    kind: 'run',
    ...common,
    event,
    phase,
    ...rest,
  });
  switch (entry.event) {
    case 'step-noted':
    case 'powering-off':
      return null;
    case 'step-started':
      return { kind: 'step-started', ...common, index: entry.index };
    case 'step-finished':
      return { kind: 'step-finished', ...common, result: entry.result };
    case 'restart-postponed': {
      const { until, user, timesLeft } = entry;
      return moved('restart-postponed', { postponed: { until, user, timesLeft } });
    }
    case 'finished':
      return moved('finished', {
        succeeded: entry.succeeded,
        reason: entry.reason,
        verified: entry.verified,
      });
    case 'delivered':
      return moved('delivered', entry.delivery ? { delivery: entry.delivery } : {});
    case 'refused':
      return moved('refused', { reason: entry.reason });
    default:
      return moved(entry.event);
  }
}
