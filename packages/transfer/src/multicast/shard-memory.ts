import { directMemory } from '../direct-write.ts';
import { multiply } from './field.ts';

/**
 * Memory in which shards lie, and the one operation that is worth 16 bytes at once: `to ^= from * factor` in the field
 * of 256 elements. It is a WebAssembly function of 100 bytes, written out below; its JavaScript twin, one table look-up
 * for each byte, takes about ten times as long (docs/decisions/0033).
 */
export interface ShardMemory {
  readonly bytes: Buffer<ArrayBuffer>;
  /** Adds `length` bytes (a multiple of 16) at `from`, multiplied by `factor`, to those at `to`. */
  addMultiple(to: number, from: number, length: number, factor: number): void;
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

export function openShardMemory(sizeBytes: number): ShardMemory {
  const pages = Math.ceil((sizeBytes + products.length) / PAGE_BYTES);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const bytes = directMemory(memory, sizeBytes);
  const tables = pages * PAGE_BYTES - products.length;
  Buffer.from(memory.buffer).set(products, tables);
  const { exports } = new WebAssembly.Instance(program(), { m: { m: memory } });
  const run = exports.f as (to: number, from: number, end: number, table: number) => void;
  return {
    bytes,
    addMultiple(to, from, length, factor) {
      if (length > 0 && factor !== 0) run(to, from, from + length, tables + factor * TABLE_BYTES);
    },
  };
}

let compiled: WebAssembly.Module | undefined;

function program(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(Uint8Array.from(assemble()));
  return compiled;
}

const section = (id: number, ...content: number[]) => [id, content.length, ...content];
const get = (local: number) => [0x20, local];
const set = (local: number) => [0x21, local];
const tee = (local: number) => [0x22, local];
const constant = (value: number) => [0x41, value];
const addition = 0x6a;
const simd = (operation: number, ...immediate: number[]) => [0xfd, operation, ...immediate];
const load = (offset: number) => simd(0x00, 0, offset);
const store = simd(0x0b, 0, 0);
const swizzle = simd(0x0e);
const splat = simd(0x0f);
const and = simd(0x4e);
const xor = simd(0x51);
const shiftRight = simd(0x6d);

/** WebAssembly core specification 2.0, sections 5.4 (instructions) and 5.5 (modules). */
function assemble(): number[] {
  const i32 = 0x7f;
  const v128 = 0x7b;
  const [to, from, end, table, low, high, mask, value] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
  const body = [
    ...[1, 4, v128],
    ...[...get(table), ...load(0), ...set(low), ...get(table), ...load(16), ...set(high)],
    ...[...constant(15), ...splat, ...set(mask)],
    ...[0x03, 0x40],
    ...[...get(to), ...get(to), ...load(0)],
    ...[...get(low), ...get(from), ...load(0), ...tee(value), ...get(mask), ...and, ...swizzle],
    ...[...get(high), ...get(value), ...constant(4), ...shiftRight, ...swizzle],
    ...[...xor, ...xor, ...store],
    ...[...get(to), ...constant(16), addition, ...set(to)],
    ...[...get(from), ...constant(16), addition, ...tee(from)],
    ...[...get(end), 0x49, 0x0d, 0, 0x0b, 0x0b],
  ];
  return [
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, 1, 0x60, 4, i32, i32, i32, i32, 0),
    ...section(2, 1, 1, 0x6d, 1, 0x6d, 2, 0, 1),
    ...section(3, 1, 0),
    ...section(7, 1, 1, 0x66, 0, 0),
    ...section(10, 1, body.length, ...body),
  ];
}
