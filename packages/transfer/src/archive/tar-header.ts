/** Headers of tar archives, pure: POSIX.1-2017 ustar and pax ("pax Interchange Format"), GNU long names and sizes. */
import { decodeName } from './archive-entry.ts';

export const TAR_BLOCK_BYTES = 512;

export interface TarHeader {
  readonly path: string;
  readonly sizeBytes: number;
  readonly isExecutable: boolean;
  /** The letter of the type, `0` for files of any age. */
  readonly type: string;
}

/** What pax records and GNU long names say about the header that follows them. */
export interface TarOverride {
  readonly path?: string;
  readonly sizeBytes?: number;
  readonly isSparse?: boolean;
}

/**
 * Reads a header block; undefined for a block of zeros, which ends an archive.
 * @throws Error for what is no header
 */
export function parseTarHeader(block: Uint8Array): TarHeader | undefined {
  if (block.every((byte) => byte === 0)) return undefined;
  if (checksumOf(block) !== numberAt(block, 148, 8)) throw new Error('a header has a wrong checksum');
  const isUstar = Buffer.from(block.subarray(257, 262)).toString('latin1') === 'ustar';
  // GNU tar uses the place of the prefix for other things; its mark ends with a blank instead of NUL.
  const hasPrefix = isUstar && block[262] === 0;
  const name = textAt(block, 0, 100);
  const prefix = hasPrefix ? textAt(block, 345, 155) : '';
  const letter = block[156] ? String.fromCharCode(block[156]) : '0';
  const path = prefix === '' ? name : `${prefix}/${name}`;
  const isOldFolder = letter === '0' && path.endsWith('/');
  return {
    path,
    sizeBytes: numberAt(block, 124, 12),
    isExecutable: (numberAt(block, 100, 8) & 0o111) !== 0,
    type: isOldFolder ? '5' : letter === '7' ? '0' : letter,
  };
}

function checksumOf(block: Uint8Array): number {
  let sum = 0;
  for (let index = 0; index < TAR_BLOCK_BYTES; index++) {
    sum += index >= 148 && index < 156 ? 32 : (block[index] ?? 0);
  }
  return sum;
}

function textAt(block: Uint8Array, start: number, length: number): string {
  return decodeName(untilNul(block.subarray(start, start + length)));
}

function untilNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

/** Octal digits; or, for large numbers, the bytes themselves after a first one of 0x80 (GNU). */
function numberAt(block: Uint8Array, start: number, length: number): number {
  const field = block.subarray(start, start + length);
  const value = ((field[0] ?? 0) & 0x80) !== 0 ? binaryNumber(field) : octalNumber(field);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error('a header has a number that is none');
  return value;
}

function binaryNumber(field: Uint8Array): number {
  const [first = 0, ...rest] = field;
  return rest.reduce((sum, byte) => sum * 256 + byte, first & 0x7f);
}

function octalNumber(field: Uint8Array): number {
  const digits = Buffer.from(untilNul(field)).toString('latin1').trim();
  if (!/^[0-7]*$/.test(digits)) return Number.NaN;
  return digits === '' ? 0 : Number.parseInt(digits, 8);
}

/** The long name that a GNU header of type L announces. */
export function parseLongName(bytes: Uint8Array): TarOverride {
  return { path: decodeName(untilNul(bytes)) };
}

/**
 * The records of a pax header: `<length> <key>=<value>\n`, the length counting itself.
 * @throws Error for what is no record
 */
export function parsePax(bytes: Uint8Array): TarOverride {
  const found: { path?: string; sizeBytes?: number; isSparse?: boolean } = {};
  for (let at = 0; at < bytes.length && bytes[at] !== 0; ) {
    const blank = bytes.indexOf(0x20, at);
    const length = Number(Buffer.from(bytes.subarray(at, Math.max(at, blank))).toString('latin1'));
    const end = at + length;
    if (!Number.isSafeInteger(length) || end > bytes.length || bytes[end - 1] !== 0x0a || blank + 1 >= end) {
      throw new Error('a pax header is malformed');
    }
    const record = bytes.subarray(blank + 1, end - 1);
    const equals = record.indexOf(0x3d);
    const key = Buffer.from(record.subarray(0, Math.max(0, equals))).toString('latin1');
    const value = record.subarray(equals + 1);
    if (key === 'path') found.path = decodeName(value);
    if (key === 'size') found.sizeBytes = wholeNumber(Buffer.from(value).toString('latin1'));
    if (key.startsWith('GNU.sparse.')) found.isSparse = true;
    at = end;
  }
  return found;
}

function wholeNumber(text: string): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw new Error('a pax header has a size that is none');
  return value;
}
