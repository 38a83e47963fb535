import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  buildManifest,
  type ChunkStore,
  chunkReader,
  type Manifest,
  openChunkStore,
  uploadContent,
} from '@tenkai/transfer';

/** Files of a test content by path; a number makes that many random bytes, a text itself. */
export type ContentFiles = Readonly<Record<string, number | string | Uint8Array>>;

export interface PublishedContent {
  /** A folder of its own; everything of the test may go there. */
  readonly home: string;
  /** The folders that were published, by top name. */
  readonly folders: readonly string[];
  readonly store: ChunkStore;
  readonly manifest: Manifest;
  remove(): Promise<void>;
}

/** Writes files, makes their manifest, and puts both into a store that a web server can publish (`store.root`). */
export async function publishContent(files: ContentFiles): Promise<PublishedContent> {
  const home = await mkdtemp(join(tmpdir(), 'tenkai-content-'));
  const folders = await writeFiles(join(home, 'source'), files);
  const { manifest, sources } = await buildManifest({ folders });
  const store = await openChunkStore({ root: join(home, 'store') });
  await storeContent(store, manifest, sources);
  return { home, folders, store, manifest, remove: () => rm(home, { recursive: true, force: true }) };
}

/** Uploads into a store directly, as a server does on behalf of a client. */
export async function storeContent(
  store: ChunkStore,
  manifest: Manifest,
  sources: ReadonlyMap<string, string>,
): Promise<void> {
  const port = {
    missing: (chunks: readonly string[]) => store.missing(chunks),
    putChunk: async (sha256: string, bytes: Uint8Array) => {
      await store.put(sha256, bytes);
    },
    postManifest: async (whole: Manifest) => {
      await store.putManifest(whole, { signature: 'none', certificate: 'none' });
      return { contentId: whole.contentId };
    },
  };
  await uploadContent({ manifest, readChunk: chunkReader(sources), port });
}

/** Writes files below a folder, those in a `bin` folder executable; returns the top folders. */
export async function writeFiles(root: string, files: ContentFiles): Promise<string[]> {
  for (const [path, content] of Object.entries(files)) {
    const target = join(root, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, typeof content === 'number' ? randomBytes(content) : content);
    await chmod(target, path.includes('/bin/') ? 0o755 : 0o644);
  }
  return [...new Set(Object.keys(files).map((path) => join(root, path.split('/')[0] ?? '')))];
}

/** Everything below a folder: for each path its kind, executable bit and SHA-256. To compare two trees. */
export async function describeTree(root: string): Promise<Record<string, string>> {
  const tree: Record<string, string> = {};
  for (const path of (await readdir(root, { recursive: true })).sort()) {
    const found = await stat(join(root, path));
    if (found.isDirectory()) tree[path] = 'folder';
    else tree[path] = `${(found.mode & 0o111) !== 0 ? 'program' : 'file'} ${await hashOf(join(root, path))}`;
  }
  return tree;
}

async function hashOf(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}
