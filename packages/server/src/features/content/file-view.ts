import { createWriteStream } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ChunkStore, ManifestFile } from '@tenkai/transfer';
import { renameDurably } from '@tenkai/transfer/disk/durable.ts';
import { openFileMode, openFolderMode, readChunkFile, requireFolder } from './folder-copy.ts';

/**
 * The plain files of packages, `packages/<package ID>/<path>`, beside the chunks of a distribution point: for people
 * and for tools that know no manifest (DIST-27). Which content a folder shows is noted in `packages/.<ID>.content`.
 */
export interface FileView {
  readonly source: ChunkStore;
  /** Folder of the distribution point. */
  readonly folder: string;
  /** Content by package ID. */
  readonly wanted: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
}

/** Makes the folder show exactly the wanted packages. @throws Failure point-folder */
export async function reconcileFileView(view: FileView): Promise<void> {
  await requireFolder(view.folder);
  const root = join(view.folder, 'packages');
  const shown = await shownContents(root);
  for (const name of shown.keys()) if (!view.wanted.has(name)) await hide(root, name);
  for (const [name, contentId] of view.wanted) {
    view.signal.throwIfAborted();
    if (shown.get(name) !== contentId) await show(view, root, name, contentId);
  }
}

async function shownContents(root: string): Promise<Map<string, string>> {
  const names = await readdir(root).catch(() => []);
  const markers = names.flatMap((name) => /^\.([A-Za-z0-9_-]+)\.content$/.exec(name)?.[1] ?? []);
  const entries = markers.map(async (name) => [name, await readFile(markerOf(root, name), 'utf8')] as const);
  return new Map(await Promise.all(entries));
}

async function hide(root: string, name: string) {
  await rm(markerOf(root, name), { force: true });
  // On Windows somebody who reads a file of it may hold it for a moment.
  await rm(join(root, name), { recursive: true, force: true, maxRetries: 5 });
}

/** Written aside and then exchanged, so that nobody finds half a package. */
async function show({ source, signal }: FileView, root: string, name: string, contentId: string) {
  const { manifest } = await source.readManifest(contentId);
  const fresh = join(root, `.${name}.new`);
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  for (const folder of [root, fresh]) await chmod(folder, openFolderMode);
  for (const file of manifest.files) await writeWhole(source, file, join(fresh, file.path), signal);
  await hide(root, name);
  await renameDurably(fresh, join(root, name));
  await writeFile(markerOf(root, name), contentId);
}

async function writeWhole(source: ChunkStore, file: ManifestFile, target: string, signal: AbortSignal) {
  const first = await mkdir(dirname(target), { recursive: true });
  if (first !== undefined) await openFolders(first, dirname(target));
  await pipeline(Readable.from(chunksOf(source, file)), createWriteStream(target, { flags: 'wx' }), {
    signal,
  });
  await chmod(target, file.isExecutable ? openFolderMode : openFileMode);
}

/** Every folder from the first that was made down to the last. */
async function openFolders(first: string, last: string) {
  for (let folder = last; folder.length >= first.length; folder = dirname(folder))
    await chmod(folder, openFolderMode);
}

async function* chunksOf(source: ChunkStore, file: ManifestFile) {
  for (const { sha256 } of file.chunks) yield await readChunkFile(source, sha256);
}

function markerOf(root: string, name: string): string {
  return join(root, `.${name}.content`);
}
