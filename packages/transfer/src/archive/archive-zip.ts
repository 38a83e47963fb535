import { crc32 } from 'node:zlib';
import { type Entry, getFileNameLowLevel, openPromise, type ZipFile } from 'yauzl';
import { Failure } from '../failures.ts';
import { type ArchiveEntry, decodeName, noBytes } from './archive-entry.ts';

/** Entry of a zip archive whose name is marked as UTF-8 (APPNOTE.TXT, 4.4.4, bit 11). */
const UTF8_FLAG = 0x800;
/** Info-ZIP's extra field with the name in UTF-8. */
const UNICODE_PATH_FIELD = 0x7075;
/** APPNOTE.TXT, 4.4.2: made on Unix, so that the high half of the attributes is st_mode. */
const MADE_ON_UNIX = 3;

/**
 * The entries of a zip archive, in the order of its directory.
 * @throws Failure archive-encrypted; Error for an archive that is damaged
 */
export async function* readZip(path: string): AsyncGenerator<ArchiveEntry, undefined> {
  // Names are decoded and judged by us: yauzl takes them for CP437, where Japanese Windows wrote Shift_JIS.
  const zip = await openPromise(path, { autoClose: false, decodeStrings: false });
  try {
    for await (const entry of zip.eachEntry()) yield readEntry(zip, entry, path);
  } finally {
    zip.close();
  }
}

function readEntry(zip: ZipFile, entry: Entry, archive: string): ArchiveEntry {
  if (entry.isEncrypted()) throw new Failure('archive-encrypted', { path: archive });
  const name = nameOf(entry);
  const mode = entry.versionMadeBy >> 8 === MADE_ON_UNIX ? entry.externalFileAttributes >>> 16 : 0;
  const kind = kindOf(name, mode);
  const bytes = kind === 'file' ? readBytes(zip, entry) : noBytes();
  return { path: name.replace(/\/+$/, ''), kind, isExecutable: (mode & 0o111) !== 0, bytes };
}

function nameOf(entry: Entry): string {
  const isUtf8 = (entry.generalPurposeBitFlag & UTF8_FLAG) !== 0;
  const hasUnicode = entry.extraFields.some(({ id }) => id === UNICODE_PATH_FIELD);
  const name =
    isUtf8 || hasUnicode
      ? getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, true)
      : decodeName(entry.fileNameRaw);
  // Older .NET wrote backslashes between folders, against the specification.
  return name.replaceAll('\\', '/');
}

function kindOf(name: string, mode: number): ArchiveEntry['kind'] {
  const format = mode & 0o170000;
  if (format === 0o120000) return 'link';
  if (format !== 0 && format !== 0o100000 && format !== 0o040000) return 'special';
  return name.endsWith('/') ? 'folder' : 'file';
}

async function* readBytes(zip: ZipFile, entry: Entry): AsyncGenerator<Uint8Array, undefined> {
  const stream = await zip.openReadStreamPromise(entry);
  let checksum = 0;
  for await (const piece of stream) {
    checksum = crc32(piece, checksum);
    yield piece;
  }
  if (checksum !== entry.crc32) throw new Error('an entry has a wrong checksum');
}
