import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { NO_FOLLOW } from '../disk/durable.ts';
import { readFully, sha256Of } from '../disk/file-bytes.ts';
import { Failure } from '../failures.ts';
import { CHUNK_SIZE_BYTES, type ManifestFile } from '../manifest/manifest.ts';

/**
 * The readChunk of an upload, for files on disk as buildManifest found them.
 * @throws Failure content-changed when a file is no longer what the manifest says
 */
export function chunkReader(sources: ReadonlyMap<string, string>) {
  return async (file: ManifestFile, index: number): Promise<Uint8Array> => {
    const source = sources.get(file.path);
    const chunk = file.chunks[index];
    if (source === undefined || !chunk) throw new Failure('content-changed', { path: file.path });
    const bytes = await readAt(source, index * CHUNK_SIZE_BYTES, chunk.sizeBytes);
    if (sha256Of(bytes) !== chunk.sha256) throw new Failure('content-changed', { path: source });
    return bytes;
  };
}

async function readAt(path: string, position: number, sizeBytes: number): Promise<Uint8Array> {
  const handle = await open(path, constants.O_RDONLY | NO_FOLLOW);
  try {
    const buffer = Buffer.allocUnsafeSlow(sizeBytes);
    return buffer.subarray(0, await readFully(handle, buffer, position));
  } finally {
    await handle.close();
  }
}
