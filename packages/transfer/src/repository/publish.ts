import { chmod, mkdir, readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { PackageDraft } from '@tenkai/domain';
import { makeFolder } from '../disk/durable.ts';
import { canonicalManifest, distinctChunks, type Manifest } from '../manifest/manifest.ts';
import { openPublicStore, publicFolderMode } from '../store/public-store.ts';
import { describePackage } from './description.ts';
import { Failure } from './failures.ts';
import { publishing, readFolderIndex, replaceFile } from './folder.ts';
import {
  descriptionPath,
  indexPath,
  type RepositoryEntry,
  type RepositoryIndex,
  signIndex,
} from './index-file.ts';
import { type RepositoryKey, signText } from './keys.ts';

const dayMs = 86_400_000;

export interface Publisher {
  readonly folder: string;
  /** The first is the publisher's; a second one signs as well while the key is changed. */
  readonly keys: readonly RepositoryKey[];
  /** Epoch milliseconds. */
  readonly now: number;
  /** How long the new index is good; absent: as long as the one before. */
  readonly validDays?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A package that is to be published. */
export interface Publication {
  readonly draft: PackageDraft;
  readonly manifest: Manifest | null;
  /** Bytes of one chunk; asked only for those that are not in the repository yet. */
  readonly readChunk: (sha256: string) => Promise<Uint8Array>;
}

/** Makes an empty repository, version 1. @throws Failure repository-exists */
export async function initRepository(publisher: Publisher & { name: string; validDays: number }) {
  const { folder, name, now } = publisher;
  await makeFolder(folder);
  if ((await readdir(folder)).length > 0) throw new Failure('repository-exists', { folder });
  await chmod(folder, publicFolderMode);
  await openPublicStore({ root: folder });
  const index = { format: 1, name, version: 1, issuedAt: now, packages: [] } as const;
  return writeIndex(publisher, { ...index, expiresAt: now + publisher.validDays * dayMs });
}

/** A key below the folder would be on the web with it. @throws Failure repository-key-inside */
export async function refuseKeyInside(folder: string, keyPath: string): Promise<void> {
  await mkdir(dirname(resolve(keyPath)), { recursive: true, mode: 0o700 });
  const keyFolder = await realpath(dirname(resolve(keyPath)));
  const root = await realpath(folder).catch(() => resolve(folder));
  const way = relative(root, join(keyFolder, basename(keyPath)));
  if (!way.startsWith('..')) throw new Failure('repository-key-inside', { path: keyPath });
}

/**
 * Publishes packages under one new version. Everything that the new index names is durable before the index is
 * exchanged, and nothing that the old one names is touched. What is published already as it is makes no new version.
 * @throws Failure repository-missing, repository-key-unknown, content-*
 */
export async function publishPackages(
  publisher: Publisher,
  publications: readonly Publication[],
): Promise<{ index: RepositoryIndex; changed: readonly string[]; bytesAdded: number }> {
  return publishing(publisher.folder, publisher.signal, async () => {
    const before = await ownIndex(publisher);
    const entries = new Map(before.packages.map((entry) => [entry.id, entry]));
    const changed: string[] = [];
    let bytesAdded = 0;
    for (const publication of publications) {
      const entry = entryOf(publication, before.version + 1);
      if (isSame(entries.get(entry.id), entry)) continue;
      bytesAdded += await storePackage(publisher, publication, entry);
      entries.set(entry.id, entry);
      changed.push(entry.id);
    }
    if (changed.length === 0) return { index: before, changed, bytesAdded };
    return { index: await nextIndex(publisher, before, [...entries.values()]), changed, bytesAdded };
  });
}

/** Signs the same packages anew, with a later expiry. @throws Failure repository-missing, repository-key-unknown */
export async function refreshRepository(publisher: Publisher): Promise<RepositoryIndex> {
  return publishing(publisher.folder, publisher.signal, async () => {
    const before = await ownIndex(publisher);
    return nextIndex(publisher, before, before.packages);
  });
}

/** Takes packages out of the index; their files go with the next prune. @throws Failure not-found */
export async function withdrawPackages(
  publisher: Publisher,
  ids: readonly string[],
): Promise<RepositoryIndex> {
  return publishing(publisher.folder, publisher.signal, async () => {
    const before = await ownIndex(publisher);
    const unknown = ids.find((id) => !before.packages.some((entry) => entry.id === id));
    if (unknown !== undefined) throw new Failure('not-found', { what: 'package', id: unknown });
    return nextIndex(
      publisher,
      before,
      before.packages.filter((entry) => !ids.includes(entry.id)),
    );
  });
}

/** Signing what another has signed would lend him our name: one of our keys must have signed the index before. */
async function ownIndex({ folder, keys }: Publisher): Promise<RepositoryIndex> {
  const { index, signed } = await readFolderIndex(folder);
  const known = signed.signatures.map(({ publicKey }) => publicKey);
  if (keys.some(({ publicKey }) => known.includes(publicKey))) return index;
  const fingerprint = keys.map((key) => key.fingerprint).join(', ');
  throw new Failure('repository-key-unknown', {
    fingerprint,
    found: known.length === 0 ? '-' : 'another key',
  });
}

function entryOf({ draft, manifest }: Publication, revision: number): RepositoryEntry {
  return {
    id: draft.id,
    revision,
    description: describePackage(draft).sha256,
    contentId: manifest?.contentId ?? null,
    contentBytes: manifest?.totalBytes ?? 0,
  };
}

function isSame(before: RepositoryEntry | undefined, after: RepositoryEntry): boolean {
  return before?.description === after.description && before.contentId === after.contentId;
}

async function storePackage(
  { folder, keys, signal }: Publisher,
  { draft, manifest, readChunk }: Publication,
  entry: RepositoryEntry,
): Promise<number> {
  let bytesAdded = 0;
  if (manifest) {
    const store = await openPublicStore({ root: folder });
    for (const sha256 of await store.missing(distinctChunks(manifest).keys())) {
      signal?.throwIfAborted();
      bytesAdded += (await store.put(sha256, await readChunk(sha256))).sizeBytes;
    }
    const [key] = keys;
    const proof = key && signText(key, `tenkai-manifest-1\n${canonicalManifest(manifest)}`);
    await store.putManifest(manifest, {
      signature: proof?.signature ?? '',
      certificate: proof?.publicKey ?? '',
    });
  }
  const path = descriptionPath(entry);
  await makeFolder(join(folder, 'packages'));
  await chmod(join(folder, 'packages'), publicFolderMode);
  await replaceFile(join(folder, dirname(path)), basename(path), describePackage(draft).text);
  return bytesAdded;
}

async function nextIndex(
  publisher: Publisher,
  before: RepositoryIndex,
  packages: readonly RepositoryEntry[],
): Promise<RepositoryIndex> {
  const { now, validDays } = publisher;
  const validMs = validDays === undefined ? before.expiresAt - before.issuedAt : validDays * dayMs;
  return writeIndex(publisher, {
    ...before,
    version: before.version + 1,
    issuedAt: now,
    expiresAt: now + validMs,
    packages: [...packages].sort((a, b) => (a.id < b.id ? -1 : 1)),
  });
}

async function writeIndex({ folder, keys }: Publisher, index: RepositoryIndex): Promise<RepositoryIndex> {
  await replaceFile(folder, indexPath, JSON.stringify(signIndex(index, keys)));
  return index;
}
