import { closeSync, fsyncSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { readIfThere, writeAll, writeDurably } from '../durable-file.ts';

/** Which orders were carried out or refused: none is carried out twice, whoever sends it again (law 11). */
export interface SeenOrders {
  has(orderId: string): boolean;
  /** On the disk when it returns. */
  add(order: { orderId: string; expiresAt: number }): void;
}

/** An order that has expired is refused anyway; it is remembered a while longer, for clocks differ. */
const keepAfterExpiryMs = 7 * 24 * 60 * 60_000;

export function openSeenOrders({ folder, now }: { folder: string; now: () => number }): SeenOrders {
  const file = join(folder, 'seen.jsonl');
  const seen = new Map(readLines(file).filter(([, expiresAt]) => expiresAt + keepAfterExpiryMs > now()));
  writeDurably(file, [...seen].map(lineOf).join(''));
  return {
    has: (orderId) => seen.has(orderId),
    add({ orderId, expiresAt }) {
      const handle = openSync(file, 'a', 0o600);
      try {
        // A line that a crash tore must not swallow the next one.
        writeAll(handle, `\n${lineOf([orderId, expiresAt])}`);
        fsyncSync(handle);
      } finally {
        closeSync(handle);
      }
      seen.set(orderId, expiresAt);
    },
  };
}

function lineOf([orderId, expiresAt]: [string, number]): string {
  return `${JSON.stringify([orderId, expiresAt])}\n`;
}

function readLines(file: string): [string, number][] {
  return (readIfThere(file) ?? '').split('\n').flatMap((line): [string, number][] => {
    try {
      const [orderId, expiresAt] = JSON.parse(line) as unknown[];
      return typeof orderId === 'string' && typeof expiresAt === 'number' ? [[orderId, expiresAt]] : [];
    } catch {
      return [];
    }
  });
}
