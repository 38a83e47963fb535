import { CHUNK_SIZE_BYTES, type ManifestChunk } from '@tenkai/transfer/manifest/manifest.ts';

export interface HashedFile {
  readonly chunks: readonly ManifestChunk[];
  readonly sizeBytes: number;
  readonly isExecutable: boolean;
}

/** Hashes a file chunk by chunk, so that a file of any size needs the memory of one. */
export async function hashFile(file: Blob, onBytes: (bytes: number) => void): Promise<HashedFile> {
  const chunks: ManifestChunk[] = [];
  let isExecutable = false;
  for (let from = 0; from < file.size; from += CHUNK_SIZE_BYTES) {
    const bytes = await file.slice(from, from + CHUNK_SIZE_BYTES).arrayBuffer();
    if (from === 0) isExecutable = beginsLikeProgram(new Uint8Array(bytes));
    chunks.push({ sha256: await sha256Hex(bytes), sizeBytes: bytes.byteLength });
    onBytes(bytes.byteLength);
  }
  return { chunks, sizeBytes: file.size, isExecutable };
}

export async function sha256Hex(bytes: BufferSource): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const elf = [0x7f, 0x45, 0x4c, 0x46];

/** A browser does not tell the permissions of a file: scripts with `#!` and ELF programs get theirs back. */
function beginsLikeProgram(bytes: Uint8Array): boolean {
  const isScript = bytes[0] === 0x23 && bytes[1] === 0x21;
  return isScript || elf.every((value, index) => bytes[index] === value);
}
