/** Contents on a web server, and caches that take them from there. */
import assert from 'node:assert/strict';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { noNginx, startNginx } from '@tenkai/testkit/nginx.ts';
import { type ContentFiles, publishContent } from '@tenkai/testkit/published-content.ts';
import { Failure } from '../failures.ts';
import type { ContentSource } from '../fetch/source-choice.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { type CacheOptions, type ContentCache, openContentCache } from './cache.ts';

/** In bytes. */
export const MIB = 1024 * 1024;

/** Why these tests cannot run here. */
export const skip = noNginx;

/** Contents that can be fetched, and caches of one folder. */
export interface Rig {
  readonly home: string;
  readonly manifests: readonly Manifest[];
  readonly sources: readonly ContentSource[];
  readonly port: number;
  open(options?: Partial<CacheOptions>): Promise<ContentCache>;
}

/** Several contents on one web server. */
export async function rig(t: TestContext, contents: readonly ContentFiles[]): Promise<Rig> {
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
export const small = (count: number): ContentFiles[] =>
  Array.from({ length: count }, (_, index) => ({ [`top/${index}`]: MIB }));

/** The item that must be there. */
export function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  assert.ok(item !== undefined);
  return item;
}

/** The code with which an act failed. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => new Error('it did not fail'),
    (reason) => reason,
  );
  assert.ok(error instanceof Failure, String(error));
  return error.code;
}
