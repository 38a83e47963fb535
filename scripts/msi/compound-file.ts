/**
 * Writes compound files ([MS-CFB], version 3): files and folders in one file, which is what databases and patches of
 * Windows Installer are. msitools write no folders into them.
 */
export interface CompoundFolder {
  /** Sixteen bytes in hexadecimal, as they lie in the file. */
  readonly classId: string;
  readonly entries: Readonly<Record<string, Buffer | CompoundFolder>>;
}

const sectorBytes = 512;
const miniBytes = 64;
/** Whatever is smaller lies in the stream of small ones. */
const miniLimit = 4096;
const entryBytes = 128;
const [free, endOfChain, fatMark] = [0xffff_ffff, 0xffff_fffe, 0xffff_fffd];
/** As many sectors of the allocation table as the header itself can name: seven megabytes. */
const mostFats = 109;

interface Entry {
  readonly name: string;
  readonly kind: 1 | 2 | 5;
  readonly classId: string;
  readonly content: Buffer;
  child: number;
  left: number;
  right: number;
  isRed: boolean;
}

/** @throws RangeError for more than seven megabytes */
export function compoundFile(root: CompoundFolder): Buffer {
  const entries = listEntries(root);
  const sectors: Buffer[] = [];
  const fat: number[] = [];
  const small = placeSmall(entries);
  const starts = entries.map(({ content }, index) =>
    index === 0
      ? chain(sectors, fat, small.stream)
      : content.length >= miniLimit
        ? chain(sectors, fat, content)
        : (small.starts[index] ?? endOfChain),
  );
  const sizes = entries.map(({ content }, index) => (index === 0 ? small.stream.length : content.length));
  const miniFat = numbers(small.table);
  const miniStart = chain(sectors, fat, miniFat, 0xff);
  const directory = Buffer.concat(
    entries.map((entry, at) => entryOf(entry, starts[at] ?? 0, sizes[at] ?? 0)),
  );
  const directoryStart = chain(sectors, fat, directory);
  const fats = placeFats(sectors, fat);
  const header = headerOf({ fats, directoryStart, miniStart, miniSectors: sectorsOf(miniFat.length) });
  return Buffer.concat([header, ...sectors]);
}

const sectorsOf = (bytes: number) => Math.ceil(bytes / sectorBytes);

/** Appends the bytes as a chain of sectors; gives the first one. */
function chain(sectors: Buffer[], fat: number[], bytes: Buffer, filling = 0): number {
  if (bytes.length === 0) return endOfChain;
  const first = sectors.length;
  const count = sectorsOf(bytes.length);
  const padded = Buffer.alloc(count * sectorBytes, filling);
  bytes.copy(padded);
  for (let each = 0; each < count; each += 1) {
    sectors.push(padded.subarray(each * sectorBytes, (each + 1) * sectorBytes));
    fat.push(each === count - 1 ? endOfChain : first + each + 1);
  }
  return first;
}

function placeSmall(entries: readonly Entry[]) {
  const table: number[] = [];
  const parts: Buffer[] = [];
  const starts = entries.map(({ content }, index) => {
    if (index === 0 || content.length === 0 || content.length >= miniLimit) return endOfChain;
    const first = table.length;
    const count = Math.ceil(content.length / miniBytes);
    const padded = Buffer.alloc(count * miniBytes);
    content.copy(padded);
    parts.push(padded);
    for (let each = 1; each <= count; each += 1) table.push(each === count ? endOfChain : first + each);
    return first;
  });
  return { table, stream: Buffer.concat(parts), starts };
}

function placeFats(sectors: Buffer[], fat: number[]): number[] {
  let count = 0;
  while (count * (sectorBytes / 4) < fat.length + count) count += 1;
  if (count > mostFats) throw new RangeError('a compound file of more than seven megabytes');
  const fats = Array.from({ length: count }, (_, index) => sectors.length + index);
  const table = numbers([...fat, ...fats.map(() => fatMark)]);
  const padded = Buffer.alloc(count * sectorBytes, 0xff);
  table.copy(padded);
  for (const at of fats.keys()) sectors.push(padded.subarray(at * sectorBytes, (at + 1) * sectorBytes));
  return fats;
}

