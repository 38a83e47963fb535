import { type CompoundFile, openCompoundFile } from './compound-file.ts';

/** A row by the names of its columns: its texts only, numbers are left out. */
export type TextRow = Readonly<Record<string, string>>;

/** Tables of a Windows Installer database (.msi). */
export interface MsiDatabase {
  /** Empty where there is no such table. @throws RangeError where the file contradicts itself */
  rows(table: string): Promise<readonly TextRow[]>;
  close(): Promise<void>;
}

interface Column {
  readonly name: string;
  readonly isText: boolean;
  readonly bytes: number;
}

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._';
const [isTextBit, isNullableBit, binaryType] = [0x0800, 0x1000, 0x0900];
/** Windows' numbers of code pages by the names of the Encoding Standard; a database that names none has Latin letters. */
const encodings: Readonly<Record<number, string>> = {
  0: 'windows-1252',
  932: 'shift_jis',
  936: 'gbk',
  949: 'euc-kr',
  950: 'big5',
  65001: 'utf-8',
};

/** @throws RangeError where it is no database of Windows Installer */
export async function openMsi(path: string): Promise<MsiDatabase> {
  const file = await openCompoundFile(path);
  try {
    const strings = await readStrings(file);
    const columns = await readColumns(file, strings);
    return {
      rows: async (table) => {
        const bytes = await file.stream(streamName(table));
        return bytes ? rowsOf(bytes, columns.get(table) ?? [], strings) : [];
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Two characters lie in one code unit; a table's name begins with a mark. */
function streamName(table: string): string {
  let out = '\u4840';
  for (let at = 0; at < table.length; at += 2) {
    const [one, two] = [alphabet.indexOf(table.charAt(at)), alphabet.indexOf(table.charAt(at + 1) || '-')];
    out += String.fromCharCode(two < 0 ? 0x4800 + one : 0x3800 + one + (two << 6));
  }
  return out;
}

interface Strings {
  /** How many bytes of a row name a text. */
  readonly bytes: 2 | 3;
  readonly texts: readonly string[];
}

async function readStrings(file: CompoundFile): Promise<Strings> {
  const [pool, data] = [
    await file.stream(streamName('_StringPool')),
    await file.stream(streamName('_StringData')),
  ];
  if (!pool || !data || pool.length < 4) throw new RangeError('no tables of texts');
  const head = pool.readUInt32LE(0);
  const codePage = head & 0x7fff_ffff;
  const decoder = new TextDecoder(encodings[codePage] ?? `windows-${codePage}`);
  const texts = [''];
  let at = 0;
  for (let entry = 4; entry + 4 <= pool.length; entry += 4) {
    let length = pool.readUInt16LE(entry);
    const references = pool.readUInt16LE(entry + 2);
    // Of 64 KiB or more: the next entry is its length.
    if (length === 0 && references > 0 && entry + 8 <= pool.length) {
      entry += 4;
      length = pool.readUInt32LE(entry);
    }
    texts.push(decoder.decode(data.subarray(at, at + length)));
    at += length;
  }
  if (at > data.length) throw new RangeError('texts end early');
  return { bytes: head & 0x8000_0000 ? 3 : 2, texts };
}

async function readColumns(file: CompoundFile, strings: Strings): Promise<Map<string, Column[]>> {
  const bytes = await file.stream(streamName('_Columns'));
  if (!bytes) throw new RangeError('no table of columns');
  const count = Math.floor(bytes.length / (2 * strings.bytes + 4));
  const named = count * strings.bytes;
  const columns = new Map<string, Column[]>();
  for (let row = 0; row < count; row += 1) {
    const table = textAt(bytes, row * strings.bytes, strings);
    const number = (bytes.readUInt16LE(named + row * 2) ^ 0x8000) - 1;
    const name = textAt(bytes, named + count * 2 + row * strings.bytes, strings);
    const type = bytes.readUInt16LE(2 * named + count * 2 + row * 2) ^ 0x8000;
    const known = columns.get(table) ?? [];
    known[number] = columnOf(name, type, strings);
    columns.set(table, known);
  }
  return columns;
}

function columnOf(name: string, type: number, strings: Strings): Column {
  const isBinary = (type & ~isNullableBit) === binaryType;
  if (isBinary) return { name, isText: false, bytes: 2 };
  if (type & isTextBit) return { name, isText: true, bytes: strings.bytes };
  return { name, isText: false, bytes: (type & 0xff) <= 2 ? 2 : 4 };
}

/** Column after column, each with all rows. */
function rowsOf(bytes: Buffer, columns: readonly Column[], strings: Strings): TextRow[] {
  const width = columns.reduce((sum, column) => sum + column.bytes, 0);
  if (width === 0 || bytes.length % width !== 0) throw new RangeError('a table without whole rows');
  const count = bytes.length / width;
  return Array.from({ length: count }, (_, row) => {
    let start = 0;
    const cells: [string, string][] = [];
    for (const column of columns) {
      if (column.isText) cells.push([column.name, textAt(bytes, start + row * column.bytes, strings)]);
      start += column.bytes * count;
    }
    return Object.fromEntries(cells);
  });
}

const textAt = (bytes: Buffer, at: number, strings: Strings) =>
  strings.texts[bytes.readUIntLE(at, strings.bytes)] ?? '';
