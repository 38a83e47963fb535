import { Failure } from '@tenkai/domain/failure.ts';
import { multicastPorts } from '@tenkai/domain/firewall/rule-table.ts';
import type { Report, ReportReply } from '@tenkai/protocol/agent/reports.ts';
import type { Orders } from '../commands/orders.ts';
import type { Deps } from '../needs.ts';
import { createHeartbeatLane } from '../presence/heartbeat-lane.ts';
import type { Handlers } from './report-desks.ts';
import { isLasting } from './report-errors.ts';
import { type JudgedReport, type LooseBatch, loneHeartbeat } from './report-forms.ts';
import type { ReportHandler, SetHandler } from './report-handler.ts';
import { type BatchReply, createReportLane, type IncomingBatch } from './report-lane.ts';
import { prepareBatch } from './report-preparation.ts';
import { takeAlone, takeTogether } from './take-reports.ts';
import '../failures.ts';

export interface Reports {
  /** `heartbeat`: called after the machine's presence was brought up to date, unless nothing has changed. */
  register<K extends Report['kind']>(kind: K, handler: ReportHandler<K>): void;
  /** The same for reports that come in large numbers: those of many machines are taken together. */
  registerTogether<K extends Report['kind']>(kinds: readonly K[], handler: SetHandler<K>): void;
  /**
   * Takes a batch: every number of an outbox once, all or nothing, and answers after the commit.
   * @throws Failure machine-not-admitted
   */
  take(machineId: string, batch: LooseBatch): Promise<ReportReply>;
}

export function createReports(deps: Deps, orders: Orders): Reports {
  const handlers: Handlers = { single: new Map(), together: new Map() };
  const heartbeats = createHeartbeatLane(deps);
  const lane = createReportLane({
    together: (batches) =>
      deps.db.transaction((tx) => takeTogether({ ...deps, handlers }, tx, batches), { isBulk: true }),
    alone: (batch) => takeSlowly({ ...deps, handlers }, batch),
  });
  const answer = (machineId: string, done: BatchReply): ReportReply => {
    const settings = deps.sites.settings();
    const { heartbeatMs, heartbeatJitterMs: jitterMs, agentAddress: address } = settings;
    const site = { multicastPorts: multicastPorts(settings) ?? null, address };
    return { ...done, hasOrders: orders.mayHave(machineId), heartbeatMs, jitterMs, site };
  };
  return {
    register(kind, handler) {
      handlers.together.delete(kind);
      handlers.single.set(kind, handler as never);
    },
    registerTogether(kinds, handler) {
      for (const kind of kinds) handlers.together.set(kind, handler as never);
    },
    async take(machineId, batch) {
      const heartbeat = loneHeartbeat(machineId, batch);
      if (heartbeat && (await heartbeats(heartbeat)))
        return answer(machineId, { acknowledged: heartbeat.number, rejected: [], wantsInventory: false });
      const judged = await prepareBatch(deps, machineId, batch);
      const incoming = { machineId, outbox: batch.outbox, judged };
      // What writes at once must find everything written that was said before.
      const isMixed = judged.some(({ report }) => report && handlers.single.has(report.kind));
      return answer(
        machineId,
        await (isMixed ? takeSlowly({ ...deps, handlers }, incoming) : lane(incoming)),
      );
    },
  };
}

/**
 * The slow road. A report whose handling fails for good is noted, and the batch begins again without it: it must
 * neither be half written nor hold up the others.
 */
async function takeSlowly(deps: Deps & { handlers: Handlers }, batch: IncomingBatch): Promise<BatchReply> {
  for (;;) {
    let current: JudgedReport | undefined;
    const at = (report: JudgedReport | undefined) => {
      current = report;
    };
    try {
      return await deps.db.transaction((tx) => takeAlone(deps, tx, batch, at));
    } catch (error) {
      if (!current || current.problem !== null || !isLasting(error)) throw error;
      current.problem = error instanceof Failure ? error.code : 'unexpected';
      if (!(error instanceof Failure))
        deps.log.error({ err: error, machineId: batch.machineId }, 'a report could not be taken');
    }
  }
}
