/**
 * The content manifest: which bytes make up one revision of a software package. Pure and free of Node, so that the
 * console can build one in the browser; hashing is in manifest-digest.ts.
 *
 * There is exactly one text for one content (RFC 8785: sorted keys, no blanks; files sorted by path), so the SHA-256
 * of that text, the contentId, names the content. A manifest is published with the site's signature over the text.
 */

/** One part of a file, stored and transferred under its hash. */
export interface ManifestChunk {
  /** SHA-256 of the bytes, 64 lower-case hexadecimal digits. */
  readonly sha256: string;
  readonly sizeBytes: number;
}

export interface ManifestFile {
  /** Relative, forward slashes, Unicode NFC, storable on Windows and Linux alike. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly isExecutable: boolean;
  /** In order; all of them CHUNK_SIZE_BYTES long but the last. Empty for an empty file. */
  readonly chunks: readonly ManifestChunk[];
}

/** What the contentId is computed from. */
export interface ManifestBody {
  readonly version: 1;
  /** Sorted by path (UTF-16 code units), each path once. */
  readonly files: readonly ManifestFile[];
  readonly totalBytes: number;
}

export interface Manifest extends ManifestBody {
  /** SHA-256 of canonicalManifest(body), 64 lower-case hexadecimal digits. */
  readonly contentId: string;
}

/** A manifest as it is published: the canonical text, and the site's signature over it (protocol: manifestProof). */
export interface SignedManifest {
  readonly body: string;
  readonly signature: string;
  readonly certificate: string;
}

/** The size of every chunk but a file's last. */
export const CHUNK_SIZE_BYTES = 4 * 1024 * 1024;

/** The canonical text of a manifest's body: what is hashed, and what a signature covers. */
export function canonicalManifest(body: ManifestBody): string {
  return JSON.stringify({
    files: body.files.map((file) => ({
      chunks: file.chunks.map(({ sha256, sizeBytes }) => ({ sha256, sizeBytes })),
      isExecutable: file.isExecutable,
      path: file.path,
      sizeBytes: file.sizeBytes,
    })),
    totalBytes: body.totalBytes,
    version: body.version,
  });
}

/** Files in canonical order with their total: a body ready to be checked and sealed. */
export function manifestBody(files: readonly ManifestFile[]): ManifestBody {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  return { version: 1, files: sorted, totalBytes: sorted.reduce((sum, file) => sum + file.sizeBytes, 0) };
}

/** Where a published store keeps a chunk, relative to its root: what any static web server serves. */
export function chunkPath(sha256: string): string {
  return `objects/${sha256.slice(0, 2)}/${sha256}`;
}

/** Where a published store keeps a manifest, relative to its root. */
export function manifestPath(contentId: string): string {
  return `manifests/${contentId}.json`;
}

/** Every distinct chunk of a manifest, by hash. */
export function distinctChunks(manifest: ManifestBody): Map<string, ManifestChunk> {
  const chunks = new Map<string, ManifestChunk>();
  for (const file of manifest.files) for (const chunk of file.chunks) chunks.set(chunk.sha256, chunk);
  return chunks;
}
