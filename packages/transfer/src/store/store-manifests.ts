import { readdir, readFile, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, syncFolder, writeFileDurably } from '../disk/durable.ts';
import { Failure } from '../failures.ts';
import {
  canonicalManifest,
  distinctChunks,
  type Manifest,
  manifestPath,
  type SignedManifest,
} from '../manifest/manifest.ts';
import { isSha256 } from '../manifest/manifest-check.ts';
import { parseManifest, parseSignedManifest } from '../manifest/manifest-digest.ts';

interface Place {
  readonly root: string;
  readonly pathOf: (sha256: string) => string;
}

/** What the site adds to a manifest when it publishes it. */
export type ManifestProof = Pick<SignedManifest, 'signature' | 'certificate'>;

/** Publishes a manifest, once all its chunks are in the store with the right sizes. */
export async function putManifest(
  { root, pathOf }: Place,
  manifest: Manifest,
  proof: ManifestProof,
): Promise<void> {
  const checked = parseManifest(manifest);
  for (const { sha256, sizeBytes } of distinctChunks(checked).values()) {
    const found = await stat(pathOf(sha256)).catch(() => undefined);
    if (found?.size !== sizeBytes) throw new Failure('content-chunk-missing', { sha256 });
  }
  const { signature, certificate } = proof;
  const signed: SignedManifest = { body: canonicalManifest(checked), signature, certificate };
  await writeFileDurably(join(root, 'manifests'), `${checked.contentId}.json`, JSON.stringify(signed));
}

/** @throws Failure not-found, content-manifest-mismatch, and as checkManifest */
export async function readManifest(
  root: string,
  contentId: string,
): Promise<{ manifest: Manifest; signed: SignedManifest }> {
  if (!isSha256(contentId))
    throw new Failure('not-found', { what: 'content', id: String(contentId).slice(0, 64) });
  try {
    return parseSignedManifest(await readFile(join(root, manifestPath(contentId))), { contentId });
  } catch (error) {
    if (errorCode(error) === 'ENOENT') throw new Failure('not-found', { what: 'content', id: contentId });
    throw error;
  }
}

/** The contentIds of all published manifests, sorted. */
export async function listManifests(root: string): Promise<string[]> {
  const names = await readdir(join(root, 'manifests'));
  return names
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .filter(isSha256)
    .sort();
}

/** Takes a manifest back; one that is not there is no error. */
export async function removeManifest(root: string, contentId: string): Promise<void> {
  if (!isSha256(contentId)) return;
  await unlink(join(root, manifestPath(contentId))).catch((error) => {
    if (errorCode(error) !== 'ENOENT') throw error;
  });
  await syncFolder(join(root, 'manifests'));
}
