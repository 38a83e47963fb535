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
export const SECTOR_BYTES = 4096;
/** Windows and macOS have no such flag; writes go through the cache there. */
const DIRECT = constants.O_DIRECT ?? 0;
/** File systems that know no direct writes, or want coarser places, say one of these. */
const refusals: readonly string[] = ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP'];
const onPages = new WeakSet<ArrayBufferLike>();

/** Memory that a direct write can start from: V8 reserves whole pages for a buffer that may be resized. */
export function directBuffer(sizeBytes: number): Buffer<ArrayBuffer> {
  return onWholePages(new ArrayBuffer(sizeBytes, { maxByteLength: sizeBytes }), sizeBytes);
}

/** The same of a WebAssembly memory, whose pages of 64 KiB are pages of the system too. */
export function directMemory(memory: WebAssembly.Memory, sizeBytes: number): Buffer<ArrayBuffer> {
  return onWholePages(memory.buffer, sizeBytes);
}

function onWholePages(memory: ArrayBuffer, sizeBytes: number): Buffer<ArrayBuffer> {
  onPages.add(memory);
  return Buffer.from(memory, 0, sizeBytes);
}

/** A smaller piece is not worth a write of its own. */
const LEAST_BYTES = 256 * 1024;

/**
 * Writes the whole sectors of these bytes past the page cache, where system, file system, memory and place allow it. A
 * `sync` of the file makes them durable.
 * @returns how many bytes, from the first on, it wrote; the others must be written in the ordinary way
 */
export async function writeDirectly(path: string, bytes: Uint8Array, position: number): Promise<number> {
  const isAtSector =
    position % SECTOR_BYTES === 0 && bytes.byteOffset % SECTOR_BYTES === 0 && onPages.has(bytes.buffer);
  const sectors = bytes.subarray(0, bytes.length - (bytes.length % SECTOR_BYTES));
  if (DIRECT === 0 || !isAtSector || sectors.length < LEAST_BYTES) return 0;
  try {
    await writeAt(path, sectors, position);
    return sectors.length;
  } catch (error) {
    if (refusals.includes(errorCode(error))) return 0;
    throw error;
  }
}

async function writeAt(path: string, sectors: Uint8Array, position: number): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | NO_FOLLOW | DIRECT;
  const handle = await open(path, flags, 0o644);
  try {
    await writeFully(handle, sectors, position);
  } finally {
    await handle.close();
  }
}
