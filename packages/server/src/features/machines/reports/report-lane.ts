import type { ReportReply } from '@tenkai/protocol/agent/reports.ts';
import { gather, type Waiting } from '../../../kernel/gather.ts';
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

type WaitingBatch = Waiting<IncomingBatch, BatchReply>;

/** Everybody else's writes wait for the end of one such transaction: so much at once, inventories counted as many small reports. */
const largestGroup = 400;
const weights = { whole: 30, difference: 6, other: 1 };

/** Takes the batches of many machines in one transaction; where one of them fails, each is taken alone. */
export function createReportLane({ together, alone }: LaneWork): ReportLane {
  const take = async (group: readonly WaitingBatch[]) => {
    const replies = await together(group.map(({ value }) => value)).catch(() => null);
    for (const [index, { value, resolve, reject }] of group.entries()) {
      const reply = replies?.[index];
      if (reply === undefined) await alone(value).then(resolve, reject);
      else if (reply instanceof Error) reject(reply);
      else resolve(reply);
    }
  };
  return gather({ countThatFits, take });
}

function countThatFits(waiting: readonly WaitingBatch[]): number {
  let weight = 0;
  const tooMany = waiting.findIndex(({ value }) => {
    weight += weightOf(value);
    return weight > largestGroup;
  });
  return tooMany === -1 ? waiting.length : Math.max(1, tooMany);
}

function weightOf({ judged }: IncomingBatch): number {
  const weight = ({ report }: JudgedReport) => {
    if (report?.kind !== 'inventory') return weights.other;
    return report.whole === null ? weights.difference : weights.whole;
  };
  return judged.reduce((sum, one) => sum + weight(one), 1);
}
