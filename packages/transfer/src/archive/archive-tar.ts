import { type ArchiveEntry, noBytes } from './archive-entry.ts';
import {
  parseLongName,
  parsePax,
  parseTarHeader,
  TAR_BLOCK_BYTES,
  type TarHeader,
  type TarOverride,
} from './tar-header.ts';

/** A long name or pax header larger than this is an attack; it would be held in memory. */
const OVERRIDE_LIMIT_BYTES = 1024 * 1024;

/**
 * The entries of a tar archive from its (uncompressed) bytes, with memory for one piece at a time.
 * @throws Error for an archive that is damaged or cut off
 */
export async function* readTar(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<ArchiveEntry, undefined> {
  const reader = createByteReader(bytes);
  try {
    yield* readEntries(reader);
  } finally {
    await reader.close();
  }
}

async function* readEntries(reader: ByteReader): AsyncGenerator<ArchiveEntry, undefined> {
  let override: TarOverride = {};
  for (;;) {
    const header = parseTarHeader(await reader.take(TAR_BLOCK_BYTES));
    if (!header) return;
    const { type } = header;
    if (type === 'L' || type === 'K' || type === 'x' || type === 'g') {
      const content = await readOverride(reader, header);
      // K names the target of a link, g everything that follows: neither can make a file that we write.
      if (type === 'L') override = { ...override, ...parseLongName(content) };
      if (type === 'x') override = { ...override, ...parsePax(content) };
      continue;
    }
    yield* readEntry(reader, header, override);
    override = {};
  }
}

async function readOverride(reader: ByteReader, { sizeBytes }: TarHeader): Promise<Uint8Array> {
  if (sizeBytes > OVERRIDE_LIMIT_BYTES) throw new Error('an extended header is too long');
  const content = await reader.take(sizeBytes);
  await reader.take(paddingOf(sizeBytes));
  return content;
}

async function* readEntry(
  reader: ByteReader,
  header: TarHeader,
  override: TarOverride,
): AsyncGenerator<ArchiveEntry, undefined> {
  const path = (override.path ?? header.path).replace(/^(\.\/+)+/, '').replace(/\/+$/, '');
  const kind = override.isSparse ? 'special' : kindOf(header.type);
  const sizeBytes = kind === 'file' ? (override.sizeBytes ?? header.sizeBytes) : 0;
  const { isExecutable } = header;
  // The archive's own top folder.
  if (kind === 'folder' && (path === '' || path === '.')) return;
  const content = kind === 'file' ? reader.stream(sizeBytes) : noBytes();
  yield { path, kind, isExecutable, bytes: content };
  // What the receiver has not read.
  for await (const _ of content);
  await reader.take(paddingOf(sizeBytes));
}

function kindOf(type: string): ArchiveEntry['kind'] {
  if (type === '0') return 'file';
  if (type === '5') return 'folder';
  return type === '1' || type === '2' ? 'link' : 'special';
}

function paddingOf(sizeBytes: number): number {
  return (TAR_BLOCK_BYTES - (sizeBytes % TAR_BLOCK_BYTES)) % TAR_BLOCK_BYTES;
}

interface ByteReader {
  /** So many bytes at once. */
  take(count: number): Promise<Uint8Array>;
  /** So many bytes, in the pieces in which they come. */
  stream(count: number): AsyncGenerator<Uint8Array, void>;
  close(): Promise<void>;
}

function createByteReader(bytes: AsyncIterable<Uint8Array>): ByteReader {
  const iterator = bytes[Symbol.asyncIterator]();
  let piece: Uint8Array = new Uint8Array();

  async function next(limit: number): Promise<Uint8Array> {
    while (piece.length === 0) {
      const result = await iterator.next();
      if (result.done) throw new Error('the archive is cut off');
      piece = result.value;
    }
    const part = piece.subarray(0, limit);
    piece = piece.subarray(part.length);
    return part;
  }

  return {
    async take(count) {
      const parts: Uint8Array[] = [];
      for (let left = count; left > 0; ) {
        const part = await next(left);
        parts.push(part);
        left -= part.length;
      }
      return Buffer.concat(parts);
    },
    async *stream(count) {
      for (let left = count; left > 0; ) {
        const part = await next(left);
        left -= part.length;
        yield part;
      }
    },
    async close() {
      await iterator.return?.();
    },
  };
}
