import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seeded } from '@tenkai/testkit/simulated-group.ts';
import { multiply } from './field.ts';
import { createGrowingRepairs, growingRepairsBytes, MOST_PROACTIVE } from './growing-repairs.ts';
import { columnsOf, SHARD_BYTES, shapeOf } from './layout.ts';
import { encodeRepair, repairBlock } from './repair-code.ts';
import { openShardMemory } from './shard-memory.ts';

test('multiples of any number of shards, added 16 bytes at once, come to the same as one byte after the other', () => {
  const random = seeded(1);
  const byte = () => Math.floor(random() * 256);
  const memory = openShardMemory(32 + 9 * 48);
  for (let factor = 0; factor < 256; factor += 1) {
    for (const count of [0, 1, 3, 4, 9]) {
      for (let at = 0; at < memory.bytes.length; at += 1) memory.bytes[at] = byte();
      // All ones are the plain XOR; a shard that counts nought times may stand between others.
      const factors = Uint8Array.from({ length: count }, (_, place) =>
        factor === 1 || place === 0 ? factor : byte() % 3 && byte(),
      );
      const before = [...memory.bytes];
      memory.addMultiples(0, { from: 32, stride: 48, length: 32 }, factors);
      const expected = before.map((old, at) =>
        at < 32
          ? factors.reduce(
              (sum, one, place) => sum ^ multiply(before[32 + place * 48 + at] as number, one),
              old,
            )
          : old,
      );
      assert.deepEqual([...memory.bytes], expected, `factors ${factors}`);
    }
  }
});

test('a multiple of one shard alone, by any factor, changes what it is added to and nothing beside', () => {
  const random = seeded(7);
  const memory = openShardMemory(4 * 48);
  for (let factor = 0; factor < 256; factor += 1) {
    for (let at = 0; at < memory.bytes.length; at += 1) memory.bytes[at] = Math.floor(random() * 256);
    const before = [...memory.bytes];
    memory.addMultiple(48, 96, 48, factor);
    const expected = before.map((old, at) =>
      at >= 48 && at < 96 ? old ^ multiply(before[at + 48] as number, factor) : old,
    );
    assert.deepEqual([...memory.bytes], expected, `factor ${factor}`);
  }
});

test('any so many repair shards make up for any so many lost ones', () => {
  const random = seeded(2);
  for (const sizeBytes of [1, SHARD_BYTES, 10 * SHARD_BYTES + 7, 127 * SHARD_BYTES, 700 * SHARD_BYTES + 3]) {
    const shape = shapeOf(sizeBytes);
    const size = shape.shards * SHARD_BYTES;
    const memory = openShardMemory(size + 128 * SHARD_BYTES);
    for (let at = 0; at < size; at += 1) memory.bytes[at] = Math.floor(random() * 256);
    const original = Buffer.from(memory.bytes.subarray(0, size));
    for (let block = 0; block < shape.blocks; block += 1) {
      const columns = columnsOf(shape, block);
      const share = random();
      const missing = [...Array(columns).keys()].filter(() => random() < share);
      if (missing.length === 0) missing.push(0);
      const rows = [...Array(128).keys()].sort(() => random() - 0.5).slice(0, missing.length);
      const repairs = rows.map((row, index) => ({ row, at: size + index * SHARD_BYTES }));
      for (const { row, at } of repairs) encodeRepair({ memory, at: 0, shape }, { block, row }, at);
      for (const column of missing) {
        const at = (column * shape.blocks + block) * SHARD_BYTES;
        memory.bytes.fill(0xee, at, at + SHARD_BYTES);
      }
      repairBlock({ memory, at: 0, shape }, { block, missing, repairs, sumOf: () => undefined });
      assert.ok(memory.bytes.subarray(0, size).equals(original), `${sizeBytes} bytes, block ${block}`);
    }
  }
});

test('a repair shard that grew with the data is the one that is computed from all of them', () => {
  const random = seeded(3);
  for (const sizeBytes of [1, 200 * SHARD_BYTES + 5]) {
    const shape = shapeOf(sizeBytes);
    const size = shape.shards * SHARD_BYTES;
    const memory = openShardMemory(size + SHARD_BYTES + growingRepairsBytes(shape));
    for (let at = 0; at < size; at += 1) memory.bytes[at] = Math.floor(random() * 256);
    const growing = createGrowingRepairs(memory, size + SHARD_BYTES);
    for (const rows of [MOST_PROACTIVE, 2]) {
      growing.begin(shape, rows);
      for (let shard = 0; shard < shape.shards; shard += 1) growing.add(shard, shard * SHARD_BYTES);
      for (let block = 0; block < shape.blocks; block += 1) {
        for (let row = 0; row < rows; row += 1) {
          encodeRepair({ memory, at: 0, shape }, { block, row }, size);
          const at = growing.find({ block, row }) as number;
          const grown = memory.bytes.subarray(at, at + SHARD_BYTES);
          assert.ok(grown.equals(memory.bytes.subarray(size, size + SHARD_BYTES)), `row ${row}`);
        }
      }
      assert.equal(growing.find({ block: 0, row: rows }), undefined);
    }
  }
});
