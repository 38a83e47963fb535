import { createHash, type Hash } from 'node:crypto';
import { SECTOR_BYTES } from '../disk/direct-write.ts';
import { CHUNK_SIZE_BYTES } from '../manifest/manifest.ts';
import { type Header, kinds, type Sealer, writeHeader } from './datagram.ts';
import { createGrowingRepairs, type GrowingRepairs, growingRepairsBytes } from './growing-repairs.ts';
import {
  columnsOf,
  DATAGRAM_BYTES,
  HEADER_BYTES,
  MOST_ROWS,
  repairPlace,
  SHARD_BYTES,
  shapeOf,
} from './layout.ts';
import { type ArrivedRepair, repairBlock } from './repair-code.ts';
import type { Segment } from './segments.ts';
import type { ShardMemory } from './shard-memory.ts';

/**
 * Repair shards that a segment's place has room for: half of the data, for where more are missing the data are sent
 * again. More are not kept: with less room a member would ask again and again for what it then throws away.
 */
const REPAIR_ROOM = 1457;

/** Repair rows whose sums grow as shards arrive: row 0 goes out with the data, and mends one loss of a block alone. */
const SUMMED_ROWS = 1;

const largest = shapeOf(CHUNK_SIZE_BYTES);
const SUMS_AT = (largest.shards + REPAIR_ROOM) * SHARD_BYTES;

/** Bytes of memory for one segment: shards, repair shards and sums; each place begins where the disk can write from. */
export const PLACE_BYTES = wholeSectors(SUMS_AT + growingRepairsBytes(largest, SUMMED_ROWS));

/** A segment that is being put together. */
export interface Assembly {
  readonly segment: Segment;
  readonly memory: ShardMemory;
  readonly at: number;
  /** For each shard: missing, as it arrived, or computed from repair shards. */
  readonly shards: Uint8Array;
  /** For each block: shards that are missing, and not yet made up for by repair shards. */
  readonly missing: Uint8Array;
  incompleteBlocks: number;
  readonly repairs: ArrivedRepair[][];
  repairCount: number;
  /** Undefined where no loss is expected, and where something that is in them was replaced. */
  sums: GrowingRepairs | undefined;
  /** What is needed to check a shard later: header fields and tag, as they came. */
  readonly sequences: Uint32Array;
  readonly turns: Uint8Array;
  readonly tags: Buffer;
  /** The SHA-256 of what has come without a gap from the beginning: hashed while the processor has it at hand. */
  readonly digest: Hash;
  digestedShards: number;
  /** Something of it was replaced since. */
  isDigestVoid: boolean;
  /** Shards from the beginning without a gap. */
  gapless: number;
  /** The latest turn that is over, as far as is known; -1 before. */
  closedTurn: number;
  touchedAt: number;
}

function wholeSectors(sizeBytes: number): number {
  return Math.ceil(sizeBytes / SECTOR_BYTES) * SECTOR_BYTES;
}

const TAG_AT = 24;
const TAG_BYTES = 8;
/** Half of a train: 30 KiB, what the nearest cache holds. */
const DIGEST_SHARDS = 22;
const MISSING = 0;
const ARRIVED = 1;
const COMPUTED = 2;

/** @param isLossy the line has lost something: repairs are prepared for while shards arrive */
export function openAssembly(segment: Segment, memory: ShardMemory, at: number, isLossy: boolean): Assembly {
  const { shards, blocks } = segment;
  const sums = isLossy ? createGrowingRepairs(memory, at + SUMS_AT) : undefined;
  sums?.begin(segment, SUMMED_ROWS);
  return {
    segment,
    memory,
    at,
    shards: new Uint8Array(shards),
    missing: Uint8Array.from({ length: blocks }, (_, block) => columnsOf(segment, block)),
    incompleteBlocks: blocks,
    repairs: Array.from({ length: blocks }, () => []),
    ...{ repairCount: 0, sums },
    sequences: new Uint32Array(shards),
    turns: new Uint8Array(shards),
    tags: Buffer.alloc(shards * 8),
    ...{ digest: createHash('sha256'), digestedShards: 0, isDigestVoid: false, gapless: 0 },
    closedTurn: -1,
    touchedAt: 0,
  };
}

/** @returns false for a name that the segment does not have */
export function isNamed({ segment }: Assembly, { kind, shard }: Header): boolean {
  return kind === kinds.data ? shard < segment.shards : shard < segment.blocks * MOST_ROWS;
}

/**
 * Puts a shard into its place.
 * @param isSure its tag has been checked: it replaces what lies there already
 * @returns whether what lay there under the same number was another, and so a false one
 */
export function placeShard(assembly: Assembly, header: Header, datagram: Buffer, isSure: boolean): boolean {
  if (header.kind === kinds.data) return placeData(assembly, header, datagram, isSure);
  placeRepair(assembly, header, datagram);
  return false;
}

