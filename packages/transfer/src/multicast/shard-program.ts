/**
 * The arithmetic on shards as WebAssembly, written out from its instructions (WebAssembly core specification 2.0,
 * sections 5.4 and 5.5). Four shards at a time: the sum is read and written once for all of them; or one alone, which
 * takes a quarter of the instructions.
 */

/** Shards that one call of `xor` or `add` takes. */
export const LANES = 4;

type Lanes = readonly number[];
const four: Lanes = [0, 1, 2, 3];
const one: Lanes = [0];
const i32 = 0x7f;
const v128 = 0x7b;

/** LEB128, unsigned. */
function size(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...size(value >>> 7)];
}

const section = (id: number, ...content: number[]) => [id, ...size(content.length), ...content];
const get = (local: number) => [0x20, local];
const set = (local: number) => [0x21, local];
const tee = (local: number) => [0x22, local];
const constant = (value: number) => [0x41, value];
const add = 0x6a;
const simd = (operation: number, ...immediate: number[]) => [0xfd, operation, ...immediate];
const load = (offset: number) => simd(0x00, 0, offset);
const store = simd(0x0b, 0, 0);
const swizzle = simd(0x0e);
const splat = simd(0x0f);
const and = simd(0x4e);
const xor = simd(0x51);
const shiftRight = simd(0x6d);
const step = (local: number) => [...get(local), ...constant(16), add, ...tee(local)];
const drop = 0x1a;

const [to, end] = [0, 1] as const;
const from = (lane: number) => 2 + lane;
/** `loop … to += 16; br_if to < end` around what stores 16 bytes at `to`. */
const overAll = (lanes: Lanes, sum: readonly number[]) => [
  ...[0x03, 0x40, ...get(to), ...sum, ...store],
  ...lanes.flatMap((lane) => [...step(from(lane)), drop]),
  ...[...step(to), ...get(end), 0x49, 0x0d, 0, 0x0b],
];

/** xor(to, end, from × lanes): adds shards. */
function xorBody(lanes: Lanes): number[] {
  const sum = [...get(to), ...load(0), ...lanes.flatMap((lane) => [...get(from(lane)), ...load(0), ...xor])];
  return [0, ...overAll(lanes, sum), 0x0b];
}

/** add(to, end, from × lanes, table × lanes): adds shards, each multiplied by the factor whose products its table holds. */
function addBody(lanes: Lanes): number[] {
  const { length } = lanes;
  const table = (lane: number) => 2 + length + lane;
  const low = (lane: number) => 2 + 2 * length + lane;
  const high = (lane: number) => 2 + 3 * length + lane;
  const [mask, value] = [2 + 4 * length, 3 + 4 * length] as const;
  const locals = 2 * length + 2;
  const tables = lanes.flatMap((lane) => [
    ...[...get(table(lane)), ...load(0), ...set(low(lane))],
    ...[...get(table(lane)), ...load(16), ...set(high(lane))],
  ]);
  const product = (lane: number) => [
    ...[...get(low(lane)), ...get(from(lane)), ...load(0), ...tee(value), ...get(mask), ...and, ...swizzle],
    ...[...get(high(lane)), ...get(value), ...constant(4), ...shiftRight, ...swizzle, ...xor],
  ];
  const sum = [...get(to), ...load(0), ...lanes.flatMap((lane) => [...product(lane), ...xor])];
  const prepare = [1, locals, v128, ...tables, ...constant(15), ...splat, ...set(mask)];
  return [...prepare, ...overAll(lanes, sum), 0x0b];
}

const letters = (name: string) => [name.length, ...Buffer.from(name, 'latin1')];
const type = (params: number) => [0x60, params, ...Array<number>(params).fill(i32), 0];
const body = (code: number[]) => [...size(code.length), ...code];

function assemble(): number[] {
  return [
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, 4, ...type(6), ...type(10), ...type(3), ...type(4)),
    ...section(2, 1, ...letters('m'), ...letters('m'), 2, 0, 1),
    ...section(3, 4, 0, 1, 2, 3),
    ...section(7, 4, ...['xor', 'add', 'xorOne', 'addOne'].flatMap((name, at) => [...letters(name), 0, at])),
    ...section(10, 4, ...[four, one].flatMap((lanes) => [...body(xorBody(lanes)), ...body(addBody(lanes))])),
  ];
}

let compiled: WebAssembly.Module | undefined;

/**
 * Imports the memory `m.m`; exports `xor` and `add`, and `xorOne` and `addOne` for one shard alone, which go over
 * `end - to` bytes, a multiple of 16 and not none.
 */
export function shardProgram(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(Uint8Array.from(assemble()));
  return compiled;
}
