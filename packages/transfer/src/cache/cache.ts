import { existsSync, renameSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { freeBytes, usedDiskBytes } from '../disk/disk-space.ts';
import { makeFolder, writeFileDurably } from '../disk/durable.ts';
import { takeExclusive } from '../disk/exclusive.ts';
import { Failure } from '../failures.ts';
import { type FillFolderOptions, fillFolder } from '../fetch/fill-folder.ts';
import { compareFolder } from '../manifest/compare-folder.ts';
import { canonicalManifest, type Manifest } from '../manifest/manifest.ts';
import { parseManifest } from '../manifest/manifest-digest.ts';
import { workNames, workPath } from '../manifest/work-path.ts';
import { type CacheEntry, type CacheIndex, openCacheIndex } from './cache-index.ts';

/**
 * A machine's store of verified content, by contentId, of limited size. What nobody uses goes first that was used
 * longest ago; what is pinned never goes. Several processes may use one folder, and any of them may die at any time.
 */
export interface ContentCache {
  readonly root: string;
  /**
   * Brings a content to the disk, with every byte verified anew, and pins it for its owner until `unpin`. Bytes that
   * are there already are not fetched again.
   * @throws Failure content-cache-full, and as fillFolder; it is unpinned then. AbortError
   */
  acquire(options: AcquireOptions): Promise<CachedContent>;
  /** Ends an owner's use of one content, or of all. */
  unpin(owner: string, contentId?: string): void;
  /** Ends the use by all owners but these: for the start of a machine, when earlier owners are gone. */
  unpinAllBut(owners: readonly string[]): void;
  /** @throws Failure not-found unless the content is whole */
  open(contentId: string): Promise<CachedContent>;
  /** Compares a content with its manifest (DIST-33). @throws Failure not-found */
  verify(contentId: string, signal?: AbortSignal): Promise<{ readonly damagedPaths: readonly string[] }>;
  /** Least recently used first. */
  list(): CacheEntry[];
  /** @throws Failure content-in-use */
  remove(contentId: string): Promise<void>;
  /** Sets another limit and makes room at once, as far as nothing in use is concerned. */
  resize(limitBytes: number): Promise<void>;
  close(): void;
}

export interface CachedContent {
  readonly manifest: Manifest;
  readonly folder: string;
  /** Where each file of the manifest lies below the folder: top folders have plain ASCII names (BPKG-24). */
  readonly places: ReadonlyMap<string, string>;
}

export interface AcquireOptions
  extends Omit<FillFolderOptions, 'folder' | 'hasAsciiTops' | 'keepsStrangers'> {
  /** Who uses it, such as the id of a run. */
  readonly owner: string;
}

export interface CacheOptions {
  readonly root: string;
  readonly limitBytes: number;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

interface Cache {
  readonly root: string;
  readonly index: CacheIndex;
  readonly now: () => number;
  limitBytes: number;
}

/** Opens or creates a cache, and clears away what a crash has left. */
export async function openContentCache(options: CacheOptions): Promise<ContentCache> {
  const { root, limitBytes, now = Date.now } = options;
  for (const folder of ['content', 'locks', 'trash']) await makeFolder(join(root, folder));
  const cache: Cache = { root, index: openCacheIndex(join(root, 'index.db')), now, limitBytes };
  await clearLeftovers(cache);
  return {
    root,
    acquire: (wanted) => acquire(cache, wanted),
    unpin: (owner, contentId) => unpin(cache, (entry) => !contentId || entry === contentId, [owner]),
    unpinAllBut(owners) {
      const others = new Set(cache.index.list().flatMap(({ pins }) => pins));
      unpin(
        cache,
        () => true,
        [...others].filter((owner) => !owners.includes(owner)),
      );
    },
    open: (contentId) => openWhole(cache, contentId),
    verify: (contentId, signal) => verify(cache, contentId, signal),
    list: () => cache.index.list(),
    remove: (contentId) => remove(cache, contentId),
    async resize(bytes) {
      cache.limitBytes = bytes;
      cache.index.transaction(() => makeRoom(cache, 0));
      await emptyTrash(cache);
    },
    close: () => cache.index.close(),
  };
}

function folderOf({ root }: Cache, contentId: string): string {
  return join(root, 'content', contentId);
}

async function acquire(cache: Cache, options: AcquireOptions): Promise<CachedContent> {
  const { manifest, owner, signal } = options;
  const { contentId } = manifest;
  // So many locks as two digits allow: their files can never be removed without a race.
  const lock = await takeExclusive(join(cache.root, 'locks', contentId.slice(0, 2)), signal);
  try {
    const others = reserve(cache, manifest, owner);
    await emptyTrash(cache);
    await makeDiskRoom(cache, manifest);
    await writeFileDurably(join(cache.root, 'content'), `${contentId}.json`, canonicalManifest(manifest));
    // Other owners may keep files of their own beside the content's while they use it.
    await fillFolder({
      ...options,
      folder: folderOf(cache, contentId),
      hasAsciiTops: true,
      keepsStrangers: others > 0,
    });
    cache.index.put({ contentId, sizeBytes: manifest.totalBytes, isWhole: true, lastUsedAt: cache.now() });
    return contentAt(cache, manifest);
  } catch (error) {
    cache.index.unpin(contentId, owner);
    throw error;
  } finally {
    lock.release();
  }
}

/** Enters the content with its pin, and evicts for it; returns how many other owners it has. */
function reserve(cache: Cache, { contentId, totalBytes }: Manifest, owner: string): number {
  const { index } = cache;
  return index.transaction(() => {
    // What another owner uses at the moment stays usable while it is verified for this one.
    const isWhole = index.find(contentId)?.isWhole ?? false;
    index.put({ contentId, sizeBytes: totalBytes, isWhole, lastUsedAt: cache.now() });
    index.pin(contentId, owner);
    makeRoom(cache, totalBytes);
    return (index.find(contentId)?.pins ?? []).filter((pin) => pin !== owner).length;
  });
}

/** Evicts, within a transaction; all that is needed or, with a refusal, nothing. */
function makeRoom(cache: Cache, neededBytes: number): void {
  const entries = cache.index.list();
  const unused = entries.filter(({ pins }) => pins.length === 0);
  const pinnedBytes = sizeOf(entries) - sizeOf(unused) - neededBytes;
  const isPossible = neededBytes + pinnedBytes <= cache.limitBytes;
  if (!isPossible && neededBytes > 0) {
    throw new Failure('content-cache-full', { neededBytes, limitBytes: cache.limitBytes, pinnedBytes });
  }
  let excessBytes = sizeOf(entries) - cache.limitBytes;
  for (const { contentId, sizeBytes } of unused) {
    if (excessBytes <= 0) return;
    if (evict(cache, contentId)) excessBytes -= sizeBytes;
  }
}

function sizeOf(entries: readonly CacheEntry[]): number {
  return entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** Within a transaction, so that nobody can take it up in between. Where Windows keeps a file open, it stays. */
function evict(cache: Cache, contentId: string): boolean {
  try {
    moveToTrash(cache, contentId);
  } catch {
    return false;
  }
  cache.index.remove(contentId);
  return true;
}

let trashNumber = 0;

function moveToTrash(cache: Cache, name: string): void {
  for (const path of [name, `${name}.json`]) {
    const from = join(cache.root, 'content', path);
    const to = join(cache.root, 'trash', `${path}.${process.pid}.${cache.now()}.${trashNumber++}`);
    if (existsSync(from)) renameSync(from, to);
  }
}

async function emptyTrash({ root }: Cache): Promise<void> {
  for (const name of await readdir(join(root, 'trash'))) {
    await rm(join(root, 'trash', name), { recursive: true, force: true });
  }
}

/** The disk may have less room than the limit allows: then, too, what is not in use goes. */
async function makeDiskRoom(cache: Cache, manifest: Manifest): Promise<void> {
  const present = await usedDiskBytes(folderOf(cache, manifest.contentId));
  for (;;) {
    if ((await freeBytes(cache.root)) + present >= manifest.totalBytes) return;
    const victim = cache.index.list().find(({ pins }) => pins.length === 0);
    if (!victim) return;
    cache.index.transaction(() => {
      const isUnused = cache.index.find(victim.contentId)?.pins.length === 0;
      if (isUnused) evict(cache, victim.contentId);
    });
    if (cache.index.find(victim.contentId)) return;
    await emptyTrash(cache);
  }
}

function unpin({ index }: Cache, isMeant: (contentId: string) => boolean, owners: readonly string[]): void {
  index.transaction(() => {
    for (const { contentId } of index.list()) {
      if (isMeant(contentId)) for (const owner of owners) index.unpin(contentId, owner);
    }
  });
}

async function openWhole(cache: Cache, contentId: string): Promise<CachedContent> {
  if (!cache.index.find(contentId)?.isWhole)
    throw new Failure('not-found', { what: 'content', id: contentId });
  const text = await readFile(join(cache.root, 'content', `${contentId}.json`));
  return contentAt(cache, parseManifest({ ...JSON.parse(text.toString('utf8')), contentId }));
}

function contentAt(cache: Cache, manifest: Manifest): CachedContent {
  const names = workNames(manifest);
  const places = new Map(manifest.files.map(({ path }) => [path, workPath(names, path)]));
  return { manifest, folder: folderOf(cache, manifest.contentId), places };
}

async function verify(cache: Cache, contentId: string, signal: AbortSignal | undefined) {
  const { manifest, folder, places } = await openWhole(cache, contentId);
  return { damagedPaths: await compareFolder({ manifest, folder, places, signal }) };
}

async function remove(cache: Cache, contentId: string): Promise<void> {
  cache.index.transaction(() => {
    const pins = cache.index.find(contentId)?.pins ?? [];
    if (pins.length > 0) throw new Failure('content-in-use', { contentId, owners: pins.join(', ') });
    moveToTrash(cache, contentId);
    cache.index.remove(contentId);
  });
  await emptyTrash(cache);
}

/** Folders that the index does not know, and the trash. */
async function clearLeftovers(cache: Cache): Promise<void> {
  const names = await readdir(join(cache.root, 'content'));
  cache.index.transaction(() => {
    const known = new Set(cache.index.list().map(({ contentId }) => contentId));
    for (const name of new Set(names.map((file) => file.replace(/\.json$/, '')))) {
      if (!known.has(name)) moveToTrash(cache, name);
    }
  });
  await emptyTrash(cache);
}
