import { Failure } from '@tenkai/domain/failure.ts';
import '../failures.ts';

/**
 * One ASN.1 element as it stands in the file (X.690). What nobody changes is written back as `raw`, byte for byte:
 * that is why this is a codec of ours (decision 0049).
 */
export interface Element {
  /** The first identifier octet: class, constructed bit and low tag number. */
  readonly tag: number;
  /** Identifier, length and content, and the end marker of an indefinite length. */
  readonly raw: Buffer;
  readonly content: Buffer;
  /** Whether identifier and length are as DER demands; says nothing of what is inside. */
  readonly isDer: boolean;
}

/** Universal tags and the two context tags that PKCS#12 uses. */
export const tags = {
  integer: 0x02,
  octetString: 0x04,
  nothing: 0x05,
  objectId: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
  context0: 0xa0,
  context0Primitive: 0x80,
  context3: 0xa3,
} as const;

const deepest = 64;
const isConstructed = (tag: number) => (tag & 0x20) !== 0;

/** @throws Failure certificate-malformed */
export function readElement(bytes: Buffer, at = 0, depth = 0): Element {
  if (depth > deepest) throw malformed(`more than ${deepest} levels`);
  const tag = octet(bytes, at);
  const lengthAt = afterIdentifier(bytes, at);
  const first = octet(bytes, lengthAt);
  if (first === 0x80) return readIndefinite(bytes, at, { tag, from: lengthAt + 1, depth });
  const { length, from, isShortest } = readLength(bytes, lengthAt, first);
  const end = from + length;
  if (end > bytes.length) throw malformed(`${end - bytes.length} bytes are missing`);
  return { tag, raw: bytes.subarray(at, end), content: bytes.subarray(from, end), isDer: isShortest };
}

function octet(bytes: Buffer, at: number): number {
  const value = bytes[at];
  if (value === undefined) throw malformed('it ends too early');
  return value;
}

function afterIdentifier(bytes: Buffer, at: number): number {
  if ((octet(bytes, at) & 0x1f) !== 0x1f) return at + 1;
  let next = at + 1;
  while ((octet(bytes, next) & 0x80) !== 0) next += 1;
  return next + 1;
}

function readLength(bytes: Buffer, at: number, first: number) {
  if (first < 0x80) return { length: first, from: at + 1, isShortest: true };
  const count = first & 0x7f;
  if (count > 4) throw malformed('a length of more than four bytes');
  let length = 0;
  for (let index = 1; index <= count; index += 1) length = length * 256 + octet(bytes, at + index);
  const isShortest = length >= 0x80 && octet(bytes, at + 1) !== 0;
  return { length, from: at + 1 + count, isShortest };
}

function readIndefinite(
  bytes: Buffer,
  at: number,
  { tag, from, depth }: { tag: number; from: number; depth: number },
): Element {
  if (!isConstructed(tag)) throw malformed('an indefinite length without parts');
  let next = from;
  while (octet(bytes, next) !== 0 || octet(bytes, next + 1) !== 0)
    next += readElement(bytes, next, depth + 1).raw.length;
  return { tag, raw: bytes.subarray(at, next + 2), content: bytes.subarray(from, next), isDer: false };
}

/** The elements inside a constructed one. @throws Failure certificate-malformed */
export function partsOf({ content }: Pick<Element, 'content'>): Element[] {
  const parts: Element[] = [];
  for (let at = 0; at < content.length; ) {
    const part = readElement(content, at);
    parts.push(part);
    at += part.raw.length;
  }
  return parts;
}

/** The element, if it has this tag. @throws Failure certificate-malformed */
export function expect(element: Element | undefined, tag: number, what: string): Element {
  if (element?.tag === tag) return element;
  throw malformed(`${what} is missing`);
}

/** The bytes of an OCTET STRING, also of one that BER has cut into pieces (by Java and macOS). */
export function octetsOf(element: Element, depth = 0): Buffer {
  if (!isConstructed(element.tag)) return element.content;
  if (depth > deepest) throw malformed(`more than ${deepest} levels`);
  return Buffer.concat(partsOf(element).map((part) => octetsOf(part, depth + 1)));
}

/** A small INTEGER, such as an iteration count. @throws Failure certificate-malformed */
export function smallInteger(element: Element | undefined, what: string): number {
  const { content } = expect(element, tags.integer, what);
  if (content.length === 0 || content.length > 5 || (octet(content, 0) & 0x80) !== 0)
    throw malformed(`${what} is out of range`);
  return content.readUIntBE(0, content.length);
}

/** Dotted text of an OBJECT IDENTIFIER. @throws Failure certificate-malformed */
export function objectIdOf(element: Element | undefined, what = 'an object identifier'): string {
  const { content } = expect(element, tags.objectId, what);
  const arcs: number[] = [];
  let value = 0;
  for (const byte of content) {
    value = value * 128 + (byte & 0x7f);
    if (value > 0xffff_ffff) throw malformed('an object identifier out of range');
    if ((byte & 0x80) !== 0) continue;
    arcs.push(value);
    value = 0;
  }
  const [first = 0, ...rest] = arcs;
  const root = Math.min(Math.floor(first / 40), 2);
  return [root, first - root * 40, ...rest].join('.');
}

/** An OBJECT IDENTIFIER from its dotted text. */
export function encodeObjectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const groups = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      groups.unshift(0x80 | (left % 128));
    return groups;
  });
  return encode(tags.objectId, Buffer.from(bytes));
}

/** One element in DER from its parts. */
export function encode(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([Buffer.from([tag, ...lengthBytes(length)]), ...parts]);
}

function lengthBytes(length: number): number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [0x80 | bytes.length, ...bytes];
}

/** The parts with those changed that `change` changes; the very same bytes where it changes none. */
export function rebuilt(element: Element, change: (part: Element, index: number) => Buffer): Buffer {
  const before = partsOf(element);
  const after = before.map(change);
  if (after.every((bytes, index) => bytes === before[index]?.raw)) return element.raw;
  return encode(element.tag, ...after);
}

export function malformed(reason: string): Failure {
  return new Failure('certificate-malformed', { reason });
}
