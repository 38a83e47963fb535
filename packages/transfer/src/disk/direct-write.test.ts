import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, statfsSync, statSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { openStaging } from '../fetch/staging.ts';
import { CHUNK_SIZE_BYTES, type Manifest } from '../manifest/manifest.ts';
import { sealManifest } from '../manifest/manifest-digest.ts';
import { PLACE_BYTES } from '../multicast/assembly.ts';
import { openShardMemory } from '../multicast/shard-memory.ts';
import { directBuffer, writeDirectly } from './direct-write.ts';
import { sha256Of } from './file-bytes.ts';

const SECTOR_BYTES = 4096;
const PIECE_BYTES = 256 * 1024;
const noDisk = whyNoDisk();

/** Of these file systems it is known that they write directly; others may go through the cache, as they please. */
function whyNoDisk(): string | false {
  const [ext4, xfs] = [0xef53, 0x58465342];
  if (process.platform !== 'linux') return 'direct writes are for Linux';
  if (![ext4, xfs].includes(statfsSync(tmpdir()).type)) return `${tmpdir()} is neither ext4 nor XFS`;
  return existsSync('/usr/bin/fincore') ? false : 'fincore is missing: apt-get install util-linux-extra';
}

async function folderFor(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tenkai-direct-'));
  atEnd(t, () => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Bytes of a file that the page cache holds. */
function cachedBytes(path: string): number {
  const { stdout } = spawnSync('/usr/bin/fincore', ['-b', '-n', '-r', '-o', 'RES', path]);
  return Number(String(stdout).trim());
}

function randomDirect(sizeBytes: number): Buffer<ArrayBuffer> {
  const bytes = directBuffer(sizeBytes);
  randomBytes(sizeBytes).copy(bytes);
  return bytes;
}

test('whole sectors go to the disk past the page cache, in any order', { skip: noDisk }, async (t) => {
  const path = join(await folderFor(t), 'file');
  const bytes = randomDirect(4 * PIECE_BYTES + 100);
  for (const at of [2, 0, 3, 1]) {
    const part = bytes.subarray(at * PIECE_BYTES, at === 3 ? bytes.length : (at + 1) * PIECE_BYTES);
    assert.equal(await writeDirectly(path, part, at * PIECE_BYTES), PIECE_BYTES);
  }
  assert.equal(cachedBytes(path), 0);
  assert.deepEqual(await readFile(path), Buffer.from(bytes.subarray(0, 4 * PIECE_BYTES)));
});

test('a segment that came by multicast goes from where it was put together to the disk', {
  skip: noDisk,
}, async (t) => {
  const path = join(await folderFor(t), 'file');
  const { bytes } = openShardMemory(2 * PLACE_BYTES);
  for (const place of [0, 1]) {
    const segment = bytes.subarray(place * PLACE_BYTES, place * PLACE_BYTES + PIECE_BYTES);
    randomBytes(PIECE_BYTES).copy(segment);
    assert.equal(await writeDirectly(path, segment, place * PIECE_BYTES), PIECE_BYTES);
    assert.deepEqual((await readFile(path)).subarray(place * PIECE_BYTES), Buffer.from(segment));
  }
});

test('what a disk does not take directly is left to the ordinary way, and nothing is written', async (t) => {
  const path = join(await folderFor(t), 'file');
  const bytes = directBuffer(2 * PIECE_BYTES);
  const refused: readonly (readonly [string, Uint8Array, number])[] = [
    ['a piece that is not worth it', bytes.subarray(0, PIECE_BYTES - 1), 0],
    ['memory that begins within a sector', bytes.subarray(16, PIECE_BYTES + 16), 0],
    ['a place within a sector', bytes.subarray(0, PIECE_BYTES), 512],
    ['memory of unknown place', Buffer.alloc(PIECE_BYTES), 0],
  ];
  for (const [what, part, position] of refused) {
    assert.equal(await writeDirectly(path, part, position), 0, what);
    assert.equal(existsSync(path), false, what);
  }
});

test('a file system that refuses direct writes is no error; a folder that is missing is', {
  skip: process.platform === 'linux' ? false : 'devices of Linux',
}, async (t) => {
  const bytes = directBuffer(PIECE_BYTES);
  assert.equal(await writeDirectly('/dev/null', bytes, 0), 0);
  const missing = join(await folderFor(t), 'no', 'file');
  await assert.rejects(writeDirectly(missing, bytes, 0), { code: 'ENOENT' });
});

test('a place beyond 2 GiB of a file is written where it belongs', { skip: noDisk }, async (t) => {
  const path = join(await folderFor(t), 'file');
  const far = 5 * 2 ** 30;
  const bytes = randomDirect(PIECE_BYTES);
  assert.equal(await writeDirectly(path, bytes, far), PIECE_BYTES);
  const { size, blocks } = statSync(path);
  assert.equal(size, far + PIECE_BYTES);
  assert.ok(blocks * 512 <= 2 * PIECE_BYTES, 'the rest is a hole');
});

interface Chunks {
  readonly manifest: Manifest;
  /** By hash. */
  readonly chunks: ReadonlyMap<string, Buffer<ArrayBuffer>>;
  readonly whole: Buffer;
}

/** One file of two whole chunks and the end of a third. */
function contentOfThreeChunks(): Chunks {
  const parts = [CHUNK_SIZE_BYTES, CHUNK_SIZE_BYTES, 1_000_001].map(randomDirect);
  const chunks = parts.map((part) => ({ sha256: sha256Of(part), sizeBytes: part.length }));
  const whole = Buffer.concat(parts);
  const manifest = sealManifest([
    { path: 'setup/big.bin', sizeBytes: whole.length, isExecutable: true, chunks },
  ]);
  return { manifest, chunks: new Map(parts.map((part) => [sha256Of(part), part])), whole };
}

const ways = [
  { what: 'a large content leaves the page cache alone', directFromBytes: 0, isInMemory: false },
  { what: 'a small content stays in memory', directFromBytes: Number.MAX_SAFE_INTEGER, isInMemory: true },
];

for (const { what, directFromBytes, isInMemory } of ways) {
  test(`${what}, and is whole, its uneven end too`, { skip: noDisk }, async (t) => {
    const folder = await folderFor(t);
    const { manifest, chunks, whole } = contentOfThreeChunks();
    const options = { manifest, folder, placeOf: (path: string) => path, directFromBytes };
    const staging = await openStaging(options);
    for (const want of [...staging.wants].reverse()) {
      await staging.write(want, chunks.get(want.sha256) ?? Buffer.alloc(0));
    }
    await staging.finish();
    const path = join(folder, 'setup/big.bin');
    const cached = cachedBytes(path);
    if (isInMemory) assert.ok(cached >= whole.length, `${cached} bytes are in memory`);
    else assert.ok(cached <= 2 * SECTOR_BYTES, `${cached} bytes are in memory`);
    assert.deepEqual(await readFile(path), whole);
    assert.equal((await openStaging(options)).wants.length, 0, 'a second look finds nothing to fetch');
  });
}
