/** The lock of a folder among real processes that are killed while they hold it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { lockFolder } from './folder-lock.ts';

const racer = new URL('../../testkit/src/certificates/lock-racer.ts', import.meta.url).pathname;
const root = mkdtempSync(join(tmpdir(), 'tenkai-lock-'));
after(() => rmSync(root, { recursive: true, force: true }));
const processes = 24;

test('of many processes that want the lock of one that was killed, never two are inside together', async () => {
  const [folder, told] = [mkdtempSync(join(root, 'folder-')), mkdtempSync(join(root, 'told-'))];
  const ends = await Promise.all(
    Array.from({ length: processes }, async () => {
      const child = spawn(process.execPath, [racer, folder, told], { stdio: ['ignore', 'ignore', 'pipe'] });
      const [errors, [code, signal]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
      return signal === 'SIGKILL' ? 'killed inside, alone' : `${code}: ${errors}`;
    }),
  );
  assert.deepEqual([...new Set(ends)], ['killed inside, alone']);
  assert.equal(readdirSync(told).length, processes, 'each of them was inside once');
  const unlock = await lockFolder(folder, { store: folder, waitMs: 0, signal: AbortSignal.timeout(30_000) });
  unlock();
  assert.deepEqual(readdirSync(folder), [], 'nothing of the killed ones is left');
});
