import { coefficient, invert } from './field.ts';
import { columnsOf, SHARD_BYTES, type Shape } from './layout.ts';
import type { ShardMemory } from './shard-memory.ts';

/** Where the shards of a segment begin in the memory. */
export interface Placed {
  readonly memory: ShardMemory;
  readonly at: number;
  readonly shape: Shape;
}

const placeOf = ({ at, shape }: Placed, block: number, column: number) =>
  at + (column * shape.blocks + block) * SHARD_BYTES;

/** Computes one repair shard of a block into the memory at `to`. */
export function encodeRepair(
  placed: Placed,
  { block, row }: { block: number; row: number },
  to: number,
): void {
  const { memory, shape } = placed;
  memory.bytes.fill(0, to, to + SHARD_BYTES);
  const columns = columnsOf(shape, block);
  for (let column = 0; column < columns; column += 1) {
    memory.addMultiple(to, placeOf(placed, block, column), SHARD_BYTES, coefficient(row, column));
  }
}

/** A repair shard that has arrived; its bytes are used up by the repair. */
export interface ArrivedRepair {
  readonly row: number;
  readonly at: number;
}

/**
 * Computes the missing columns of a block from as many repair shards (RFC 5510, section 8: any will do).
 * @param missing columns, at least one; `repairs` as many, of different rows
 */
export function repairBlock(
  placed: Placed,
  {
    block,
    missing,
    repairs,
  }: { block: number; missing: readonly number[]; repairs: readonly ArrivedRepair[] },
): void {
  const { memory, shape } = placed;
  const isMissing = new Set(missing);
  const columns = columnsOf(shape, block);
  const matrix = new Uint8Array(missing.length ** 2);
  for (const [index, { row, at }] of repairs.entries()) {
    for (let column = 0; column < columns; column += 1) {
      if (isMissing.has(column)) continue;
      memory.addMultiple(at, placeOf(placed, block, column), SHARD_BYTES, coefficient(row, column));
    }
    for (const [place, column] of missing.entries()) {
      matrix[index * missing.length + place] = coefficient(row, column);
    }
  }
  const inverse = invert(matrix, missing.length);
  for (const [index, column] of missing.entries()) {
    const to = placeOf(placed, block, column);
    memory.bytes.fill(0, to, to + SHARD_BYTES);
    for (const [place, { at }] of repairs.entries()) {
      memory.addMultiple(to, at, SHARD_BYTES, inverse[index * missing.length + place] as number);
    }
  }
}
