import assert from 'node:assert/strict';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { atEnd } from '../at-end.ts';
import { output, runCommand } from './command.ts';
import { noOwnDisk } from './impairments.ts';
import { end, ended, spawnOwned } from './own-process.ts';
import { until } from './until.ts';

const program = `
  import { makeOwnDisk } from ${JSON.stringify(new URL('own-disk.ts', import.meta.url).href)};
  const disk = await makeOwnDisk('killed', 16);
  await disk.stall();
  console.log(disk.folder + ' ' + disk.path);
  setInterval(() => {}, 1000);`;

test('a disk that stands still goes on when the test that stalled it is killed', {
  skip: noOwnDisk,
}, async (t) => {
  const stalling = spawnOwned(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  atEnd(t, () => end(stalling));
  const [line] = (await once(stalling.stdout as NodeJS.EventEmitter, 'data')) as [Buffer];
  const [folder = '', path = ''] = String(line).trim().split(' ');
  atEnd(t, () => rm(dirname(folder), { recursive: true, force: true }));
  // Sees the disk for as long as the test wants, whoever else is gone.
  const [, , holder = ''] = path.split('/');
  const wait = 'cd "$0" && echo ready; exec sleep infinity';
  const witness = spawnOwned('nsenter', ['--target', holder, '--mount', 'sh', '-c', wait, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  atEnd(t, () => end(witness, 'SIGKILL'));
  await once(witness.stdout as NodeJS.EventEmitter, 'data');
  const freeze = (how: 'freeze' | 'unfreeze') =>
    runCommand(['fsfreeze', `--${how}`, `/proc/${witness.pid}/cwd`]);
  atEnd(t, () => freeze('unfreeze'));
  assert.match((await freeze('freeze')).stderr, /busy/, 'it stands still');
  stalling.kill('SIGKILL');
  await ended(stalling);
  // Only what moves can be made to stand still.
  await until('it goes on', async () => (await freeze('freeze')).code === 0, 20_000);
  assert.equal((await freeze('unfreeze')).code, 0);
  await end(witness, 'SIGKILL');
  const devices = () => output(['losetup', '--list', '--noheadings', '--output', 'BACK-FILE']);
  await until('no device is left', async () => !(await devices()).includes(dirname(folder)), 20_000);
});
