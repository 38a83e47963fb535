import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { chunkPath, distinctChunks } from '../manifest/manifest.ts';
import { openPublicStore } from '../store/public-store.ts';
import { readManifest } from '../store/store-manifests.ts';
import type { GarbageReport } from '../store/store-upkeep.ts';
import { readDescription } from './description.ts';
import { Failure } from './failures.ts';
import { publishing, readFolderIndex } from './folder.ts';
import {
  descriptionPath,
  indexPath,
  indexProof,
  type RepositoryEntry,
  type RepositoryIndex,
} from './index-file.ts';
import { fingerprintOf, isSigned } from './keys.ts';

export interface RepositoryReport {
  readonly index: RepositoryIndex;
  /** Of the keys that have signed the index rightly. */
  readonly fingerprints: readonly string[];
  /** One sentence each; empty: everything is as promised. */
  readonly problems: readonly string[];
  readonly chunks: number;
}

export interface InspectOptions {
  readonly folder: string;
  readonly now: number;
  /** The key that must have signed; absent: any. */
  readonly fingerprint?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Reads everything that the index names, and compares. @throws Failure repository-missing, repository-invalid */
export async function verifyRepository(options: InspectOptions): Promise<RepositoryReport> {
  const { folder, now, fingerprint, signal } = options;
  const { index, signed } = await readFolderIndex(folder);
  const good = signed.signatures.filter((signature) => isSigned(indexProof(signed.body), signature));
  const fingerprints = good.map(({ publicKey }) => fingerprintOf(publicKey));
  const problems: string[] = [];
  if (good.length < signed.signatures.length || good.length === 0)
    problems.push(`${indexPath}: a signature is wrong`);
  if (fingerprint !== undefined && !fingerprints.includes(fingerprint))
    problems.push(`${indexPath}: it is not signed by ${fingerprint}`);
  if (index.expiresAt <= now)
    problems.push(`${indexPath}: it expired at ${new Date(index.expiresAt).toISOString()}`);
  const seen = new Map<string, boolean>();
  for (const entry of index.packages) {
    signal?.throwIfAborted();
    problems.push(...(await entryProblems({ folder, seen, signal }, entry)));
  }
  return { index, fingerprints, problems, chunks: seen.size };
}

interface Inspection {
  readonly folder: string;
  /** Chunks that were read, and whether they are good. */
  readonly seen: Map<string, boolean>;
  readonly signal: AbortSignal | undefined;
}

async function entryProblems(inspection: Inspection, entry: RepositoryEntry): Promise<string[]> {
  const { folder, signal } = inspection;
  const problems: string[] = [];
  const path = descriptionPath(entry);
  await readFile(join(folder, path))
    .then((bytes) => readDescription(bytes, entry))
    .catch((error: Error) => problems.push(`${path}: ${error.message}`));
  if (entry.contentId === null) return problems;
  const found = await readManifest(folder, entry.contentId).catch((error: Error) => error);
  if (found instanceof Error) return [...problems, `${entry.id}: manifest: ${found.message}`];
  for (const sha256 of distinctChunks(found.manifest).keys()) {
    signal?.throwIfAborted();
    const isGood = inspection.seen.get(sha256) ?? (await isWhole(folder, sha256));
    inspection.seen.set(sha256, isGood);
    if (!isGood) problems.push(`${entry.id}: ${chunkPath(sha256)} is missing or damaged`);
  }
  return problems;
}

/** A chunk is 4 MiB at most. */
async function isWhole(folder: string, sha256: string): Promise<boolean> {
  const bytes = await readFile(join(folder, chunkPath(sha256))).catch(() => undefined);
  return bytes !== undefined && createHash('sha256').update(bytes).digest('hex') === sha256;
}

/**
 * Deletes what the index does not name any more, older than the grace time: sites that read an older index a moment
 * ago must still find its files.
 * @throws Failure repository-missing; and where a manifest that the index names cannot be read, since what it refers to
 *   must not be taken for garbage
 */
export async function pruneRepository(
  { folder, now, signal }: InspectOptions,
  graceMs: number,
): Promise<GarbageReport & { deletedFiles: number }> {
  return publishing(folder, signal, async () => {
    const { index } = await readFolderIndex(folder);
    const store = await openPublicStore({ root: folder });
    const named = new Set(index.packages.flatMap((entry) => entry.contentId ?? []));
    for (const contentId of named) await store.readManifest(contentId);
    const isOld = async (path: string) => (await stat(path)).mtimeMs <= now - graceMs;
    let deletedFiles = 0;
    for (const contentId of await store.listManifests()) {
      if (named.has(contentId) || !(await isOld(join(folder, `manifests/${contentId}.json`)))) continue;
      await store.removeManifest(contentId);
      deletedFiles++;
    }
    deletedFiles += await pruneDescriptions(folder, index, isOld);
    const garbage = { graceMs, now: () => now, ...(signal ? { signal } : {}) };
    return { deletedFiles, ...(await store.collectGarbage(garbage)) };
  });
}

async function pruneDescriptions(
  folder: string,
  index: RepositoryIndex,
  isOld: (path: string) => Promise<boolean>,
): Promise<number> {
  const named = new Set(index.packages.map(descriptionPath));
  const files = await readdir(join(folder, 'packages'), { recursive: true }).catch(() => []);
  let deleted = 0;
  for (const name of files) {
    const path = `packages/${name}`;
    if (!name.endsWith('.json') || named.has(path) || !(await isOld(join(folder, path)))) continue;
    await rm(join(folder, path));
    deleted++;
  }
  return deleted;
}

/** @throws Failure not-found */
export function entryOfPackage(index: RepositoryIndex, id: string): RepositoryEntry {
  const entry = index.packages.find((candidate) => candidate.id === id);
  if (!entry) throw new Failure('not-found', { what: 'package', id });
  return entry;
}
