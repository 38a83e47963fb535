/** A published content, and the plain web servers that hold it. */
import assert from 'node:assert/strict';
import { cp, lstat, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { startNginx } from '@tenkai/testkit/nginx.ts';
import {
  type ContentFiles,
  describeTree,
  type PublishedContent,
  publishContent,
} from '@tenkai/testkit/published-content.ts';
import { partialOf } from './fetch.ts';

export const MIB = 1024 * 1024;
const files: ContentFiles = {
  'setup/bin/install.sh': '#!/bin/sh\nexit 0\n',
  'setup/big.bin': 9 * MIB,
  'setup/empty': '',
  'setup/深い/フォルダ/file.txt': 'text',
  '更新/data.bin': 5 * MIB,
};

/** Short rests: the tests wait for conditions, and these only delay them. */
export const quick = { firstRestMs: 5, longestRestMs: 20, random: () => 0.5 };

export async function publish(t: TestContext, content: ContentFiles = files): Promise<PublishedContent> {
  const published = await publishContent(content);
  atEnd(t, () => published.remove());
  return published;
}

export async function serve(t: TestContext, root: string, settings = '') {
  const nginx = await startNginx({ root, settings });
  atEnd(t, () => nginx.stop());
  return { baseUrl: nginx.url, ca: nginx.ca, port: nginx.port };
}

/** A second web server with a copy of the store. */
export async function mirror(t: TestContext, { home, store }: PublishedContent) {
  const root = join(home, 'mirror');
  await cp(store.root, root, { recursive: true });
  return { root, ...(await serve(t, root)) };
}

export async function assertArrived({ home }: PublishedContent, target: string): Promise<void> {
  assert.deepEqual(await describeTree(target), await describeTree(join(home, 'source')));
  assert.equal(await lstat(partialOf(target)).catch(() => 'gone'), 'gone');
}

/** The first chunk of a file, as it lies in a store. */
export function chunkFile({ manifest }: PublishedContent, root: string, path: string, index = 0): string {
  const sha256 = manifest.files.find((file) => file.path === path)?.chunks[index]?.sha256 ?? '';
  return join(root, 'objects', sha256.slice(0, 2), sha256);
}

export async function flipByte(path: string, position: number): Promise<void> {
  const bytes = await readFile(path);
  bytes[position] = (bytes[position] ?? 0) ^ 1;
  await writeFile(path, bytes);
}