function numbers(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [at, value] of values.entries()) bytes.writeUInt32LE(value, at * 4);
  return bytes;
}

function headerOf(places: {
  fats: readonly number[];
  directoryStart: number;
  miniStart: number;
  miniSectors: number;
}): Buffer {
  const header = Buffer.alloc(sectorBytes, 0xff);
  header.fill(0, 0, 76);
  header.write('d0cf11e0a1b11ae1', 0, 'hex');
  header.writeUInt16LE(0x3e, 24);
  header.writeUInt16LE(3, 26);
  header.writeUInt16LE(0xfffe, 28);
  header.writeUInt16LE(9, 30);
  header.writeUInt16LE(6, 32);
  header.writeUInt32LE(places.fats.length, 44);
  header.writeUInt32LE(places.directoryStart, 48);
  header.writeUInt32LE(miniLimit, 56);
  header.writeUInt32LE(places.miniStart, 60);
  header.writeUInt32LE(places.miniSectors, 64);
  header.writeUInt32LE(endOfChain, 68);
  for (const [at, sector] of places.fats.entries()) header.writeUInt32LE(sector, 76 + at * 4);
  return header;
}

function listEntries(root: CompoundFolder): Entry[] {
  const entries: Entry[] = [];
  const add = (name: string, kind: Entry['kind'], content: Buffer, classId = '00'.repeat(16)) => {
    const links = { child: free, left: free, right: free, isRed: false };
    return entries.push({ name, kind, classId, content, ...links }) - 1;
  };
  const fill = (at: number, folder: CompoundFolder) => {
    const children = Object.entries(folder.entries).map(([name, value]) => {
      if (Buffer.isBuffer(value)) return add(name, 2, value);
      const inner = add(name, 1, Buffer.alloc(0), value.classId);
      fill(inner, value);
      return inner;
    });
    const entry = entries[at];
    if (entry) entry.child = balance(entries, inOrder(entries, children));
  };
  fill(add('Root Entry', 5, Buffer.alloc(0), root.classId), root);
  return entries;
}

/** Shorter names first, then by upper-case code units ([MS-CFB] 2.6.4). */
function inOrder(entries: readonly Entry[], indices: readonly number[]): number[] {
  const key = (index: number) => entries[index]?.name.toUpperCase() ?? '';
  const compare = (one: string, other: string) =>
    one.length - other.length || (one < other ? -1 : Number(one > other));
  return indices.toSorted((one, other) => compare(key(one), key(other)));
}

/** A red-black tree: every level is full but the last one, which alone is red. Gives its top. */
function balance(entries: Entry[], sorted: readonly number[]): number {
  const lastLevel = Math.floor(Math.log2(Math.max(1, sorted.length)));
  const build = (from: number, to: number, level: number): number => {
    if (from >= to) return free;
    const middle = Math.floor((from + to) / 2);
    const index = sorted[middle] ?? 0;
    const entry = entries[index];
    if (!entry) return free;
    entry.left = build(from, middle, level + 1);
    entry.right = build(middle + 1, to, level + 1);
    entry.isRed = level > 0 && level === lastLevel;
    return index;
  };
  return build(0, sorted.length, 0);
}

function entryOf(entry: Entry, start: number, size: number): Buffer {
  const bytes = Buffer.alloc(entryBytes);
  bytes.write(entry.name, 0, 'utf16le');
  bytes.writeUInt16LE((entry.name.length + 1) * 2, 64);
  bytes.writeUInt8(entry.kind, 66);
  bytes.writeUInt8(entry.isRed ? 0 : 1, 67);
  bytes.writeUInt32LE(entry.left, 68);
  bytes.writeUInt32LE(entry.right, 72);
  bytes.writeUInt32LE(entry.child, 76);
  bytes.write(entry.classId, 80, 'hex');
  bytes.writeUInt32LE(entry.kind === 1 ? 0 : start, 116);
  bytes.writeUInt32LE(size, 120);
  return bytes;
}
