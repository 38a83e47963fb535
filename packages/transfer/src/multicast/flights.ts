import { columnsOf, MOST_ROWS, repairName, SHARD_BYTES } from './layout.ts';
import type { Need } from './messages.ts';
import type { Segment } from './segments.ts';
import type { ShardMemory } from './shard-memory.ts';

/** A segment under way: sent at least once, and wanted by somebody still. */
export interface Flight {
  readonly segment: Segment;
  readonly memory: ShardMemory;
  readonly at: number;
  /** Transmissions that have begun; the latest is `turn - 1`. */
  turn: number;
  isSending: boolean;
  /** The most that anybody asked for after the latest turn, for each block. */
  readonly needs: Uint8Array;
  /** When the repair goes out: members have until then to ask for more. */
  dueAt: number | undefined;
  /** The repair row that each block has next; every one is new to all. */
  readonly rows: Uint8Array;
}

export function openFlight(segment: Segment, memory: ShardMemory, at: number): Flight {
  const { blocks, shards, sizeBytes } = segment;
  // The last shard is filled up with zeros.
  memory.bytes.fill(0, at + sizeBytes, at + shards * SHARD_BYTES);
  return {
    ...{ segment, memory, at, turn: 0, isSending: false, dueAt: undefined },
    needs: new Uint8Array(blocks),
    rows: new Uint8Array(blocks),
  };
}

/** Notes what a member asks for; what it asked for before the latest turn has been answered already. */
export function noteNeed(flight: Flight, need: Need, dueAt: number): void {
  if (flight.isSending || need.turn !== ((flight.turn - 1) & 0xff)) return;
  let sum = 0;
  for (let block = 0; block < flight.segment.blocks; block += 1) {
    const asked = Math.min(need.missing[block] ?? 0, columnsOf(flight.segment, block));
    sum += asked;
    if (asked > (flight.needs[block] as number)) flight.needs[block] = asked;
  }
  if (sum === 0) return;
  flight.dueAt ??= dueAt;
}

/**
 * One datagram of a transmission as a number, for there are 700 of them in each MiB: a data shard's own, or a repair
 * shard's name behind `REPAIR`.
 */
export type Item = number;
export const REPAIR = 0x10000;

/** What the next transmission of a flight consists of. `proactive`: repair shards that nobody has asked for yet. */
export function itemsOf(flight: Flight, proactive: number): readonly Item[] {
  const { segment, rows, needs } = flight;
  const items: Item[] = [];
  if (flight.turn === 0) {
    for (let shard = 0; shard < segment.shards; shard += 1) items.push(shard);
    for (let row = 0; row < proactive; row += 1) {
      for (let block = 0; block < segment.blocks; block += 1) items.push(nextRow(rows, block));
    }
    return items;
  }
  const asked = Uint8Array.from(needs);
  needs.fill(0);
  for (let block = 0; block < segment.blocks; block += 1) {
    if (!isBetterSentAgain(flight, block, asked[block] as number)) continue;
    for (let shard = block; shard < segment.shards; shard += segment.blocks) items.push(shard);
  }
  const most = Math.max(...asked);
  for (let index = 0; index < most; index += 1) {
    for (let block = 0; block < segment.blocks; block += 1) {
      const count = asked[block] as number;
      if (index < count && !isBetterSentAgain(flight, block, count)) items.push(nextRow(rows, block));
    }
  }
  return items;
}

/** Where somebody lacks half of a block, the data themselves are cheaper than repair shards, and rows are saved. */
function isBetterSentAgain({ segment, rows }: Flight, block: number, asked: number): boolean {
  return (
    asked > 0 && (asked * 2 > columnsOf(segment, block) || (rows[block] as number) + asked > MOST_ROWS - 1)
  );
}

function nextRow(rows: Uint8Array, block: number): Item {
  const row = rows[block] as number;
  rows[block] = Math.min(MOST_ROWS - 1, row + 1);
  return REPAIR + repairName(block, row);
}
