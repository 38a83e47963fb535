import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEditable, readText, writtenFile } from './text-file.ts';

const bytesOf = async (file: Blob) => Buffer.from(await file.arrayBuffer());

test('BCON-17: a text file that is edited keeps its encoding, its line ends and every byte that was not touched', async () => {
  const files: readonly (readonly [string, Buffer])[] = [
    ['utf-8', Buffer.from('[Version]\r\n名前=値\r\n')],
    ['utf-8 with a mark', Buffer.from('\ufeff[Version]\nx=1\n')],
    ['utf-16le', Buffer.from('\ufeff[Version]\r\n値=1\r\n', 'utf16le')],
    ['shift_jis', Buffer.from([0x5b, 0x83, 0x65, 0x5d, 0x0d, 0x0a])],
  ];
  for (const [name, before] of files) {
    const file = await readText(new Blob([Uint8Array.from(before)]));
    assert.ok(!file.text.includes('\r'), name);
    assert.deepEqual(await bytesOf(writtenFile('a.inf', file)), before, name);
    const added = await bytesOf(writtenFile('a.inf', { ...file, text: `${file.text}y=2\n` }));
    assert.deepEqual(added.subarray(0, before.length), before, name);
    assert.ok(added.length > before.length, name);
  }
});

test('what Latin 1 cannot hold is not lost', async () => {
  const file = await readText(new Blob([Uint8Array.from([0xe9])]));
  assert.equal((await bytesOf(writtenFile('a.txt', { ...file, text: 'é日' }))).toString(), 'é日');
});

test('programs and large files are not offered for editing', () => {
  assert.deepEqual(
    [isEditable('sp/i386/NETFW.INF', 10), isEditable('setup.exe', 10), isEditable('a.inf', 2 ** 21)],
    [true, false, false],
  );
});
