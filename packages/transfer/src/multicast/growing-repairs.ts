import { SHARD_BYTES, type Shape } from './layout.ts';
import { coefficientsOf } from './repair-code.ts';
import type { ShardMemory } from './shard-memory.ts';

/** Repair rows of each block that may go out with the data. */
export const MOST_PROACTIVE = 12;

/**
 * Repair shards, or at the other end the sums that a repair is held against, grow while the data go by: each shard is
 * added while the processor has it at hand. After the whole segment it would have to come from memory again.
 */
export interface GrowingRepairs {
  /** A segment begins, with so many repair rows for each block; each of its shards is added once at most. */
  begin(shape: Shape, rows: number): void;
  add(shard: number, at: number): void;
  /** Where the repair shard lies, as it is of all that was added; undefined for a row that does not grow. */
  find(place: { readonly block: number; readonly row: number }): number | undefined;
}

export function growingRepairsBytes({ blocks }: Pick<Shape, 'blocks'>, rows = MOST_PROACTIVE): number {
  return blocks * rows * SHARD_BYTES;
}

/** @param at where in the memory there is room for as much as `growingRepairsBytes` says */
export function createGrowingRepairs(memory: ShardMemory, at: number): GrowingRepairs {
  let growing: { blocks: number; rows: number } = { blocks: 1, rows: 0 };
  const placeOf = (block: number, row: number) => at + (row * growing.blocks + block) * SHARD_BYTES;
  return {
    begin({ blocks }, rows) {
      growing = { blocks, rows };
      memory.bytes.fill(0, at, placeOf(0, rows));
    },
    add(shard, from) {
      const block = shard % growing.blocks;
      const column = (shard - block) / growing.blocks;
      for (let row = 0; row < growing.rows; row += 1) {
        memory.addMultiple(placeOf(block, row), from, SHARD_BYTES, coefficientsOf(row)[column] as number);
      }
    },
    find: ({ block, row }) => (row < growing.rows ? placeOf(block, row) : undefined),
  };
}
