import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { startCutProxy } from '@tenkai/testkit/cut-proxy.ts';
import { noNginx, startNginx } from '@tenkai/testkit/nginx.ts';
import { type ContentFiles, publishContent } from '@tenkai/testkit/published-content.ts';
import { Failure } from '../failures.ts';
import type { ContentSource } from '../fetch/source-choice.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { type CacheOptions, type ContentCache, openContentCache } from './cache.ts';

const MIB = 1024 * 1024;
const skip = noNginx;

interface Rig {
  readonly home: string;
  readonly manifests: readonly Manifest[];
  readonly sources: readonly ContentSource[];
  readonly port: number;
  open(options?: Partial<CacheOptions>): Promise<ContentCache>;
}

/** Several contents on one web server. */
async function rig(t: TestContext, contents: readonly ContentFiles[]): Promise<Rig> {
  const home = await mkdtemp(join(tmpdir(), 'tenkai-cache-'));
  const root = join(home, 'published');
  const manifests: Manifest[] = [];
  for (const files of contents) {
    const published = await publishContent(files);
    await cp(published.store.root, root, { recursive: true });
    manifests.push(published.manifest);
    await published.remove();
  }
  const nginx = await startNginx({ root });
  atEnd(t, async () => {
    await nginx.stop();
    await rm(home, { recursive: true, force: true });
  });
  let clock = 0;
  return {
    home,
    manifests,
    sources: [{ baseUrl: nginx.url, ca: nginx.ca }],
    port: nginx.port,
    async open(options = {}) {
      const defaults = { root: join(home, 'cache'), limitBytes: 100 * MIB, now: () => ++clock };
      const cache = await openContentCache({ ...defaults, ...options });
      atEnd(t, () => cache.close());
      return cache;
    },
  };
}

/** Contents of one MiB each. */
const small = (count: number): ContentFiles[] =>
  Array.from({ length: count }, (_, index) => ({ [`top/${index}`]: MIB }));

function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  assert.ok(item !== undefined);
  return item;
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => new Error('it did not fail'),
    (reason) => reason,
  );
  assert.ok(error instanceof Failure, String(error));
  return error.code;
}

const names = (cache: ContentCache, { manifests }: Rig) =>
  cache.list().map(({ contentId }) => manifests.findIndex((manifest) => manifest.contentId === contentId));

test('content is brought once, verified at each use, and opened after a restart', { skip }, async (t) => {
  const all = await rig(t, [{ '更新/setup.exe': 2 * MIB, 'plain/bin/run': 'x' }]);
  const manifest = at(all.manifests, 0);
  const cache = await all.open();
  const first = await cache.acquire({ manifest, sources: all.sources, owner: 'run-1' });
  assert.equal(first.places.get('更新/setup.exe'), 'u66f4u65b0/setup.exe');
  assert.equal((await stat(join(first.folder, 'u66f4u65b0/setup.exe'))).size, 2 * MIB);
  cache.close();
  const again = await all.open();
  assert.deepEqual(await again.open(manifest.contentId), first);
  assert.deepEqual(again.list(), [
    {
      contentId: manifest.contentId,
      sizeBytes: manifest.totalBytes,
      isWhole: true,
      lastUsedAt: 2,
      pins: ['run-1'],
    },
  ]);
  // Nobody listens there: what is right on the disk needs no network.
  await again.acquire({ manifest, sources: [{ baseUrl: 'https://localhost:1/' }], owner: 'run-2' });
});

test('DIST-33: content that was damaged in the cache is noticed, and mended at its next use', {
  skip,
}, async (t) => {
  const all = await rig(t, [{ 'a/big': 9 * MIB, 'a/small': 'text', 'a/gone': 'text' }]);
  const manifest = at(all.manifests, 0);
  const cache = await all.open();
  const use = { manifest, sources: all.sources, owner: 'run' };
  const { folder } = await cache.acquire(use);
  assert.deepEqual(await cache.verify(manifest.contentId), { damagedPaths: [] });
  const bytes = await readFile(join(folder, 'a/big'));
  bytes[5 * MIB] = (bytes[5 * MIB] ?? 0) ^ 1;
  await writeFile(join(folder, 'a/big'), bytes);
  await writeFile(join(folder, 'a/small'), 'text and more');
  await rm(join(folder, 'a/gone'));
  await writeFile(join(folder, 'a/planted.dll'), 'x');
  assert.deepEqual(await cache.verify(manifest.contentId), { damagedPaths: ['a/big', 'a/gone', 'a/small'] });
  await cache.acquire(use);
  assert.deepEqual(await cache.verify(manifest.contentId), { damagedPaths: [] });
  assert.deepEqual((await readdir(join(folder, 'a'))).sort(), ['big', 'gone', 'small']);
});

