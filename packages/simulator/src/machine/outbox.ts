import { randomUUID } from 'node:crypto';
import type { NumberedReport, OutboxPort } from '@tenkai/protocol/agent/link/index.ts';
import type { HeartbeatReport, Report } from '@tenkai/protocol/agent/reports.ts';

export interface Outbox extends OutboxPort {
  put(report: Report): void;
  /** In place of one that waits and was not given out yet. */
  putHeartbeat(report: HeartbeatReport): void;
  readonly waiting: readonly NumberedReport[];
}

export interface OutboxEvents {
  readonly onAcknowledged: (reports: readonly NumberedReport[]) => void;
  readonly onRejected: (code: string) => void;
}

/** Reports in memory; with the process the outbox goes, and the next one begins under another name. */
export function createOutbox({ onAcknowledged, onRejected }: OutboxEvents): Outbox {
  let waiting: NumberedReport[] = [];
  let last = 0;
  let given = 0;
  const put = (report: Report) => {
    last += 1;
    waiting.push({ number: last, report });
  };
  return {
    name: randomUUID(),
    get waiting() {
      return waiting;
    },
    put,
    putHeartbeat(report) {
      const place = waiting.findIndex((one) => one.number > given && one.report.kind === 'heartbeat');
      const found = waiting[place];
      if (found) waiting[place] = { number: found.number, report };
      else put(report);
    },
    async take({ count, bytes }) {
      const taken = waiting.slice(0, fitting(waiting, count, bytes));
      given = Math.max(given, taken.at(-1)?.number ?? 0);
      return taken;
    },
    async acknowledge(acknowledged, rejected) {
      const refused = new Set(rejected.map(({ number }) => number));
      const isDone = ({ number }: NumberedReport) => number <= acknowledged || refused.has(number);
      onAcknowledged(waiting.filter((one) => isDone(one) && !refused.has(one.number)));
      for (const { code } of rejected) onRejected(code);
      waiting = waiting.filter((one) => !isDone(one));
    },
  };
}

/** Only inventories are large enough to be weighed. */
function fitting(waiting: readonly NumberedReport[], count: number, bytes: number): number {
  let left = bytes;
  for (const [place, { report }] of waiting.entries()) {
    left -= report.kind === 'inventory' ? JSON.stringify(report).length : 1024;
    if (place > 0 && (left < 0 || place >= count)) return place;
  }
  return Math.min(waiting.length, count);
}
