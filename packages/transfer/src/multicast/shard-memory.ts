import { directMemory } from '../disk/direct-write.ts';
import { multiply } from './field.ts';
import { LANES, shardProgram } from './shard-program.ts';

/**
 * Memory in which shards lie, and the one operation that is worth 16 bytes at once: sums of multiples in the field of
 * 256 elements. It is WebAssembly (`shard-program.ts`); one table look-up in JavaScript for each byte takes about ten
 * times as long (docs/decisions/0033).
 */
export interface ShardMemory {
  readonly bytes: Buffer<ArrayBuffer>;
  /**
   * Adds to the bytes at `to` as many shards as there are factors: the first at `from`, each of the others `stride`
   * behind the one before, each multiplied by its factor. `length`: bytes of a shard, a multiple of 16.
   */
  addMultiples(to: number, shards: Shards, factors: Uint8Array): void;
  /** Adds one shard alone, multiplied by the factor. */
  addMultiple(to: number, from: number, length: number, factor: number): void;
}

export interface Shards {
  readonly from: number;
  readonly stride: number;
  readonly length: number;
}

const PAGE_BYTES = 65_536;
const TABLE_BYTES = 32;

/** For each factor the products of the 16 low and the 16 high half bytes: all that a multiplication needs. */
const products = Buffer.alloc(256 * TABLE_BYTES);
for (let factor = 0; factor < 256; factor += 1) {
  for (let half = 0; half < 16; half += 1) {
    products[factor * TABLE_BYTES + half] = multiply(factor, half);
    products[factor * TABLE_BYTES + 16 + half] = multiply(factor, half << 4);
  }
}

type Sum = (...numbers: number[]) => void;

export function openShardMemory(sizeBytes: number): ShardMemory {
  const pages = Math.ceil((sizeBytes + products.length) / PAGE_BYTES);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const bytes = directMemory(memory, sizeBytes);
  const tables = pages * PAGE_BYTES - products.length;
  Buffer.from(memory.buffer).set(products, tables);
  const tableOf = (factor: number) => tables + factor * TABLE_BYTES;
  const { exports } = new WebAssembly.Instance(shardProgram(), { m: { m: memory } });
  const [add, xor] = [exports.add as Sum, exports.xor as Sum];
  const [addOne, xorOne] = [exports.addOne as Sum, exports.xorOne as Sum];
  return {
    bytes,
    addMultiple(to, from, length, factor) {
      if (factor === 1) xorOne(to, to + length, from);
      else if (factor !== 0) addOne(to, to + length, from, tableOf(factor));
    },
    addMultiples(to, { from, stride, length }, factors) {
      const end = to + length;
      // What does not count may lie anywhere; beyond the last shard the memory may end.
      const placeOf = (place: number, factor: number) => (factor === 0 ? from : from + place * stride);
      for (let at = 0; at < factors.length; at += LANES) {
        const [a, b, c, d] = fourFrom(factors, at);
        const [fromA, fromB] = [placeOf(at, a), placeOf(at + 1, b)];
        const [fromC, fromD] = [placeOf(at + 2, c), placeOf(at + 3, d)];
        if (a === 1 && b === 1 && c === 1 && d === 1) xor(to, end, fromA, fromB, fromC, fromD);
        else add(to, end, fromA, fromB, fromC, fromD, tableOf(a), tableOf(b), tableOf(c), tableOf(d));
      }
    },
  };
}

function fourFrom(factors: Uint8Array, at: number): readonly [number, number, number, number] {
  return [factors[at] ?? 0, factors[at + 1] ?? 0, factors[at + 2] ?? 0, factors[at + 3] ?? 0];
}
