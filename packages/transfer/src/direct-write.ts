import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { errorCode, NO_FOLLOW } from './durable.ts';
import { writeFully } from './file-bytes.ts';

/**
 * Writing past the system's page cache (open(2), O_DIRECT). A copy into the cache costs more processor time than
 * decrypting the bytes did, and a content larger than a few hundred megabytes pushes out of memory what the machine's
 * user is working with. See docs/decisions/0047.
 */

/** What disks ask of a direct write: memory, place and length are multiples of a sector, 4 KiB at most. */
const SECTOR_BYTES = 4096;
/** Windows and macOS have no such flag; writes go through the cache there. */
const DIRECT = constants.O_DIRECT ?? 0;
/** File systems that know no direct writes, or want coarser places, say one of these. */
const refusals: readonly string[] = ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP'];
const onPages = new WeakSet<ArrayBufferLike>();

/** Memory that a direct write can start from: V8 reserves whole pages for a buffer that may be resized. */
export function directBuffer(sizeBytes: number): Buffer<ArrayBuffer> {
  const memory = new ArrayBuffer(sizeBytes, { maxByteLength: sizeBytes });
  onPages.add(memory);
  return Buffer.from(memory, 0, sizeBytes);
}

/**
 * Writes bytes past the page cache, where system, file system, memory and place allow it. What was written is on the
 * disk as far as a `sync` of the file makes it durable.
 * @returns false when it was refused: they must be written in the ordinary way
 */
export async function writeDirectly(path: string, bytes: Uint8Array, position: number): Promise<boolean> {
  const places = [bytes.byteOffset, bytes.length, position];
  const isPossible = onPages.has(bytes.buffer) && places.every((place) => place % SECTOR_BYTES === 0);
  if (DIRECT === 0 || !isPossible) return false;
  try {
    const flags = constants.O_WRONLY | constants.O_CREAT | NO_FOLLOW | DIRECT;
    const handle = await open(path, flags, 0o644);
    try {
      await writeFully(handle, bytes, position);
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    if (refusals.includes(errorCode(error))) return false;
    throw error;
  }
}
