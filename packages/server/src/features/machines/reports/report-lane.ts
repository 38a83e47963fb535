import type { ReportReply } from '@tenkai/protocol/agent/reports.ts';
import type { JudgedReport } from './report-forms.ts';

/** What one request brings: reports of one outbox, looked at already. */
export interface IncomingBatch {
  readonly machineId: string;
  readonly outbox: string;
  readonly judged: readonly JudgedReport[];
}

export type BatchReply = Pick<ReportReply, 'acknowledged' | 'takenBefore' | 'rejected' | 'wantsInventory'>;

export interface LaneWork {
  /** All in one transaction; answers in the order of the batches, an Error for one that is refused. */
  readonly together: (batches: readonly IncomingBatch[]) => Promise<(BatchReply | Error)[]>;
  /** In a transaction of its own: the failure of another one must not be its own. */
  readonly alone: (batch: IncomingBatch) => Promise<BatchReply>;
}

/** Resolves after the commit; rejects with what refused the batch. */
export type ReportLane = (batch: IncomingBatch) => Promise<BatchReply>;

interface Waiting {
  readonly batch: IncomingBatch;
  readonly resolve: (reply: BatchReply) => void;
  readonly reject: (error: unknown) => void;
}

/** A transaction holds up everybody behind it: so much at once, an inventory counted as many small reports. */
const largestGroup = 400;
const inventoryWeight = 30;

/**
 * Where the batches of many machines come together: requests that arrive in the same turn of the event loop, or while
 * the disk takes those before, share a transaction. Where one of them fails, each is taken alone.
 */
export function createReportLane({ together, alone }: LaneWork): ReportLane {
  const waiting: Waiting[] = [];
  let isBusy = false;
  const drain = async () => {
    while (waiting.length > 0) {
      await new Promise((resolve) => setImmediate(resolve));
      await takeGroup(waiting.splice(0, countThatFits(waiting)));
    }
    isBusy = false;
  };
  const takeGroup = async (group: readonly Waiting[]) => {
    const replies = await together(group.map(({ batch }) => batch)).catch(() => null);
    for (const [index, { batch, resolve, reject }] of group.entries()) {
      const reply = replies?.[index];
      if (reply === undefined) await alone(batch).then(resolve, reject);
      else if (reply instanceof Error) reject(reply);
      else resolve(reply);
    }
  };
  return (batch) =>
    new Promise((resolve, reject) => {
      waiting.push({ batch, resolve, reject });
      if (isBusy) return;
      isBusy = true;
      void drain();
    });
}

function countThatFits(waiting: readonly Waiting[]): number {
  let weight = 0;
  const tooMany = waiting.findIndex(({ batch }) => {
    weight += weightOf(batch);
    return weight > largestGroup;
  });
  return tooMany === -1 ? waiting.length : Math.max(1, tooMany);
}

function weightOf({ judged }: IncomingBatch): number {
  return judged.reduce((sum, { inventory }) => sum + (inventory ? inventoryWeight : 1), 1);
}
