/** `tenkai hotfix extract` on Windows: by the real msiexec, as Wine has it. */
import assert from 'node:assert/strict';
import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { extractMsi } from '@tenkai/cli/msi-content.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { buildMsi, noMsiTools } from '@tenkai/testkit/rig/msi.ts';
import { makeNetwork } from '@tenkai/testkit/rig/network.ts';
import { makeScratchFolder } from '@tenkai/testkit/rig/rig-folder.ts';
import { noWine, startWine, wineNodePath } from '@tenkai/testkit/rig/wine-machine.ts';
import { bundle } from '../package/bundles.ts';

const uninstall = 'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall';

test('HOTFIX-13: hotfix extract gives on Windows the tree, hashes and properties that it gives on Linux, and installs nothing', {
  skip: noWine || noMsiTools,
  timeout: 1_200_000,
}, async (t) => {
  const network = await makeNetwork();
  atEnd(t, () => network.destroy());
  const machine = await startWine({ name: 'extract1', network });
  atEnd(t, () => machine.destroy());
  const folder = await makeScratchFolder('extract');
  const files = { 'Ccmcertfix.exe': 'a tool', 'read me.txt': 'x'.repeat(100_000) };
  const msi = await buildMsi(folder, { name: 'Hotfix', version: '4.0.6487', files });
  const onLinux = await extractMsi(msi, join(folder, 'out'), t.signal);
  assert.equal(onLinux.files.length, 2);

  await mkdir(machine.pathOf('C:\\t'), { recursive: true });
  await copyFile(await bundle('cli', folder), machine.pathOf('C:\\t\\tenkai.mjs'));
  await copyFile(msi, machine.pathOf('C:\\t\\t.msi'));
  const extract = (file: string) =>
    machine.run([
      wineNodePath,
      'C:\\t\\tenkai.mjs',
      '--json',
      'hotfix',
      'extract',
      file,
      '--to',
      'C:\\t\\out',
    ]);
  await machine.writeFile('C:\\t\\bad.msi', (await readFile(msi)).subarray(0, 4096));
  const refused = await extract('C:\\t\\bad.msi');
  assert.deepEqual([refused.code, /msi-unreadable/.test(refused.stderr)], [1, true], refused.stderr);
  const done = await extract('C:\\t\\t.msi');
  assert.equal(done.code, 0, done.stderr);
  const { properties, files: found } = JSON.parse(done.stdout);
  assert.deepEqual({ properties, files: found }, onLinux);
  assert.deepEqual((await readdir(machine.pathOf('C:\\t'))).sort(), [
    'bad.msi',
    'out',
    't.msi',
    'tenkai.mjs',
  ]);
  const { stdout } = await machine.run(['reg', 'query', uninstall, '/s']);
  assert.doesNotMatch(stdout, /DisplayName +REG_SZ +Hotfix/);
});
