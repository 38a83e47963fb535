import { type FileHandle, open } from 'node:fs/promises';

/** Streams of a compound file that lie in no folder, by their names as they are written ([MS-CFB]). */
export interface CompoundFile {
  /** Undefined: there is none. @throws RangeError where the file contradicts itself */
  stream(name: string): Promise<Buffer | undefined>;
  close(): Promise<void>;
}

const signature = 'd0cf11e0a1b11ae1';
const headerBytes = 512;
const entryBytes = 128;
const miniLimit = 4096;
/** From here on up, numbers of sectors mean something else. */
const firstMark = 0xffff_fffa;
const noEntry = 0xffff_ffff;
/** Tables of databases are small; a cabinet is never asked for. */
const mostBytes = 256 * 1024 * 1024;

interface Entry {
  readonly name: string;
  readonly kind: number;
  readonly left: number;
  readonly right: number;
  readonly child: number;
  readonly start: number;
  readonly size: number;
}

type ReadSector = (sector: number) => Promise<Buffer>;

/**
 * Reads the parts that are asked for, and no more: installers may be large.
 * @throws RangeError where it is no compound file
 */
export async function openCompoundFile(path: string): Promise<CompoundFile> {
  const file = await open(path);
  try {
    const parts = await readStructure(file);
    return { stream: (name) => readStream(parts, name), close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function readStructure(file: FileHandle) {
  const header = await read(file, 0, headerBytes);
  if (header.toString('hex', 0, 8) !== signature) throw new RangeError('no compound file');
  const shift = header.readUInt16LE(30);
  if (shift !== 9 && shift !== 12) throw new RangeError(`sectors of 2^${shift} bytes`);
  const bytes = 2 ** shift;
  const readSector: ReadSector = (sector) => read(file, (sector + 1) * bytes, bytes);
  const fat = await readFat(header, readSector);
  const chain = async (start: number) => joined(chainOf(fat, start, bytes), readSector);
  const entries = entriesOf(await chain(header.readUInt32LE(48)));
  const root = entries[0];
  if (root?.kind !== 5) throw new RangeError('no root');
  const miniFat = numbersOf(await chain(header.readUInt32LE(60)));
  return { entries, fat, bytes, readSector, miniFat, mini: await chain(root.start) };
}

async function readStream(
  { entries, fat, bytes, readSector, miniFat, mini }: Awaited<ReturnType<typeof readStructure>>,
  name: string,
): Promise<Buffer | undefined> {
  const entry = rootEntries(entries).find((each) => each.kind === 2 && each.name === name);
  if (!entry) return undefined;
  if (entry.size > mostBytes) throw new RangeError(`a table of ${entry.size} bytes`);
  const isSmall = entry.size < miniLimit;
  const readMini: ReadSector = async (sector) => mini.subarray(sector * 64, (sector + 1) * 64);
  const sectors = isSmall ? chainOf(miniFat, entry.start, 64) : chainOf(fat, entry.start, bytes);
  const whole = entry.size === 0 ? Buffer.alloc(0) : await joined(sectors, isSmall ? readMini : readSector);
  if (whole.length < entry.size) throw new RangeError('a stream ends early');
  return whole.subarray(0, entry.size);
}

async function read(file: FileHandle, at: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  const { bytesRead } = await file.read(buffer, 0, bytes, at);
  if (bytesRead === 0) throw new RangeError('the file ends early');
  return buffer;
}

/** The table of sectors: 109 parts of it are named by the header, the others by sectors of their own. */
async function readFat(header: Buffer, readSector: ReadSector): Promise<Uint32Array> {
  const count = header.readUInt32LE(44);
  const places = [...numbersOf(header.subarray(76))];
  for (let next = header.readUInt32LE(68); next < firstMark && places.length < count; ) {
    const more = [...numbersOf(await readSector(next))];
    next = more.pop() ?? noEntry;
    places.push(...more);
  }
  const used = places.slice(0, count).filter((place) => place < firstMark);
  const parts: Buffer[] = [];
  for (const place of used) parts.push(await readSector(place));
  return numbersOf(Buffer.concat(parts));
}

/** @throws RangeError where it never ends */
function chainOf(table: Uint32Array, start: number, bytes: number): number[] {
  const chain: number[] = [];
  for (let sector = start; sector < firstMark; sector = table[sector] ?? noEntry) {
    if (chain.length > table.length || chain.length * bytes > mostBytes)
      throw new RangeError('a chain without end');
    chain.push(sector);
  }
  return chain;
}

async function joined(sectors: readonly number[], readSector: ReadSector): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (const sector of sectors) parts.push(await readSector(sector));
  return Buffer.concat(parts);
}

const numbersOf = (bytes: Buffer) =>
  Uint32Array.from({ length: Math.floor(bytes.length / 4) }, (_, at) => bytes.readUInt32LE(at * 4));

function entriesOf(bytes: Buffer): Entry[] {
  return Array.from({ length: Math.floor(bytes.length / entryBytes) }, (_, index) => {
    const at = index * entryBytes;
    const nameBytes = Math.min(64, bytes.readUInt16LE(at + 64));
    return {
      name: bytes.toString('utf16le', at, at + Math.max(0, nameBytes - 2)),
      kind: bytes.readUInt8(at + 66),
      left: bytes.readUInt32LE(at + 68),
      right: bytes.readUInt32LE(at + 72),
      child: bytes.readUInt32LE(at + 76),
      start: bytes.readUInt32LE(at + 116),
      size: bytes.readUInt32LE(at + 120),
    };
  });
}

/** The tree of the root; each entry once, whatever the links say. */
function rootEntries(entries: readonly Entry[]): Entry[] {
  const open = [entries[0]?.child ?? noEntry];
  const seen = new Set<number>();
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    const entry = entries[index];
    if (!entry || seen.has(index)) continue;
    seen.add(index);
    open.push(entry.left, entry.right);
  }
  return [...seen].flatMap((index) => entries[index] ?? []);
}
