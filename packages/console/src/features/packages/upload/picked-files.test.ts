import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { foldersOf, fromInput, withoutFolder, withPicked } from './picked-files.ts';

function picked(path: string, bytes = 1) {
  const file = new File([new Uint8Array(bytes)], path.split('/').at(-1) ?? '');
  Object.defineProperty(file, 'webkitRelativePath', { value: path });
  return file;
}

describe('files chosen for a package', () => {
  it('several folders are kept apart, each with its files and size', () => {
    const files = fromInput([picked('a/setup.sh', 3), picked('a/data/x', 4), picked('b/readme', 5)]);
    assert.deepEqual(
      foldersOf(files).map(({ name, files: inside, sizeBytes }) => [name, inside.length, sizeBytes]),
      [
        ['a', 2, 7],
        ['b', 1, 5],
      ],
    );
    assert.deepEqual(
      withoutFolder(files, 'a').map(({ path }) => path),
      ['b/readme'],
    );
  });

  it('replaces a folder as a whole when it is chosen again', () => {
    const before = fromInput([picked('a/old'), picked('b/kept')]);
    const after = withPicked(before, fromInput([picked('a/new')]));
    assert.deepEqual(after.map(({ path }) => path).sort(), ['a/new', 'b/kept']);
  });

  it('writes names in Unicode normal form C, as content must have them', () => {
    const [file] = fromInput([picked('更新/ガ.txt'.normalize('NFD'))]);
    assert.equal(file?.path, '更新/ガ.txt');
  });
});
