import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { atEnd } from '../at-end.ts';
import { cachedFolder } from './cached-folder.ts';

const skip = process.platform !== 'linux' && 'flock needs Linux';
const name = `cached-folder-test-${process.pid}`;
const make = async (folder: string) => writeFile(join(folder, 'made'), String(process.pid));

test('a cached folder is made once, whoever asks, and made anew with another recipe', { skip }, async (t) => {
  const folder = await cachedFolder({ name, key: 'a', make, limitMs: 60_000 });
  atEnd(t, () =>
    Promise.all([rm(folder.replace(/-a$/, '-b'), { recursive: true }), rm(folder.replace(/-a$/, '.lock'))]),
  );
  assert.equal(await readFile(join(folder, 'made'), 'utf8'), String(process.pid));
  const never = () => assert.fail('made twice');
  assert.equal(await cachedFolder({ name, key: 'a', make: never, limitMs: 60_000 }), folder);
  await assert.rejects(
    cachedFolder({ name, key: 'b', make: () => Promise.reject(new Error('half-way')), limitMs: 60_000 }),
    /half-way/,
  );
  const source = `import { cachedFolder } from ${JSON.stringify(new URL('cached-folder.ts', import.meta.url).href)};
    import { mkdir } from 'node:fs/promises';
    console.log(await cachedFolder({ name: '${name}', key: 'b', make: (f) => mkdir(f + '/' + process.pid), limitMs: 60000 }));`;
  const ask = () =>
    new Promise<string>((resolve) => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let text = '';
      child.stdout.on('data', (chunk) => {
        text += chunk;
      });
      child.on('close', () => resolve(text.trim()));
    });
  const [one, two] = await Promise.all([ask(), ask()]);
  assert.equal(one, two);
  assert.ok(existsSync(one));
  assert.ok(!existsSync(folder), 'the former recipe is gone');
});
