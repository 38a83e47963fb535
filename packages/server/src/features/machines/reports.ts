import { Failure } from '@tenkai/domain/failure.ts';
import type { Report, ReportReply } from '@tenkai/protocol/agent/reports.ts';
import type { Tx } from '../../kernel/database/database.ts';
import { createHeartbeatLane } from './heartbeat-lane.ts';
import type { Deps } from './needs.ts';
import type { Orders } from './orders.ts';
import { findPresence, savePresence, switchOutbox } from './presence.store.ts';
import { type Dispatch, dispatchReport } from './report-dispatch.ts';
import { isLasting } from './report-errors.ts';
import { type JudgedReport, type LooseBatch, loneHeartbeat } from './report-forms.ts';
import type { ReportHandler } from './report-handler.ts';
import { prepareBatch } from './report-preparation.ts';
import type { PresenceRecord } from './tables.ts';
import './failures.ts';

export interface Reports {
  /** `heartbeat`: called after the machine's presence was brought up to date, unless nothing has changed. */
  register<K extends Report['kind']>(kind: K, handler: ReportHandler<K>): void;
  /**
   * Takes a batch: every number of an outbox once, all or nothing, and answers after the commit.
   * @throws Failure machine-not-admitted
   */
  take(machineId: string, batch: LooseBatch): Promise<ReportReply>;
}

export function createReports(deps: Deps, orders: Orders): Reports {
  const handlers: Dispatch['handlers'] = new Map();
  const lane = createHeartbeatLane(deps);
  const answer = (
    machineId: string,
    done: Pick<ReportReply, 'acknowledged' | 'rejected' | 'wantsInventory'>,
  ) => {
    const { heartbeatMs, heartbeatJitterMs } = deps.sites.settings();
    return { ...done, hasOrders: orders.mayHave(machineId), heartbeatMs, jitterMs: heartbeatJitterMs };
  };
  return {
    register: (kind, handler) => void handlers.set(kind, handler as never),
    async take(machineId, batch) {
      const heartbeat = loneHeartbeat(machineId, batch);
      if (heartbeat && (await lane(heartbeat)))
        return answer(machineId, { acknowledged: heartbeat.number, rejected: [], wantsInventory: false });
      return answer(machineId, await takeBatch({ ...deps, handlers }, machineId, batch));
    },
  };
}

/**
 * The slow road. A report whose handling fails for good is noted, and the batch begins again without it: it must
 * neither be half written nor hold up the others.
 */
async function takeBatch(dispatch: Dispatch, machineId: string, batch: LooseBatch) {
  const judged = await prepareBatch(dispatch, machineId, batch);
  for (;;) {
    let current: JudgedReport | undefined;
    try {
      return await dispatch.db.transaction((tx) =>
        takeAll(dispatch, tx, {
          machineId,
          outbox: batch.outbox,
          judged,
          at: (report) => (current = report),
        }),
      );
    } catch (error) {
      if (!current || current.problem !== null || !isLasting(error)) throw error;
      current.problem = error instanceof Failure ? error.code : 'unexpected';
      if (!(error instanceof Failure))
        dispatch.log.error({ err: error, machineId }, 'a report could not be taken');
    }
  }
}

interface Work {
  readonly machineId: string;
  readonly outbox: string;
  readonly judged: readonly JudgedReport[];
  /** Told which report is at hand, so that a failure has a name. */
  readonly at: (report: JudgedReport | undefined) => void;
}

async function takeAll(dispatch: Dispatch, tx: Tx, { machineId, outbox, judged, at }: Work) {
  const found = await findPresence(tx, machineId);
  if (found?.is_admitted !== 1) throw new Failure('machine-not-admitted', { id: machineId });
  const now = dispatch.clock.now();
  const taken = found.outbox === outbox ? found.taken : await switchOutbox(tx, found, outbox, now);
  let presence: PresenceRecord = { ...found, outbox, taken, last_seen_at: now };
  const rejected: ReportReply['rejected'] = [];
  for (const report of judged) {
    if (report.number <= presence.taken) continue;
    at(report);
    const done = await dispatchReport(dispatch, tx, presence, report);
    if (done.code !== null) rejected.push({ number: report.number, code: done.code });
    presence = { ...done.presence, taken: report.number };
    at(undefined);
  }
  await savePresence(tx, presence);
  return { acknowledged: presence.taken, rejected, wantsInventory: presence.wants_inventory === 1 };
}
