import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { PackageDraft } from '@tenkai/domain';
import { distinctChunks } from '@tenkai/transfer';
import {
  createKeyFile,
  initRepository,
  type Publication,
  publishPackages,
  type RepositoryKey,
  refreshRepository,
} from '@tenkai/transfer/repository/index.ts';
import { atEnd } from './at-end.ts';
import { aDraft } from './package-draft.ts';
import { publishContent } from './published-content.ts';

export interface TestRepository {
  /** What a web server publishes. */
  readonly folder: string;
  readonly key: RepositoryKey;
  /** Publishes a package with this many random bytes; returns the hashes of its chunks. */
  publish(over: Partial<PackageDraft> & { id: string }, bytes?: number): Promise<string[]>;
  refresh(): Promise<void>;
  /** A copy as it is now, as an attacker or a carried disk would keep it. */
  copyTo(name: string): Promise<string>;
  /** Changes one byte of a published file. */
  damage(path: string): Promise<void>;
}

/** A real signed repository in a folder of its own; `now` tells the publisher's time. */
export async function createRepository(
  t: Pick<TestContext, 'after'>,
  now: () => number = Date.now,
): Promise<TestRepository> {
  const home = await mkdtemp(join(tmpdir(), 'tenkai-repository-'));
  atEnd(t, () => rm(home, { recursive: true, force: true }));
  const folder = join(home, 'published');
  const key = await createKeyFile(join(home, 'publisher.key'));
  await initRepository({ folder, keys: [key], now: now(), name: 'Main', validDays: 30 });
  return {
    folder,
    key,
    async publish(over, bytes = 1000) {
      const content = await publishContent({ 'app/setup.bin': bytes });
      atEnd(t, () => content.remove());
      const { manifest, store } = content;
      const publication: Publication = {
        draft: aDraft({ ...over }),
        manifest,
        readChunk: (sha256) => readFile(store.pathOf(sha256)),
      };
      await publishPackages({ folder, keys: [key], now: now() }, [publication]);
      return [...distinctChunks(manifest).keys()];
    },
    refresh: async () => void (await refreshRepository({ folder, keys: [key], now: now() })),
    async copyTo(name) {
      await cp(folder, join(home, name), { recursive: true });
      return join(home, name);
    },
    async damage(path) {
      const bytes = await readFile(join(folder, path));
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
      await writeFile(join(folder, path), bytes);
    },
  };
}
