import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { failureOf } from '../failure-for-test.ts';
import { expandArchive } from './archive.ts';
import { assertRefused, home, tar, zip } from './archive-for-test.ts';

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
