import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { test } from 'node:test';
import { atEnd } from '../at-end.ts';
import { output } from './command.ts';
import { buildDeb, noDebTools } from './deb.ts';
import { makeRigFolder } from './rig-folder.ts';

test('a table becomes a real package, the same table the same bytes', { skip: noDebTools }, async (t) => {
  const folder = await makeRigFolder('deb-test');
  atEnd(t, () => rm(folder, { recursive: true, force: true }));
  const content = {
    name: 'sample',
    version: '1:2.0-1',
    depends: 'base-files',
    files: { '/usr/bin/sample': '#!/bin/sh\necho 2.0\n', '/etc/sample.conf': 'a=1\n' },
    scripts: { postinst: '#!/bin/sh\ntouch /installed\n' },
    conffiles: ['/etc/sample.conf'],
  };
  const file = await buildDeb(folder, content);
  assert.match(file, /sample_2\.0-1_all\.deb$/);
  const fields = await output(['dpkg-deb', '-f', file, 'Package', 'Version', 'Depends']);
  assert.equal(fields, 'Package: sample\nVersion: 1:2.0-1\nDepends: base-files\n');
  assert.match(await output(['dpkg-deb', '-c', file]), /-rwxr-xr-x root\/root .* \.\/usr\/bin\/sample\n/);
  assert.match(await output(['dpkg-deb', '-I', file, 'postinst']), /touch/);
  const hash = async () =>
    createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
  const first = await hash();
  await buildDeb(folder, content);
  assert.equal(await hash(), first);
});
