import { coefficient, invert } from './field.ts';
import { columnsOf, MOST_COLUMNS, MOST_ROWS, SHARD_BYTES, type Shape } from './layout.ts';
import type { ShardMemory } from './shard-memory.ts';

/** Where the shards of a segment begin in the memory. */
export interface Placed {
  readonly memory: ShardMemory;
  readonly at: number;
  readonly shape: Shape;
}

const placeOf = ({ at, shape }: Placed, block: number, column: number) =>
  at + (column * shape.blocks + block) * SHARD_BYTES;

const shardsOf = (placed: Placed, block: number) => ({
  from: placeOf(placed, block, 0),
  stride: placed.shape.blocks * SHARD_BYTES,
  length: SHARD_BYTES,
});

const coefficients = Array.from({ length: MOST_ROWS }, (_, row) =>
  Uint8Array.from({ length: MOST_COLUMNS }, (_, column) => coefficient(row, column)),
);

/** What each of 128 columns counts for in a repair row. */
export const coefficientsOf = (row: number) => coefficients[row] as Uint8Array;
const factorsOf = (row: number, columns: number) => coefficientsOf(row).subarray(0, columns);

/** Computes one repair shard of a block into the memory at `to`. */
export function encodeRepair(
  placed: Placed,
  { block, row }: { block: number; row: number },
  to: number,
): void {
  const { memory, shape } = placed;
  memory.bytes.fill(0, to, to + SHARD_BYTES);
  memory.addMultiples(to, shardsOf(placed, block), factorsOf(row, columnsOf(shape, block)));
}

/** A repair shard that has arrived; its bytes are used up by the repair. */
export interface ArrivedRepair {
  readonly row: number;
  readonly at: number;
}

export interface BlockRepair {
  readonly block: number;
  /** Columns, at least one. */
  readonly missing: readonly number[];
  /** As many as are missing, of different rows. */
  readonly repairs: readonly ArrivedRepair[];
  /** Where the sum of what is there lies already, multiplied as that row counts it; undefined where it is to be made. */
  readonly sumOf: (row: number) => number | undefined;
}

/**
 * Computes the missing columns of a block from as many repair shards (RFC 5510, section 8: any will do): what is
 * there is taken out of them, and what is left of them is solved for the missing ones.
 */
export function repairBlock(placed: Placed, { block, missing, repairs, sumOf }: BlockRepair): void {
  const { memory, shape } = placed;
  const columns = columnsOf(shape, block);
  const matrix = new Uint8Array(missing.length ** 2);
  for (const [index, { row, at }] of repairs.entries()) {
    const factors = Uint8Array.from(factorsOf(row, columns));
    for (const [place, column] of missing.entries()) {
      matrix[index * missing.length + place] = factors[column] as number;
      factors[column] = 0;
    }
    const sum = sumOf(row);
    if (sum === undefined) memory.addMultiples(at, shardsOf(placed, block), factors);
    else memory.addMultiple(at, sum, SHARD_BYTES, 1);
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
