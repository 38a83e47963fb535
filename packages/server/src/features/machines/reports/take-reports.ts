import { Failure } from '@tenkai/domain/failure.ts';
import type { ReportReply } from '@tenkai/protocol/agent/reports.ts';
import type { Tx } from '../../../kernel/database/database.ts';
import type { Deps } from '../needs.ts';
import { findPresences, savePresences, switchOutbox } from '../presence/presence.store.ts';
import type { PresenceRecord } from '../tables.ts';
import { type Handlers, openDesksOneByOne, openDesksTogether } from './report-desks.ts';
import { type Dispatch, dispatchReport } from './report-dispatch.ts';
import type { JudgedReport } from './report-forms.ts';
import type { BatchReply, IncomingBatch } from './report-lane.ts';
import { gatherTold } from './told.ts';

type TakeDeps = Deps & { readonly handlers: Handlers };

/** Rows of machines as the batches before have left them. */
type Presences = Map<string, PresenceRecord>;

/**
 * Takes batches of many machines: the same state as one after another, but everything is read before and written
 * after them, once. An error says that nothing was taken, of nobody.
 * @returns for each batch its reply, or the Failure that refuses it alone
 */
export async function takeTogether(
  deps: TakeDeps,
  tx: Tx,
  batches: readonly IncomingBatch[],
): Promise<(BatchReply | Failure)[]> {
  const presences = await presencesOf(tx, batches);
  const { told, write } = gatherTold(deps);
  const desks = await openDesksTogether(deps.handlers, tx, told, batches);
  const replies: (BatchReply | Failure)[] = [];
  for (const batch of batches) {
    const refusal = refusalOf(presences, batch.machineId);
    replies.push(refusal ?? (await takeBatch({ ...deps, ...told, desks }, tx, presences, batch)));
  }
  await desks.write();
  await savePresences(
    tx,
    [...presences.values()].filter(({ is_admitted }) => is_admitted === 1),
  );
  await write(tx);
  return replies;
}

/**
 * Takes one batch, everything in its turn.
 * @param at told which report is at hand, so that a failure has a name
 */
export async function takeAlone(
  deps: TakeDeps,
  tx: Tx,
  batch: IncomingBatch,
  at: (report: JudgedReport | undefined) => void,
): Promise<BatchReply> {
  const presences = await presencesOf(tx, [batch]);
  const refusal = refusalOf(presences, batch.machineId);
  if (refusal) throw refusal;
  const desks = openDesksOneByOne(deps.handlers, tx, deps);
  const reply = await takeBatch({ ...deps, desks }, tx, presences, batch, at);
  await savePresences(tx, [...presences.values()]);
  return reply;
}

async function presencesOf(tx: Tx, batches: readonly IncomingBatch[]): Promise<Presences> {
  const found = await findPresences(
    tx,
    batches.map(({ machineId }) => machineId),
  );
  return new Map(found.map((row) => [row.machine_id, row]));
}

function refusalOf(presences: Presences, machineId: string): Failure | null {
  if (presences.get(machineId)?.is_admitted === 1) return null;
  return new Failure('machine-not-admitted', { id: machineId });
}

async function takeBatch(
  dispatch: Dispatch,
  tx: Tx,
  presences: Presences,
  { machineId, outbox, judged }: IncomingBatch,
  at: (report: JudgedReport | undefined) => void = () => {},
): Promise<BatchReply> {
  const found = presences.get(machineId) as PresenceRecord;
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
  presences.set(machineId, presence);
  const wantsInventory = presence.wants_inventory === 1;
  return { acknowledged: presence.taken, takenBefore: taken, rejected, wantsInventory };
}
