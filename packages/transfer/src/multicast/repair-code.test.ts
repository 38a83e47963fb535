import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seeded } from '@tenkai/testkit/simulated-group.ts';
import { multiply } from './field.ts';
import { columnsOf, SHARD_BYTES, shapeOf } from './layout.ts';
import { encodeRepair, repairBlock } from './repair-code.ts';
import { openShardMemory } from './shard-memory.ts';

test('multiplying 16 bytes at once comes to the same as one after the other', () => {
  const random = seeded(1);
  const memory = openShardMemory(64);
  for (let factor = 0; factor < 256; factor += 1) {
    for (let at = 0; at < 64; at += 1) memory.bytes[at] = Math.floor(random() * 256);
    const before = [...memory.bytes];
    memory.addMultiple(0, 32, 32, factor);
    const expected = before.map((byte, at) =>
      at < 32 ? byte ^ multiply(before[at + 32] as number, factor) : byte,
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
      repairBlock({ memory, at: 0, shape }, { block, missing, repairs });
      assert.ok(memory.bytes.subarray(0, size).equals(original), `${sizeBytes} bytes, block ${block}`);
    }
  }
});
