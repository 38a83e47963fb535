import { createHash } from 'node:crypto';
import { CHUNK_SIZE_BYTES, distinctChunks, type Manifest, type ManifestChunk } from '../manifest/manifest.ts';
import { DIGEST_BYTES } from './datagram.ts';
import { type Shape, shapeOf } from './layout.ts';

/** What is sent as one: a chunk, or neighbouring small ones that together are no larger than the largest chunk. */
export interface Segment extends Shape {
  readonly index: number;
  readonly chunks: readonly ManifestChunk[];
  /** First bytes of a digest over the content's id, the index and the chunks' hashes. */
  readonly digest: Buffer;
}

/**
 * Cuts a content into segments. Sender and receivers come to the same ones, for the manifest is all that they depend
 * on. Small files share datagrams: a thousand of them must not cost a thousand datagrams each.
 */
export function segmentsOf(manifest: Manifest): readonly Segment[] {
  const groups: ManifestChunk[][] = [];
  let roomBytes = 0;
  for (const chunk of distinctChunks(manifest).values()) {
    if (chunk.sizeBytes > roomBytes) {
      groups.push([]);
      roomBytes = CHUNK_SIZE_BYTES;
    }
    (groups.at(-1) as ManifestChunk[]).push(chunk);
    roomBytes -= chunk.sizeBytes;
  }
  return groups.map((chunks, index) => segmentOf(manifest.contentId, index, chunks));
}

function segmentOf(contentId: string, index: number, chunks: readonly ManifestChunk[]): Segment {
  const sizeBytes = chunks.reduce((sum, chunk) => sum + chunk.sizeBytes, 0);
  const hash = createHash('sha256').update(`tenkai multicast segment\n${contentId}\n${index}\n`);
  for (const { sha256 } of chunks) hash.update(`${sha256}\n`);
  return { index, chunks, digest: hash.digest().subarray(0, DIGEST_BYTES), ...shapeOf(sizeBytes) };
}
