import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { crc32, deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { describeTree, writeFiles } from '@tenkai/testkit/published-content.ts';
import { expandArchive } from './archive.ts';
import { Failure } from './failures.ts';

async function home(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tenkai-archive-'));
  atEnd(t, () => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error = await promise.then(
    () => new Error('it did not fail'),
    (reason) => reason,
  );
  assert.ok(error instanceof Failure, String(error));
  return error;
}

/** Expands these bytes and expects a refusal that leaves nothing behind. */
async function assertRefused(t: TestContext, bytes: Uint8Array, code: string, detail = /.*/): Promise<void> {
  const folder = await home(t);
  const archive = join(folder, 'archive');
  await writeFile(archive, bytes);
  const failure = await failureOf(expandArchive({ archive, target: join(folder, 'sub/target') }));
  assert.equal(failure.code, code, failure.detail);
  assert.deepEqual((await readdir(folder, { recursive: true })).sort(), ['archive', 'sub']);
  assert.match(failure.detail, detail);
}

interface TarEntry {
  readonly name: string | Uint8Array;
  readonly type?: string;
  readonly content?: Uint8Array | string;
  readonly sizeBytes?: number;
  readonly mode?: number;
}

const octal = (value: number, length: number) => `${value.toString(8).padStart(length - 1, '0')}\0`;

function tarBlock(entry: TarEntry): Buffer {
  const content = Buffer.from(entry.content ?? '');
  const header = Buffer.alloc(512);
  Buffer.from(entry.name).copy(header, 0);
  header.write(octal(entry.mode ?? 0o644, 8), 100);
  header.write(octal(entry.sizeBytes ?? content.length, 12), 124);
  header.write(entry.type ?? '0', 156);
  header.write('ustar\x0000', 257);
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(octal(sum, 7), 148);
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

const tar = (...entries: TarEntry[]) => Buffer.concat([...entries.map(tarBlock), Buffer.alloc(1024)]);

interface ZipEntry {
  readonly name: string | Uint8Array;
  readonly content?: Uint8Array | string;
  readonly flags?: number;
  /** st_mode; undefined: not made on Unix. */
  readonly mode?: number;
  readonly claimedSize?: number;
  readonly claimedCrc?: number;
}

/** A zip archive byte by byte (APPNOTE.TXT 4.3), so that it can lie. */
function zip(...entries: ZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content = '', flags = 0x800, mode, claimedSize, claimedCrc } of entries) {
    const bytes = Buffer.from(content);
    const packed = deflateRawSync(bytes);
    const nameBytes = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(flags, 2);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(claimedCrc ?? crc32(bytes), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(claimedSize ?? bytes.length, 18);
    common.writeUInt16LE(nameBytes.length, 22);
    const local = Buffer.concat([Buffer.from('504b0304', 'hex'), common, nameBytes, packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(((mode ?? 0) << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    const madeBy = Buffer.from([20, mode === undefined ? 0 : 3]);
    directory.push(Buffer.concat([Buffer.from('504b0102', 'hex'), madeBy, common, tail, nameBytes]));
    locals.push(local);
    offset += local.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const end = Buffer.alloc(22);
  end.write('504b0506', 0, 'hex');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...directory, end]);
}

async function makeSource(folder: string): Promise<string> {
  const source = join(folder, 'source');
  await writeFiles(source, {
    'app/bin/run.sh': '#!/bin/sh\n',
    'app/data.bin': 300_000,
    'app/empty': '',
    '更新/深い/説明.txt': '説明',
    [`app/${'long-name-'.repeat(9)}/${'x'.repeat(200)}.txt`]: 'long',
  });
  return source;
}

const packers: [string, string, string[], needs?: string][] = [
  ['tar (GNU)', 'tar', ['--format=gnu', '-cf', '../a', '.']],
  ['tar (pax)', 'tar', ['--format=posix', '-cf', '../a', 'app', '更新']],
  ['tar.gz', 'tar', ['-czf', '../a', 'app', '更新']],
  ['tar.zst', 'tar', ['--zstd', '-cf', '../a', 'app', '更新'], 'zstd'],
  ['zip', 'zip', ['-qr', '../a.zip', '.']],
];

for (const [what, program, args, needs = program] of packers) {
  const skip = spawnSync(needs, ['--version']).error ? `${needs} is missing` : false;
  test(`a real archive (${what}) is expanded whole, names, bytes and executable bits`, {
    skip,
  }, async (t) => {
    const folder = await home(t);
    const source = await makeSource(folder);
    const { status, stderr } = spawnSync(program, args, {
      cwd: source,
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
    });
    assert.equal(status, 0, String(stderr));
    const archive = join(folder, (await readdir(folder)).find((name) => name.startsWith('a')) ?? '');
    const target = join(folder, 'target');
    const result = await expandArchive({ archive, target });
    assert.deepEqual(await describeTree(target), await describeTree(source));
    assert.ok(result.bytes > 300_000);
  });
}

test('an archive that is cut off anywhere is refused, and nothing of it stays', async (t) => {
  const folder = await home(t);
  const source = await makeSource(folder);
  for (const pack of [['-cf'], ['-czf']]) {
    const archive = join(folder, 'a');
    spawnSync('tar', [...pack, archive, 'app'], { cwd: source });
    const { size } = await stat(archive);
    for (let part = 9; part > 0; part--) {
      await truncate(archive, Math.floor((size * part) / 10));
      const failure = await failureOf(expandArchive({ archive, target: join(folder, 'target') }));
      assert.match(failure.code, /^archive-(broken|unknown)$/);
      assert.deepEqual((await readdir(folder)).sort(), ['a', 'source']);
    }
  }
});

const evilNames: [string, string][] = [
  ['../evil', 'content-path-traversal'],
  ['a/../../evil', 'content-path-traversal'],
  ['/etc/cron.d/evil', 'content-path-absolute'],
  ['C:/evil', 'content-path-drive'],
  ['a\0b', 'content-path-character'],
  ['nul', 'content-path-reserved'],
  ['ab:stream', 'content-path-character'],
];

for (const [name, code] of evilNames) {
  const shown = JSON.stringify(name);
  // In tar a NUL ends the name.
  if (!name.includes('\0')) {
    test(`a tar archive with the name ${shown} is refused`, (t) =>
      assertRefused(t, tar({ name, content: 'x' }), code));
    test(`a tar archive with the pax name ${shown} is refused`, (t) => {
      const record = `${name.length + 9} path=${name}\n`;
      return assertRefused(
        t,
        tar({ name: 'pax', type: 'x', content: record }, { name: 'good', content: 'x' }),
        code,
      );
    });
    test(`a tar archive with the GNU name ${shown} is refused`, (t) =>
      assertRefused(
        t,
        tar({ name: 'long', type: 'L', content: `${name}\0` }, { name: 'good', content: 'x' }),
        code,
      ));
  }
  test(`a zip archive with the name ${shown} is refused`, (t) =>
    assertRefused(t, zip({ name, content: 'x' }), code));
}

test('a zip archive with a name in backslashes out of the folder is refused', (t) =>
  assertRefused(t, zip({ name: '..\\..\\evil', content: 'x' }), 'content-path-traversal'));

for (const [what, type] of [
  ['a symbolic link', '2'],
  ['a hard link', '1'],
] as const) {
  test(`a tar archive with ${what} is refused`, (t) =>
    assertRefused(t, tar({ name: 'a', type }), 'content-symlink'));
}

for (const type of ['3', '4', '6', 'S', 'M', 'V', '?']) {
  test(`a tar archive with an entry of type ${type} is refused`, (t) =>
    assertRefused(t, tar({ name: 'a', type }), 'content-special-file'));
}

test('a zip archive with a symbolic link or a device is refused', async (t) => {
  await assertRefused(t, zip({ name: 'a', mode: 0o120777, content: '/etc' }), 'content-symlink');
  await assertRefused(t, zip({ name: 'a', mode: 0o020600 }), 'content-special-file');
});

test('a link made by GNU tar and one made by zip are refused', async (t) => {
  const folder = await home(t);
  await mkdir(join(folder, 's'));
  await symlink('/etc', join(folder, 's/link'));
  spawnSync('tar', ['-cf', 'a', 's'], { cwd: folder });
  const failure = await failureOf(expandArchive({ archive: join(folder, 'a'), target: join(folder, 't') }));
  assert.equal(failure.code, 'content-symlink');
});

const twice: [string, Uint8Array][] = [
  ['the same file twice', tar({ name: 'a' }, { name: 'a' })],
  ['two files that Windows takes for one', tar({ name: 'a' }, { name: 'A' })],
  ['a file that is a folder too', tar({ name: 'a', type: '5' }, { name: 'a' })],
  ['a folder that is a file too', tar({ name: 'a' }, { name: 'A', type: '5' })],
  ['a file below a file', tar({ name: 'a' }, { name: 'a/b' })],
];
for (const [what, bytes] of twice) {
  test(`an archive with ${what} is refused`, (t) => assertRefused(t, bytes, 'content-path-duplicate'));
}

const zeros = Buffer.alloc(80 * 1024 * 1024);
const bombs: [string, () => Uint8Array][] = [
  ['zip', () => zip({ name: 'a', content: zeros })],
  ['tar.gz', () => gzipSync(tar({ name: 'a', content: zeros }), { level: 9 })],
  ['tar.zst', () => zstdCompressSync(tar({ name: 'a', content: zeros }))],
];
for (const [what, bomb] of bombs) {
  test(`a ${what} bomb is refused`, (t) => assertRefused(t, bomb(), 'archive-bomb'));
}

test('a bomb in a pax header does not fill the memory', async (t) => {
  const bomb = zstdCompressSync(tar({ name: 'pax', type: 'x', content: zeros }));
  await assertRefused(t, bomb, 'archive-broken', /too long/);
});

test('limits on files and bytes hold', async (t) => {
  const folder = await home(t);
  const archive = join(folder, 'a');
  await writeFile(archive, tar({ name: 'a', content: 'xyz' }, { name: 'b', content: 'xyz' }));
  const target = join(folder, 't');
  const limits = { maxFiles: 2, maxTotalBytes: 1_000_000, maxRatio: 1 };
  const files = await failureOf(expandArchive({ archive, target, limits: { ...limits, maxFiles: 1 } }));
  assert.equal(files.code, 'content-too-many-files');
  const bytes = await failureOf(
    expandArchive({ archive, target, limits: { ...limits, maxTotalBytes: 1000 } }),
  );
  assert.equal(bytes.code, 'archive-bomb');
  assert.deepEqual(await expandArchive({ archive, target, limits }), { files: 2, bytes: 6 });
});

const broken: [string, Uint8Array, string][] = [
  ['nothing', Buffer.alloc(0), 'archive-unknown'],
  ['a text', Buffer.from('hello'), 'archive-unknown'],
  ['a zip that is encrypted', zip({ name: 'a', content: 'x', flags: 0x801 }), 'archive-encrypted'],
  ['a zip with a wrong checksum', zip({ name: 'a', content: 'x', claimedCrc: 1 }), 'archive-broken'],
  ['a zip that says it is smaller', zip({ name: 'a', content: 'xxxx', claimedSize: 1 }), 'archive-broken'],
  ['a zip that says it is larger', zip({ name: 'a', content: 'x', claimedSize: 9 }), 'archive-broken'],
  ['a zip without its directory', zip({ name: 'a', content: 'x' }).subarray(0, -22), 'archive-broken'],
  ['a tar with a wrong checksum', Buffer.from(tar({ name: 'a' })).fill('b', 0, 1), 'archive-broken'],
  ['a tar without an end', tar({ name: 'a', content: 'x' }).subarray(0, -1024), 'archive-broken'],
  ['a tar that says it is larger', tar({ name: 'a', sizeBytes: 10_000 }), 'archive-broken'],
  ['a gzip of nothing', gzipSync(''), 'archive-broken'],
  ['a gzip with a flipped byte', flip(gzipSync(tar({ name: 'a', content: 'hello' })), 30), 'archive-broken'],
];

function flip(bytes: Buffer, position: number): Buffer {
  bytes[position] = (bytes[position] ?? 0) ^ 0x55;
  return bytes;
}

for (const [what, bytes, code] of broken) {
  test(`${what} is refused as ${code}`, (t) => assertRefused(t, bytes, code));
}

test('names in Shift_JIS, as Japanese Windows wrote them, are read', async (t) => {
  const folder = await home(t);
  // 更新.txt and 表.txt, whose second byte is a backslash.
  const names = [Buffer.from('8d5890562e747874', 'hex'), Buffer.from('955c2e747874', 'hex')];
  await writeFile(join(folder, 'z'), zip(...names.map((name) => ({ name, flags: 0, content: 'x' }))));
  await expandArchive({ archive: join(folder, 'z'), target: join(folder, 't') });
  assert.deepEqual((await readdir(join(folder, 't'))).sort(), ['更新.txt', '表.txt']);
});

test('a target with something in it is refused and left alone; an empty one is filled', async (t) => {
  const folder = await home(t);
  const archive = join(folder, 'a');
  await writeFile(archive, tar({ name: 'x/y', content: 'new' }));
  await writeFiles(folder, { 'full/mine': 'mine' });
  await mkdir(join(folder, 'empty'));
  const failure = await failureOf(expandArchive({ archive, target: join(folder, 'full') }));
  assert.equal(failure.code, 'content-target-exists');
  assert.equal(await readFile(join(folder, 'full/mine'), 'utf8'), 'mine');
  await expandArchive({ archive, target: join(folder, 'empty') });
  assert.equal(await readFile(join(folder, 'empty/x/y'), 'utf8'), 'new');
});

test('an aborted expansion leaves nothing', async (t) => {
  const folder = await home(t);
  const archive = join(folder, 'a');
  await writeFile(archive, tar({ name: 'a', content: 'x' }, { name: 'b', content: 'x' }));
  const abort = new AbortController();
  const options = {
    archive,
    target: join(folder, 't'),
    signal: abort.signal,
    onProgress: () => abort.abort(),
  };
  await assert.rejects(expandArchive(options), { name: 'AbortError' });
  assert.deepEqual(await readdir(folder), ['a']);
});
