import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { seededContent } from '@tenkai/testkit/simulated-group.ts';
import { completeAssembly, digestOf, openAssembly, PLACE_BYTES, placeShard } from './assembly.ts';
import { emptyHeader, kinds } from './datagram.ts';
import { DATAGRAM_BYTES, HEADER_BYTES, repairName, SHARD_BYTES } from './layout.ts';
import { encodeRepair } from './repair-code.ts';
import { type Segment, segmentsOf } from './segments.ts';
import { openShardMemory } from './shard-memory.ts';

const { bytes, manifest } = seededContent(5, 100 * SHARD_BYTES + 7);
const [segment] = segmentsOf(manifest) as [Segment];
const sha256 = (of: Buffer) => createHash('sha256').update(of).digest('hex');

function filled(order: readonly number[], isLossy = false) {
  const assembly = openAssembly(segment, openShardMemory(PLACE_BYTES), 0, isLossy);
  const place = (shard: number, from: Buffer, isSure = false) => {
    const datagram = Buffer.alloc(DATAGRAM_BYTES);
    from.copy(datagram, HEADER_BYTES, shard * SHARD_BYTES, (shard + 1) * SHARD_BYTES);
    placeShard(assembly, { ...emptyHeader(), kind: kinds.data, shard }, datagram, isSure);
  };
  for (const shard of order) place(shard, bytes);
  return { assembly, place };
}

const inOrder = Array.from({ length: segment.shards }, (_, shard) => shard);

test('a segment has the digest of its bytes, in whatever order they came', () => {
  const late = [...inOrder.slice(0, 30), ...inOrder.slice(31), 30];
  for (const order of [inOrder, [...inOrder].reverse(), late]) {
    assert.equal(digestOf(filled(order).assembly), sha256(bytes));
  }
});

test('BSCN-30: a shard that is replaced after it was hashed counts as it lies there now', () => {
  const { assembly, place } = filled(inOrder);
  const other = Buffer.from(bytes);
  other[3] = (other[3] as number) ^ 1;
  place(0, other, true);
  assert.equal(digestOf(assembly), sha256(other));
});

/** A repair shard of the whole segment, which is one block. */
function repairOf(row: number): Buffer {
  const size = segment.shards * SHARD_BYTES;
  const memory = openShardMemory(size + SHARD_BYTES);
  memory.bytes.fill(0);
  bytes.copy(memory.bytes);
  encodeRepair({ memory, at: 0, shape: segment }, { block: 0, row }, size);
  const datagram = Buffer.alloc(DATAGRAM_BYTES);
  memory.bytes.copy(datagram, HEADER_BYTES, size, size + SHARD_BYTES);
  return datagram;
}

for (const isLossy of [false, true]) {
  test(`lost shards are computed from any repairs, ${isLossy ? 'also where sums grew meanwhile' : 'without sums'}`, () => {
    for (const [lost, rows] of [
      [[7], [0]],
      [[7], [3]],
      [
        [0, 99],
        [0, 1],
      ],
      [
        [5, 60, 100],
        [4, 0, 2],
      ],
    ] as const) {
      const { assembly, place } = filled(
        inOrder.filter((shard) => !lost.some((one) => one === shard)),
        isLossy,
      );
      // A shard that comes again, and whose tag has been checked, replaces the first one.
      if (rows.length === 3) place(1, bytes, true);
      for (const row of rows) {
        const shard = repairName(0, row);
        placeShard(assembly, { ...emptyHeader(), kind: kinds.repair, shard }, repairOf(row), true);
      }
      assert.equal(assembly.incompleteBlocks, 0);
      completeAssembly(assembly);
      assert.equal(digestOf(assembly), sha256(bytes), `lost ${lost}, rows ${rows}`);
    }
  });
}
