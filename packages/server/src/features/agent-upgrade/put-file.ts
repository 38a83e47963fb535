import { open } from 'node:fs/promises';
import type { ManifestFile } from '@tenkai/transfer';
import type { Content } from '../content/index.ts';

/** Puts those chunks of a file into the content store that are not there yet. @throws Failure content-chunk-corrupt, disk-full */
export async function putFile(content: Content, file: ManifestFile, path: string): Promise<void> {
  const missing = new Set(await content.missing(file.chunks.map(({ sha256 }) => sha256)));
  const handle = await open(path);
  try {
    let position = 0;
    for (const { sha256, sizeBytes } of file.chunks) {
      if (missing.has(sha256)) {
        const bytes = Buffer.alloc(sizeBytes);
        await handle.read(bytes, 0, sizeBytes, position);
        await content.putChunk(sha256, bytes);
      }
      position += sizeBytes;
    }
  } finally {
    await handle.close();
  }
}
