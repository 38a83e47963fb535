import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { lstat, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { startCutProxy } from '@tenkai/testkit/cut-proxy.ts';
import { noNginx, startNginx } from '@tenkai/testkit/nginx.ts';
import { describeTree, type PublishedContent, publishContent } from '@tenkai/testkit/published-content.ts';
import { failureOf } from '../failure-for-test.ts';
import { fetchContent, partialOf } from './fetch.ts';
import type { ContentSource } from './source-choice.ts';

const MIB = 1024 * 1024;

/** A process of its own, to be killed: reads what to do from its environment. */
const program = `
import { fetchContent } from '@tenkai/transfer';
await fetchContent(JSON.parse(process.env.FETCH_OPTIONS));
`;

function startChild(options: {
  manifest: object;
  sources: readonly ContentSource[];
  target: string;
  directFromBytes: number;
}) {
  return spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: import.meta.dirname,
    env: { ...process.env, FETCH_OPTIONS: JSON.stringify(options) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

async function publish(t: TestContext): Promise<PublishedContent & { source: ContentSource; port: number }> {
  const published = await publishContent({
    'setup/big.bin': 13 * MIB,
    'setup/bin/tool': 3 * MIB,
    'setup/empty': '',
    'other/small.txt': 'text',
  });
  atEnd(t, () => published.remove());
  const nginx = await startNginx({ root: published.store.root });
  atEnd(t, () => nginx.stop());
  return { ...published, source: { baseUrl: nginx.url, ca: nginx.ca }, port: nginx.port };
}

/** Written past the page cache from the first byte on, or never. */
const writing = { 'past the cache': 0, 'through the cache': Number.MAX_SAFE_INTEGER };

// Where the process dies, in parts of the bytes of the content; 1.0 falls into writing and finishing.
for (const [index, part] of [0.0001, 0.1, 0.25, 0.4, 0.5, 0.65, 0.8, 0.9, 0.97, 0.999, 1].entries()) {
  const directFromBytes = writing[index % 2 === 0 ? 'past the cache' : 'through the cache'];
  test(`DIST-35: a download killed (kill -9) at ${part * 100} % is continued and the content is right`, {
    skip: noNginx,
  }, async (t) => {
    const published = await publish(t);
    const { manifest, source, port, home } = published;
    const target = join(home, 'target');
    const killAfter = part * manifest.totalBytes;
    const proxy = await startCutProxy({
      toPort: port,
      onForward: (bytes) => bytes >= killAfter && child.kill('SIGKILL'),
    });
    atEnd(t, () => proxy.stop());
    const sources = [{ ...source, baseUrl: `https://localhost:${proxy.port}/` }];
    const child = startChild({ manifest, sources, target, directFromBytes });
    const [, signal] = await once(child, 'exit');
    assert.equal(signal, 'SIGKILL');
    assert.equal(await lstat(target).catch(() => 'absent'), 'absent', 'no half content under the final name');
    const { bytesResumed, bytesFetched } = await fetchContent({
      manifest,
      sources: [source],
      target,
      directFromBytes,
    });
    assert.equal(bytesResumed + bytesFetched, manifest.totalBytes);
    // Four parts may have been under way, of 4 MiB at most.
    assert.ok(bytesResumed >= killAfter - 16 * MIB, `only ${bytesResumed} bytes were of use`);
    assert.deepEqual(await describeTree(target), await describeTree(join(home, 'source')));
    assert.equal(await lstat(partialOf(target)).catch(() => 'gone'), 'gone');
  });
}

const noTmpfs = canMountTmpfs() ? false : 'only root may mount a small tmpfs';

function canMountTmpfs(): boolean {
  const probe = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', '-o', 'size=1m', 'tenkai', '/mnt']);
  return probe.status === 0;
}

async function onSmallDisk(
  folder: string,
  sizeBytes: number,
  act: (folder: string) => Promise<void>,
): Promise<void> {
  await mkdir(folder);
  const options = ['-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'tenkai-test', folder];
  const { status, stderr } = spawnSync('mount', options);
  assert.equal(status, 0, String(stderr));
  try {
    await act(folder);
  } finally {
    spawnSync('umount', ['-l', folder]);
  }
}

test('a disk that is too small is noticed before the first byte', { skip: noNginx || noTmpfs }, async (t) => {
  const { manifest, home } = await publish(t);
  await onSmallDisk(join(home, 'disk'), 8 * MIB, async (disk) => {
    // Nobody listens there: the refusal comes before the network is used.
    const sources = [{ baseUrl: 'https://localhost:1/' }];
    const failure = await failureOf(fetchContent({ manifest, sources, target: join(disk, 'target') }));
    assert.equal(failure.code, 'disk-full');
    assert.equal(failure.params.neededBytes, manifest.totalBytes);
    assert.ok(Number(failure.params.freeBytes) <= 8 * MIB);
  });
});

for (const [way, directFromBytes] of Object.entries(writing)) {
  test(`a disk that fills up during the download (${way}) gives the same failure; with room again it continues`, {
    skip: noNginx || noTmpfs,
  }, async (t) => {
    const { manifest, source, port, home } = await publish(t);
    await onSmallDisk(join(home, 'disk'), 20 * MIB, async (disk) => {
      const target = join(disk, 'target');
      // Takes the room as soon as the download, which has checked for it, is under way.
      const hog = (bytes: number) => {
        if (bytes > 5 * MIB && !existsSync(join(disk, 'hog'))) fillUp(join(disk, 'hog'), 12 * MIB);
      };
      const proxy = await startCutProxy({ toPort: port, onForward: hog });
      atEnd(t, () => proxy.stop());
      const sources = [{ ...source, baseUrl: `https://localhost:${proxy.port}/` }];
      const failure = await failureOf(
        fetchContent({ manifest, sources, target, parallel: 1, directFromBytes }),
      );
      assert.equal(failure.code, 'disk-full');
      assert.ok(Number(failure.params.neededBytes) > 0);
      assert.equal(await lstat(target).catch(() => 'absent'), 'absent');
      await rm(join(disk, 'hog'));
      const { bytesResumed } = await fetchContent({ manifest, sources: [source], target });
      assert.ok(bytesResumed > 0);
      assert.deepEqual(await describeTree(target), await describeTree(join(home, 'source')));
    });
  });
}

function fillUp(path: string, sizeBytes: number): void {
  try {
    writeFileSync(path, Buffer.alloc(sizeBytes));
  } catch {
    // As much as there was room for.
  }
}
