/** The part of ASN.1's basic encoding rules that LDAP uses (RFC 4511, section 5.1: definite lengths only). */

/** Tags of values; those of operations are in messages.ts. */
export const tags = {
  boolean: 0x01,
  integer: 0x02,
  octets: 0x04,
  enumerated: 0x0a,
  sequence: 0x30,
  set: 0x31,
};

/** One element as it was read. */
export interface Element {
  readonly tag: number;
  readonly value: Buffer;
}

/** An element of other elements, or of bytes; text is UTF-8. */
export function element(tag: number, ...parts: readonly (Uint8Array | string)[]): Buffer {
  const value = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  return Buffer.concat([Buffer.from([tag, ...lengthBytes(value.length)]), value]);
}

/** @param value not negative, below 2^31 */
export function integer(value: number, tag = tags.integer): Buffer {
  const bytes = [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
  // A first bit that is set would make it negative.
  const from = bytes.findIndex((byte, index) => byte !== 0 || ((bytes[index + 1] ?? 128) & 128) !== 0);
  return element(tag, Uint8Array.from(bytes.slice(from)));
}

/**
 * Reads one element at the beginning.
 * @returns undefined while it is not all there
 * @throws RangeError for one that is longer than `limit`, or of a form that LDAP does not have
 */
export function readElement(
  bytes: Buffer,
  limit: number,
): { readonly element: Element; readonly rest: Buffer } | undefined {
  const [tag, first] = bytes;
  if (tag === undefined || first === undefined) return undefined;
  if ((tag & 31) === 31 || first === 128 || first > 132) throw new RangeError('no element of LDAP');
  const count = first < 128 ? 0 : first - 128;
  if (bytes.length < 2 + count) return undefined;
  const length = count === 0 ? first : bytes.readUIntBE(2, count);
  if (length > limit) throw new RangeError(`an element of ${length} bytes`);
  const start = 2 + count;
  if (bytes.length < start + length) return undefined;
  return {
    element: { tag, value: bytes.subarray(start, start + length) },
    rest: bytes.subarray(start + length),
  };
}

/** The elements inside of one. @throws RangeError where they do not fill it exactly */
export function children({ value }: Element): Element[] {
  const found: Element[] = [];
  for (let rest = value; rest.length > 0; ) {
    const read = readElement(rest, rest.length);
    if (!read) throw new RangeError('an element that is cut off');
    found.push(read.element);
    rest = read.rest;
  }
  return found;
}

/** @throws RangeError where it is none that fits */
export function toNumber({ value }: Element): number {
  if (value.length < 1 || value.length > 4) throw new RangeError('no number');
  return value.readIntBE(0, value.length);
}

function lengthBytes(length: number): number[] {
  if (length < 128) return [length];
  const bytes = [length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255];
  const significant = bytes.slice(bytes.findIndex((byte) => byte !== 0));
  return [128 + significant.length, ...significant];
}