function placeData(assembly: Assembly, header: Header, datagram: Buffer, isSure: boolean): boolean {
  const { shard } = header;
  const isNew = assembly.shards[shard] === MISSING;
  if (!isNew && !isSure) return false;
  const at = assembly.at + shard * SHARD_BYTES;
  const isFalse =
    !isNew &&
    assembly.sequences[shard] === header.sequence &&
    datagram.compare(assembly.memory.bytes, at, at + SHARD_BYTES, HEADER_BYTES) !== 0;
  datagram.copy(assembly.memory.bytes, at, HEADER_BYTES);
  assembly.sequences[shard] = header.sequence;
  assembly.turns[shard] = header.turn;
  const { tags } = assembly;
  for (let index = 0; index < TAG_BYTES; index += 1) {
    tags[shard * TAG_BYTES + index] = datagram[TAG_AT + index] as number;
  }
  if (!isNew) {
    if (shard < assembly.digestedShards) assembly.isDigestVoid = true;
    assembly.sums = undefined;
    return isFalse;
  }
  assembly.shards[shard] = ARRIVED;
  assembly.sums?.add(shard, at);
  if (shard === assembly.gapless) assembly.gapless += 1;
  if (assembly.gapless - assembly.digestedShards >= DIGEST_SHARDS) digestGapless(assembly);
  countDown(assembly, shard % assembly.segment.blocks);
  return false;
}

function digestGapless(assembly: Assembly): void {
  const { memory, at, digestedShards, gapless, segment } = assembly;
  if (assembly.isDigestVoid || segment.chunks.length > 1) return;
  assembly.digest.update(
    memory.bytes.subarray(at + digestedShards * SHARD_BYTES, at + gapless * SHARD_BYTES),
  );
  assembly.digestedShards = gapless;
}

/** The SHA-256 of the whole segment, all of whose bytes are here. Only once for an assembly. */
export function digestOf(assembly: Assembly): string {
  const { memory, at, segment, digestedShards, isDigestVoid } = assembly;
  const end = at + segment.sizeBytes;
  const isVoid = isDigestVoid || digestedShards * SHARD_BYTES > segment.sizeBytes;
  assembly.isDigestVoid = true;
  const hash = isVoid ? createHash('sha256') : assembly.digest;
  const from = isVoid ? at : at + digestedShards * SHARD_BYTES;
  return hash.update(memory.bytes.subarray(from, end)).digest('hex');
}

function placeRepair(assembly: Assembly, header: Header, datagram: Buffer): void {
  const { block, row } = repairPlace(header.shard);
  const arrived = assembly.repairs[block] as ArrivedRepair[];
  // A block that can be completed needs no more of them.
  if (assembly.missing[block] === 0 || assembly.repairCount === REPAIR_ROOM) return;
  if (arrived.some((repair) => repair.row === row)) return;
  const at = assembly.at + (assembly.segment.shards + assembly.repairCount) * SHARD_BYTES;
  datagram.copy(assembly.memory.bytes, at, HEADER_BYTES);
  arrived.push({ row, at });
  assembly.repairCount += 1;
  countDown(assembly, block);
}

function countDown(assembly: Assembly, block: number): void {
  const missing = assembly.missing[block] as number;
  if (missing === 0) return;
  assembly.missing[block] = missing - 1;
  if (missing === 1) assembly.incompleteBlocks -= 1;
}

/** Computes what is missing from the repair shards; only for an assembly without incomplete blocks. */
export function completeAssembly(assembly: Assembly): void {
  const { segment, memory, at, shards, sums } = assembly;
  for (let block = 0; block < segment.blocks; block += 1) {
    if (assembly.repairs[block]?.length === 0) continue;
    const sumOf = (row: number) => sums?.find({ block, row });
    const missing: number[] = [];
    for (let shard = block; shard < segment.shards; shard += segment.blocks) {
      if (shards[shard] === MISSING) missing.push((shard - block) / segment.blocks);
    }
    if (missing.length === 0) continue;
    const repairs = (assembly.repairs[block] as ArrivedRepair[]).slice(0, missing.length);
    repairBlock({ memory, at, shape: segment }, { block, missing, repairs, sumOf });
    for (const column of missing) shards[column * segment.blocks + block] = COMPUTED;
  }
}

/**
 * After a segment came out damaged: throws away every shard whose tag is false, and all that was computed.
 * @returns how many shards were false
 */
export function throwOutFalse(assembly: Assembly, session: number, sealer: Sealer): number {
  const { segment, shards } = assembly;
  let falseOnes = 0;
  for (let shard = 0; shard < segment.shards; shard += 1) {
    const isFalse = shards[shard] === ARRIVED && !sealer.isGenuine(datagramOf(assembly, session, shard));
    if (isFalse) falseOnes += 1;
    if (isFalse || shards[shard] === COMPUTED) shards[shard] = MISSING;
  }
  assembly.repairCount = 0;
  assembly.sums = undefined;
  assembly.isDigestVoid = true;
  for (let block = 0; block < segment.blocks; block += 1) {
    assembly.repairs[block] = [];
    assembly.missing[block] = 0;
    for (let shard = block; shard < segment.shards; shard += segment.blocks) {
      if (shards[shard] === MISSING) assembly.missing[block] = (assembly.missing[block] as number) + 1;
    }
  }
  assembly.incompleteBlocks = assembly.missing.filter((count) => count > 0).length;
  return falseOnes;
}

function datagramOf(assembly: Assembly, session: number, shard: number): Buffer {
  const datagram = Buffer.alloc(DATAGRAM_BYTES);
  const header: Header = {
    kind: kinds.data,
    turn: assembly.turns[shard] as number,
    shard,
    session,
    segment: assembly.segment.index,
    sequence: assembly.sequences[shard] as number,
  };
  writeHeader(datagram, header, assembly.segment.digest);
  assembly.tags.copy(datagram, TAG_AT, shard * 8, shard * 8 + 8);
  const at = assembly.at + shard * SHARD_BYTES;
  assembly.memory.bytes.copy(datagram, HEADER_BYTES, at, at + SHARD_BYTES);
  return datagram;
}
