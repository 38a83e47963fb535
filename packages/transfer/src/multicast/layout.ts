/**
 * How the bytes of a segment lie in datagrams. A segment is cut into shards of 1,440 bytes; shard `s` is column
 * `floor(s / blocks)` of block `s % blocks`, so that a burst of lost neighbours is spread over all blocks. A repair
 * shard is named by its block and its row (RFC 5740 calls it a parity segment).
 */

/** The largest UDP payload that no Ethernet with the usual 1,500 bytes has to cut up (IPv4). */
export const DATAGRAM_BYTES = 1472;
export const HEADER_BYTES = 32;
/** Datagrams that are given to the system at once; it takes them apart (UDP generic segmentation offload, 64 KiB). */
export const TRAIN_DATAGRAMS = 44;
/** A multiple of 16, for the arithmetic works on 16 bytes at once. */
export const SHARD_BYTES = DATAGRAM_BYTES - HEADER_BYTES;
/** Columns of a block, and also its repair rows: together they must fit into a field of 256 elements. */
export const MOST_COLUMNS = 128;
export const MOST_ROWS = 128;

export interface Shape {
  readonly sizeBytes: number;
  readonly shards: number;
  readonly blocks: number;
}

export function shapeOf(sizeBytes: number): Shape {
  const shards = Math.max(1, Math.ceil(sizeBytes / SHARD_BYTES));
  return { sizeBytes, shards, blocks: Math.ceil(shards / MOST_COLUMNS) };
}

/** Data shards of one block. */
export function columnsOf({ shards, blocks }: Shape, block: number): number {
  return Math.ceil((shards - block) / blocks);
}

/** How a repair shard is named in the header. */
export function repairName(block: number, row: number): number {
  return block * MOST_ROWS + row;
}

export function repairPlace(name: number): { block: number; row: number } {
  return { block: Math.floor(name / MOST_ROWS), row: name % MOST_ROWS };
}
