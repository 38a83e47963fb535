import { open } from 'node:fs/promises';
import { CHUNK_SIZE_BYTES, type Manifest } from '../manifest/manifest.ts';
import type { ChunkSource } from './send-content.ts';

/** Chunks of a content that is still on its way to the disk: whoever opens one waits until it has landed. */
export interface LandingChunks extends ChunkSource {
  /** The chunk is in its place, verified. */
  land(sha256: string): void;
}

/**
 * Reads chunks from where they lie in the content's files.
 * @param fileOf where a path of the manifest lies on the disk
 */
export function landingChunks(manifest: Manifest, fileOf: (path: string) => string): LandingChunks {
  const places = placesOf(manifest);
  const landed = new Set<string>();
  const waiting = new Map<string, (() => void)[]>();
  return {
    land(sha256) {
      landed.add(sha256);
      for (const go of waiting.get(sha256) ?? []) go();
      waiting.delete(sha256);
    },
    async open(sha256) {
      if (!landed.has(sha256)) {
        await new Promise<void>((go) => waiting.set(sha256, [...(waiting.get(sha256) ?? []), go]));
      }
      const { path, ...place } = places.get(sha256) as Place;
      return { handle: await open(fileOf(path), 'r'), ...place };
    },
  };
}

interface Place {
  readonly path: string;
  readonly position: number;
  readonly sizeBytes: number;
}

/** Where each chunk of the content is found first. */
function placesOf(manifest: Manifest): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  for (const { path, chunks } of manifest.files) {
    for (const [index, { sha256, sizeBytes }] of chunks.entries()) {
      if (!places.has(sha256)) places.set(sha256, { path, position: index * CHUNK_SIZE_BYTES, sizeBytes });
    }
  }
  return places;
}
