/** Caches that are used at the same time, killed, damaged or given up in the middle. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { startCutProxy } from '@tenkai/testkit/cut-proxy.ts';
import { at, codeOf, MIB, rig, skip, small } from './cache-for-test.ts';

test('two owners that ask for one content at the same time bring it once', { skip }, async (t) => {
  const all = await rig(t, [{ 'a/big': 20 * MIB }]);
  const proxy = await startCutProxy({ toPort: all.port });
  atEnd(t, () => proxy.stop());
  const sources = [{ ...at(all.sources, 0), baseUrl: `https://localhost:${proxy.port}/` }];
  const [one, two] = [await all.open(), await all.open()];
  const manifest = at(all.manifests, 0);
  await Promise.all([
    one.acquire({ manifest, sources, owner: 'one' }),
    two.acquire({ manifest, sources, owner: 'two' }),
    two.acquire({ manifest, sources, owner: 'three' }),
  ]);
  assert.ok(proxy.forwardedBytes() < 21 * MIB, `${proxy.forwardedBytes()} bytes came`);
  assert.deepEqual(at(one.list(), 0).pins, ['one', 'three', 'two']);
});

const program = `
import { openContentCache } from '@tenkai/transfer';
const { root, manifest, sources } = JSON.parse(process.env.CACHE_OPTIONS);
const cache = await openContentCache({ root, limitBytes: 1e9 });
await cache.acquire({ manifest, sources, owner: 'child' });
`;

test('a process killed (kill -9) in the middle leaves no lock, and its bytes are of use', {
  skip,
}, async (t) => {
  const all = await rig(t, [{ 'a/big': 20 * MIB }]);
  const manifest = at(all.manifests, 0);
  const proxy = await startCutProxy({
    toPort: all.port,
    onForward: (bytes) => bytes > 17 * MIB && child.kill('SIGKILL'),
  });
  atEnd(t, () => proxy.stop());
  const source = { ...at(all.sources, 0), baseUrl: `https://localhost:${proxy.port}/` };
  const given = { root: join(all.home, 'cache'), manifest, sources: [source] };
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program],
    {
      cwd: import.meta.dirname,
      env: { ...process.env, CACHE_OPTIONS: JSON.stringify(given) },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  const [, signal] = await once(child, 'exit');
  assert.equal(signal, 'SIGKILL');
  const cache = await all.open();
  assert.deepEqual(at(cache.list(), 0).pins, ['child']);
  assert.equal(await codeOf(cache.open(manifest.contentId)), 'not-found');
  const before = proxy.forwardedBytes();
  await cache.acquire({ manifest, sources: [source], owner: 'run' });
  assert.ok(proxy.forwardedBytes() - before < 19 * MIB, 'only the rest is fetched');
  assert.deepEqual(await cache.verify(manifest.contentId), { damagedPaths: [] });
});

test('a damaged index is begun anew; what lies about is cleared away', { skip }, async (t) => {
  const all = await rig(t, small(1));
  const manifest = at(all.manifests, 0);
  const cache = await all.open();
  await cache.acquire({ manifest, sources: all.sources, owner: 'run' });
  cache.close();
  await writeFile(
    join(cache.root, 'index.db'),
    'this is no database, and long enough to be looked at as one'.repeat(50),
  );
  const again = await all.open();
  assert.deepEqual(again.list(), []);
  assert.deepEqual(await readdir(join(cache.root, 'content')), []);
  await again.acquire({ manifest, sources: all.sources, owner: 'run' });
});

test('a failed acquisition is not left pinned, and an aborted one waits for no lock', { skip }, async (t) => {
  const all = await rig(t, small(1));
  const manifest = at(all.manifests, 0);
  const cache = await all.open();
  const dead = [{ baseUrl: 'https://localhost:1/' }];
  const quick = { giveUpAfterMs: 50, firstRestMs: 5, longestRestMs: 20 };
  assert.equal(
    await codeOf(cache.acquire({ ...quick, manifest, sources: dead, owner: 'a' })),
    'content-unreachable',
  );
  assert.deepEqual(at(cache.list(), 0).pins, []);
  const abort = new AbortController();
  const slow = cache.acquire({ manifest, sources: dead, owner: 'b', signal: abort.signal });
  const waiting = cache.acquire({ manifest, sources: dead, owner: 'c', signal: abort.signal });
  abort.abort();
  const ends = await Promise.allSettled([slow, waiting]);
  for (const end of ends) assert.equal(end.status === 'rejected' && end.reason.name, 'AbortError');
  await cache.acquire({ manifest, sources: all.sources, owner: 'd' });
});