test('what another owner has beside the content stays while that owner uses it', { skip }, async (t) => {
  const all = await rig(t, [{ 'a/setup': 'x' }]);
  const cache = await all.open();
  const use = { manifest: at(all.manifests, 0), sources: all.sources };
  const { folder } = await cache.acquire({ ...use, owner: 'run-1' });
  await writeFile(join(folder, 'a/setup.log'), 'busy');
  await cache.acquire({ ...use, owner: 'run-2' });
  assert.equal(await readFile(join(folder, 'a/setup.log'), 'utf8'), 'busy');
});

test('the least recently used content goes first, and never one in use', { skip }, async (t) => {
  const all = await rig(t, small(5));
  const cache = await all.open({ limitBytes: 3 * MIB });
  const use = async (index: number, owner: string) => {
    await cache.acquire({ manifest: at(all.manifests, index), sources: all.sources, owner });
    if (!owner.startsWith('keep')) cache.unpin(owner);
  };
  await use(0, 'keep-0');
  await use(1, 'run');
  await use(2, 'run');
  await use(1, 'run');
  await use(3, 'run');
  assert.deepEqual(names(cache, all), [0, 1, 3], '2 was used longest ago of those not in use');
  await use(4, 'keep-4');
  assert.deepEqual(names(cache, all), [0, 3, 4]);
  await use(2, 'keep-2');
  assert.deepEqual(names(cache, all), [0, 4, 2]);
  assert.equal(await codeOf(use(1, 'run')), 'content-cache-full');
  assert.deepEqual(names(cache, all), [0, 4, 2], 'a refused content leaves the others alone');
  const ids = cache.list().map(({ contentId }) => contentId);
  const files = await readdir(join(cache.root, 'content'));
  assert.deepEqual(
    files.sort(),
    ids.flatMap((id) => [id, `${id}.json`]).sort(),
    'and the disk holds just these',
  );
  assert.deepEqual(await readdir(join(cache.root, 'trash')), []);
});

test('a content larger than the cache is refused before anything is evicted or fetched', {
  skip,
}, async (t) => {
  const all = await rig(t, [...small(1), { 'top/large': 4 * MIB }]);
  const cache = await all.open({ limitBytes: 3 * MIB });
  await cache.acquire({ manifest: at(all.manifests, 0), sources: all.sources, owner: 'run' });
  cache.unpin('run');
  const large = cache.acquire({
    manifest: at(all.manifests, 1),
    sources: [{ baseUrl: 'https://localhost:1/' }],
    owner: 'run',
  });
  assert.equal(await codeOf(large), 'content-cache-full');
  assert.deepEqual(names(cache, all), [0]);
  assert.equal((await stat(join(cache.root, 'content', at(all.manifests, 0).contentId, 'top/0'))).size, MIB);
});

test('pins survive a restart and end with their owner', { skip }, async (t) => {
  const all = await rig(t, small(3));
  const cache = await all.open({ limitBytes: 2 * MIB });
  const use = (index: number, owner: string, which = cache) =>
    which.acquire({ manifest: at(all.manifests, index), sources: all.sources, owner });
  await use(0, 'a');
  await use(0, 'b');
  await use(1, 'c');
  cache.close();
  const again = await all.open({ limitBytes: 2 * MIB });
  assert.equal(await codeOf(use(2, 'd', again)), 'content-cache-full');
  assert.equal(await codeOf(again.remove(at(all.manifests, 0).contentId)), 'content-in-use');
  again.unpin('a');
  assert.equal(await codeOf(use(2, 'd', again)), 'content-cache-full', 'b uses it still');
  again.unpinAllBut(['c']);
  await use(2, 'd', again);
  assert.deepEqual(names(again, all), [1, 2]);
});

test('a smaller limit makes room at once, but not from under anybody', { skip }, async (t) => {
  const all = await rig(t, small(3));
  const cache = await all.open();
  for (const index of [0, 1, 2]) {
    await cache.acquire({ manifest: at(all.manifests, index), sources: all.sources, owner: `run-${index}` });
  }
  cache.unpin('run-1');
  await cache.resize(MIB);
  assert.deepEqual(names(cache, all), [0, 2]);
  cache.unpin('run-0', at(all.manifests, 0).contentId);
  await cache.resize(MIB);
  assert.deepEqual(names(cache, all), [2]);
  await assert.rejects(cache.open(at(all.manifests, 0).contentId), { code: 'not-found' });
});

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
