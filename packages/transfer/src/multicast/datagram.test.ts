import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { createSealer, emptyHeader, hasDigest, kinds, readHeader, writeHeader } from './datagram.ts';
import { DATAGRAM_BYTES, HEADER_BYTES } from './layout.ts';
import { causes, readBeacon, readNack, readStatus, writeBeacon, writeNack, writeStatus } from './messages.ts';

const u32 = fc.integer({ min: 0, max: 0xffffffff });
const byte = fc.integer({ min: 0, max: 255 });

/** Without the null prototypes that generated records have. */
const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

test('a header comes back as it was written', () => {
  const header = fc.record({
    kind: fc.constantFrom(kinds.data, kinds.repair),
    ...{ turn: byte, shard: fc.integer({ min: 0, max: 65535 }), session: u32, segment: u32, sequence: u32 },
  });
  fc.assert(
    fc.property(header, (written) => {
      const datagram = Buffer.alloc(DATAGRAM_BYTES);
      const digest = randomBytes(8);
      writeHeader(datagram, written, digest);
      const read = emptyHeader();
      assert.ok(readHeader(datagram, read));
      assert.deepEqual(read, { ...written });
      assert.ok(hasDigest(datagram, digest));
      digest[7] = (digest[7] as number) ^ 1;
      assert.ok(!hasDigest(datagram, digest));
    }),
  );
});

test('what cannot be a datagram of ours is known by its first bytes: shards are whole, messages fit', () => {
  const lengths: [kind: number, bytes: number, isOurs: boolean][] = [
    [kinds.data, DATAGRAM_BYTES, true],
    [kinds.data, DATAGRAM_BYTES - 1, false],
    [kinds.repair, HEADER_BYTES, false],
    [kinds.nack, HEADER_BYTES, true],
    [kinds.nack, HEADER_BYTES - 1, false],
    [kinds.status, DATAGRAM_BYTES + 1, false],
    [kinds.data - 1, DATAGRAM_BYTES, false],
    [kinds.leave + 1, DATAGRAM_BYTES, false],
  ];
  for (const [kind, bytes, isOurs] of lengths) {
    const datagram = Buffer.alloc(bytes);
    datagram[0] = kind;
    assert.equal(readHeader(datagram, emptyHeader()), isOurs, `kind ${kind}, ${bytes} bytes`);
  }
});

test('messages come back as they were written', () => {
  const page = fc.uint8Array({ maxLength: 1390 });
  const status = fc.record({
    epoch: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
    ...{
      wantedCount: u32,
      received: u32,
      expected: u32,
      diskWaitMs: u32,
      beacon: u32,
      next: u32,
      credit: u32,
      from: u32,
      wanted: page,
    },
    beaconAgeMs: fc.integer({ min: 0, max: 65535 }),
  });
  fc.assert(
    fc.property(status, (written) => {
      const read = readStatus(writeStatus(written));
      assert.deepEqual(read && { ...read, wanted: [...read.wanted] }, {
        ...written,
        wanted: [...written.wanted],
      });
    }),
  );
  const need = fc.record({ segment: u32, turn: byte, missing: fc.uint8Array({ maxLength: 24 }) });
  fc.assert(
    fc.property(fc.array(need, { maxLength: 40 }), (needs) => {
      const read = readNack(writeNack({ epoch: 5, needs }));
      assert.deepEqual(
        read?.needs.map((one) => ({ ...one, missing: [...one.missing] })),
        needs.map((one) => ({ ...one, missing: [...one.missing] })),
      );
    }),
  );
  const beacon = fc.record({
    ...{ counter: u32, isEnd: fc.boolean(), statusGapMs: byte, nackWindowMs: byte },
    flights: fc.array(fc.record({ segment: u32, turn: byte }), { maxLength: 20 }),
    dismissed: fc.array(fc.record({ member: u32, cause: fc.constantFrom(...causes) }), { maxLength: 200 }),
  });
  fc.assert(
    fc.property(beacon, (written) => assert.deepEqual(readBeacon(writeBeacon(written)), plain(written))),
  );
});

test('no bytes at all make a reader of messages throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: DATAGRAM_BYTES }), (bytes) => {
      const datagram = Buffer.from(bytes);
      readHeader(datagram, emptyHeader());
      for (const read of [readStatus, readNack, readBeacon]) read(datagram);
    }),
    { numRuns: 2000 },
  );
});

test('a tag does not survive the change of any byte, a cut, an addition or another key', () => {
  const sealer = createSealer(randomBytes(32));
  const other = createSealer(randomBytes(32));
  const datagram = randomBytes(200);
  sealer.seal(datagram);
  assert.ok(sealer.isGenuine(datagram));
  assert.ok(!other.isGenuine(datagram));
  for (let at = 0; at < datagram.length; at += 1) {
    const changed = Buffer.from(datagram);
    changed[at] = (changed[at] as number) ^ (1 << (at % 8));
    assert.ok(!sealer.isGenuine(changed), `byte ${at}`);
  }
  assert.ok(!sealer.isGenuine(datagram.subarray(0, 199)));
  assert.ok(!sealer.isGenuine(Buffer.concat([datagram, Buffer.alloc(1)])));
});
