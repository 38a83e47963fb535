import type { Report } from '@tenkai/protocol/agent/reports.ts';
import type { Tx } from '../../../kernel/database/database.ts';
import type { JudgedReport } from './report-forms.ts';
import type { ReportHandler, ReportSet, ReportToTake, SetHandler, Told } from './report-handler.ts';

/** Who takes which kind: one report at a time, or many machines' at once. */
export interface Handlers {
  readonly single: Map<Report['kind'], ReportHandler<never>>;
  readonly together: Map<Report['kind'], SetHandler<never>>;
}

/** Hands reports to those who registered for them. */
export interface Desks {
  /** @returns undefined where nobody takes such reports */
  handOver(machineId: string, report: Report): Promise<string | null> | undefined;
  /** Tells those who take many machines' reports, in its turn among them, that a machine has started anew. */
  started(machineId: string): Promise<void>;
  write(): Promise<void>;
}

/** Every report for itself, written before the next: where one fails, it is known which. */
export function openDesksOneByOne(handlers: Handlers, tx: Tx, told: Told): Desks {
  return {
    handOver(machineId, report) {
      const begin = handlers.together.get(report.kind);
      if (!begin) return handlers.single.get(report.kind)?.(tx, machineId, report as never);
      return takeAlone(begin, tx, told, { machineId, report });
    },
    async started(machineId) {
      for (const begin of new Set(handlers.together.values())) {
        const set: ReportSet<never> = await begin(tx, told, []);
        await set.machineStarted?.(machineId);
        await set.write();
      }
    },
    write: async () => {},
  };
}

async function takeAlone(begin: SetHandler<never>, tx: Tx, told: Told, one: ReportToTake) {
  const set: ReportSet<never> = await begin(tx, told, [one as never]);
  const code = await set.take(one.machineId, one.report as never);
  await set.write();
  return code;
}

/** Everything at once: looked up before the first report, written after the last. Not for those who take single reports. */
export async function openDesksTogether(
  handlers: Handlers,
  tx: Tx,
  told: Told,
  coming: readonly { machineId: string; judged: readonly JudgedReport[] }[],
): Promise<Desks> {
  const wanted = Map.groupBy(reportsOf(coming), ({ report }) => handlers.together.get(report.kind));
  const sets = new Map<SetHandler<never>, ReportSet<never>>();
  for (const [begin, reports] of wanted) if (begin) sets.set(begin, await begin(tx, told, reports as never));
  return {
    handOver(machineId, report) {
      const begin = handlers.together.get(report.kind);
      return begin && sets.get(begin)?.take(machineId, report as never);
    },
    async started(machineId) {
      for (const begin of new Set(handlers.together.values())) {
        const set = sets.get(begin) ?? (await begin(tx, told, []));
        sets.set(begin, set);
        await set.machineStarted?.(machineId);
      }
    },
    async write() {
      for (const set of sets.values()) await set.write();
    },
  };
}

function reportsOf(
  coming: readonly { machineId: string; judged: readonly JudgedReport[] }[],
): ReportToTake[] {
  return coming.flatMap(({ machineId, judged }) =>
    judged.flatMap(({ report, problem }) => (report && problem === null ? [{ machineId, report }] : [])),
  );
}
