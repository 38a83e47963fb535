import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type SimulatedGroup, seeded, simulateGroup } from '@tenkai/testkit/simulated-group.ts';
import { createSealer, DIGEST_BYTES, kinds } from './datagram.ts';

const MIB = 1024 * 1024;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What is really held, garbage left aside. */
async function heldBytes(): Promise<number> {
  for (let round = 0; round < 3; round += 1) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function assertWhole(group: SimulatedGroup): void {
  for (const { kept } of group.members) {
    const parts = [...kept.keys()].sort((a, b) => a - b).map((segment) => kept.get(segment) as Buffer);
    assert.ok(Buffer.concat(parts).equals(group.bytes), 'not one wrong byte');
  }
}

test('BSCN-30: a million forged, replayed, reordered and cut datagrams: not one wrong byte, no more memory', async () => {
  const random = seeded(11);
  const pick = (below: number) => Math.floor(random() * below);
  const sender = { mostBytesPerSecond: 25_000_000 };
  const group = simulateGroup({ seed: 11, sizeBytes: 24 * MIB, lines: [{ loss: 0.01 }, {}], sender });
  for (const index of group.members.keys()) group.join(index);
  const heard: Buffer[] = [];
  group.tap = (datagram) => {
    if (heard.length < 3000) heard.push(Buffer.from(datagram));
    else if (random() < 0.1) heard[pick(heard.length)] = Buffer.from(datagram);
  };
  const before = await heldBytes();
  let count = 0;
  const attack = () => {
    const datagram = Buffer.from(heard[pick(heard.length)] ?? Buffer.alloc(1472));
    const way = pick(5);
    // Way 0 repeats it as it is.
    if (way === 1) datagram[pick(datagram.length)] = pick(256);
    if (way === 2) datagram.writeUInt32BE(pick(2 ** 32), pick(4) * 4 + 4);
    if (way === 4) for (let at = 32; at < datagram.length; at += 97) datagram[at] = pick(256);
    const sent = way === 3 ? datagram.subarray(0, pick(datagram.length + 1)) : datagram;
    group.inject(sent, pick(20) === 0 ? 'sender' : pick(2));
    count += 1;
  };
  await group.runUntil(() => {
    for (let index = 0; index < 900 && count < 1_000_000; index += 1) attack();
    return group.sender.isOver();
  });
  while (count < 1_000_000) attack();
  assertWhole(group);
  assert.ok(group.sender.results().every(({ state }) => state === 'complete'));
  // What has been received is kept by the test itself, and so are the recorded datagrams with their pools.
  const grown = (await heldBytes()) - before - 2 * group.bytes.length - 3000 * Buffer.poolSize;
  assert.ok(grown < 32 * MIB, `${grown} bytes more`);
});

for (const [what, loss, every] of [
  ['before the true one', 0, 700],
  ['in place of the true one, which is lost', 0.2, 40],
] as const) {
  test(`a false shard with exactly the next number, ${what}, is found out and replaced`, async () => {
    const group = simulateGroup({ seed: 12, sizeBytes: 6 * MIB, lines: [{ delayMs: 2, loss }] });
    group.join(0);
    let forged = 0;
    let sent = 0;
    group.tap = (datagram) => {
      sent += 1;
      if (datagram[0] !== kinds.data || sent % every !== 0) return;
      const copy = Buffer.from(datagram);
      copy[700] = (copy[700] as number) ^ 0x55;
      group.post(copy, 0);
      forged += 1;
    };
    await group.runUntil(group.sender.isOver);
    assert.ok(forged >= 3);
    assertWhole(group);
    assert.deepEqual(group.members[0]?.receiver.outcome(), { kind: 'complete' });
    assert.ok((group.members[0]?.receiver.figures.refused ?? 0) >= 3, 'they were noticed');
  });
}

test('a stranger can neither end the session nor put a member out of it', async () => {
  const group = simulateGroup({ seed: 13, sizeBytes: 6 * MIB, lines: [{}, {}] });
  for (const index of group.members.keys()) group.join(index);
  group.tap = (datagram) => {
    if (datagram[0] !== kinds.beacon) return;
    const end = Buffer.from(datagram);
    end[32 + 4] = 1;
    end.writeUInt32BE(end.readUInt32BE(32) + 1000, 32);
    for (const index of group.members.keys()) group.inject(end, index);
  };
  await group.runUntil(group.sender.isOver);
  assertWhole(group);
  for (const { receiver } of group.members) assert.deepEqual(receiver.outcome(), { kind: 'complete' });
});

test('BSCN-30: what a genuine sender says of another content, under the same numbers, lands nowhere', async () => {
  const group = simulateGroup({ seed: 14, sizeBytes: 6 * MIB, lines: [{ delayMs: 2 }] });
  group.join(0);
  const { seal } = createSealer(group.groupKey);
  let others = 0;
  group.tap = (datagram) => {
    if (datagram[0] !== kinds.data) return;
    const other = Buffer.from(datagram);
    for (let at = digestAt; at < digestAt + DIGEST_BYTES; at += 1) other[at] = (other[at] as number) ^ 0xff;
    other[700] = (other[700] as number) ^ 0x55;
    seal(other);
    // Before the true one: it would take its place, and nothing but the digest tells them apart.
    group.post(other, 0);
    others += 1;
  };
  await group.runUntil(group.sender.isOver);
  assertWhole(group);
  const [member] = group.members;
  assert.deepEqual(member?.receiver.outcome(), { kind: 'complete' });
  assert.equal(member?.receiver.figures.refused, others, 'every one was refused');
});

/** Where a datagram names what it is a part of (docs/decisions/0033). */
const digestAt = 16;
