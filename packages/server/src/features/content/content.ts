import { Failure } from '@tenkai/domain/failure.ts';
import { manifestProof } from '@tenkai/protocol/agent/orders.ts';
import { type ChunkStore, canonicalManifest, type Manifest, parseManifest } from '@tenkai/transfer';
import type { Actor } from '../../kernel/audit/audit.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { findManifest, saveFileTimes, touchManifest, upsertManifest } from './content.store.ts';

export interface ContentDeps extends Pick<Kernel, 'db' | 'clock' | 'keys' | 'audit'> {
  readonly store: ChunkStore;
}

/**
 * Registers content whose chunks are all here: checks the manifest, signs it and publishes it as a file. The same
 * manifest again is no mistake and renews its grace time; so do the times of its files, where they come with it.
 * @throws Failure content-manifest-*, content-path-*, content-chunk-missing, ...
 */
export async function registerManifest(
  deps: ContentDeps,
  actor: Actor,
  sent: unknown,
  fileTimes?: Readonly<Record<string, number>>,
): Promise<Manifest> {
  const { db, clock, keys, audit, store } = deps;
  const manifest = parseManifest(asObject(sent));
  await requireChunks(store, manifest);
  const now = clock.now();
  await db.transaction(async (tx) => {
    const isNew = (await findManifest(tx, manifest.contentId)) === undefined;
    await upsertManifest(tx, {
      content_id: manifest.contentId,
      total_bytes: manifest.totalBytes,
      file_count: manifest.files.length,
      created_at: now,
      created_by: actor.userId,
      touched_at: now,
      is_leaving: 0,
    });
    if (fileTimes) await saveFileTimes(tx, manifest.contentId, timesOf(manifest, fileTimes));
    if (!isNew) return;
    const details = { files: manifest.files.length, bytes: manifest.totalBytes };
    await audit.record(tx, {
      actor,
      action: 'content.registered',
      object: `content:${manifest.contentId}`,
      details,
    });
  });
  await store.putManifest(manifest, keys.sign(manifestProof(canonicalManifest(manifest))));
  return manifest;
}

/** Of files that are there, and nothing else. */
function timesOf({ files }: Manifest, given: Readonly<Record<string, number>>): Record<string, number> {
  const known = files.filter(({ path }) => Object.hasOwn(given, path));
  return Object.fromEntries(known.map(({ path }) => [path, given[path] as number]));
}

function asObject(sent: unknown): object {
  if (typeof sent === 'object' && sent !== null) return sent;
  throw new Failure('content-manifest-invalid', {}, { detail: 'the manifest is not an object' });
}

/** Asked before the row is written, so that a refusal leaves nothing behind; putManifest looks again, at sizes too. */
async function requireChunks(store: ChunkStore, manifest: Manifest) {
  const hashes = manifest.files.flatMap((file) => file.chunks.map((chunk) => chunk.sha256));
  const [first, ...others] = await store.missing(hashes);
  if (first === undefined) return;
  const detail = others.length === 0 ? '' : `and ${others.length} more`;
  throw new Failure('content-chunk-missing', { sha256: first }, { detail });
}

/**
 * Keeps content from garbage collection for the grace time, so that a feature can begin to use it.
 * @throws Failure not-found
 */
export async function holdContent({ db, clock, store }: ContentDeps, contentId: string): Promise<Manifest> {
  const isHere = await db.transaction((tx) => touchManifest(tx, contentId, clock.now()));
  if (!isHere) throw new Failure('not-found', { what: 'content', id: contentId });
  return (await store.readManifest(contentId)).manifest;
}
