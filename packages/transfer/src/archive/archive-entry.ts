/** What an archive holds, whatever its format; read in order, each entry before the next. */
export interface ArchiveEntry {
  /** As in the archive, unchecked; forward slashes, without a slash at the end. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'link' | 'special';
  readonly isExecutable: boolean;
  /** The bytes of a file, once. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

/**
 * A file name from an archive: UTF-8, or else Shift_JIS, in which Japanese Windows wrote archives before there was a
 * mark for UTF-8. What is neither keeps a U+FFFD, which the check of paths refuses.
 */
export function decodeName(bytes: Uint8Array): string {
  for (const encoding of ['utf-8', 'shift_jis']) {
    try {
      return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      // Not in this encoding.
    }
  }
  return new TextDecoder().decode(bytes);
}

/** The bytes of what has none. */
export async function* noBytes(): AsyncGenerator<Uint8Array, undefined> {}
