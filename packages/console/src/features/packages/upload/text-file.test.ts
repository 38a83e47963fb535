import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asShiftJis, canWrite, isEditable, readText, writtenFile } from './text-file.ts';

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

test('BCON-17: what the encoding of a file cannot hold is refused, for no other one keeps the rest of it', async () => {
  const file = await readText(new Blob([Uint8Array.from([0x83, 0x65, 0x0a])]));
  const [typed, kept] = [
    { ...file, text: `${file.text}日` },
    { ...file, text: `${file.text}é` },
  ];
  assert.deepEqual([file, typed, kept].map(canWrite), [true, false, true]);
  assert.throws(() => writtenFile('a.txt', typed), RangeError);
  assert.deepEqual([...(await bytesOf(writtenFile('a.txt', kept)))], [0x83, 0x65, 0x0a, 0xe9]);
  const unicode = await readText(new Blob(['é']));
  assert.ok(canWrite({ ...unicode, text: 'é日' }));
});

test('BCON-17: a file that can be Shift_JIS can be read as such', async () => {
  const shown = async (...bytes: number[]) => asShiftJis(await readText(new Blob([Uint8Array.from(bytes)])));
  assert.deepEqual(
    [await shown(0x83, 0x65, 0x0d, 0x0a), await shown(0x66, 0xfc, 0x72), await shown(0xe3, 0x83, 0x86)],
    ['テ\n', undefined, undefined],
  );
});

test('programs and large files are not offered for editing', () => {
  assert.deepEqual(
    [isEditable('sp/i386/NETFW.INF', 10), isEditable('setup.exe', 10), isEditable('a.inf', 2 ** 21)],
    [true, false, false],
  );
});
