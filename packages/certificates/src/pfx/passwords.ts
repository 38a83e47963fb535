import { hash, pbkdf2Sync } from 'node:crypto';
import { malformed } from '../asn1/element.ts';

/** Null is the absence of a password, which PKCS#12 keeps apart from the empty one. */
export type Password = string | null;

/** What opens the entries of one run. Keys that were derived for one file are kept until the next. */
export interface Opener {
  /** The one that opened the last file comes first. */
  readonly passwords: Password[];
  /** By what they were derived from; public keys of certificates and private keys, too: a repaired file is read twice. */
  readonly derived: Map<string, Buffer>;
}

export function createOpener(given: readonly string[] = []): Opener {
  return { passwords: [...new Set<Password>([null, '', ...given])], derived: new Map() };
}

/** The next file of a folder has most often the same password. */
export function preferPassword({ passwords }: Opener, password: Password): void {
  passwords.splice(passwords.indexOf(password), 1);
  passwords.unshift(password);
}

// A file that demands more costs minutes: it is hostile, or broken. OpenSSL and Windows take 2,000 to 600,000.
const mostPbkdf2Iterations = 5_000_000;
const mostPkcs12Iterations = 1_000_000;

export interface Derivation {
  readonly digest: string;
  readonly salt: Buffer;
  readonly iterations: number;
  readonly keyBytes: number;
}

/** PBKDF2 of RFC 8018; the password is UTF-8. @throws Failure certificate-malformed */
export function pbkdf2Key({ derived }: Opener, password: Password, derivation: Derivation): Buffer {
  const { digest, salt, iterations, keyBytes } = derivation;
  refuseIterations(iterations, mostPbkdf2Iterations);
  return remembered(derived, ['pbkdf2', password, derivation], () =>
    pbkdf2Sync(password ?? '', salt, iterations, keyBytes, digest),
  );
}

/** 1: key, 2: initial vector, 3: MAC (RFC 7292, appendix B.3). */
export type Purpose = 1 | 2 | 3;

/** The key derivation of PKCS#12, RFC 7292, appendix B.2. @throws Failure certificate-malformed */
export function pkcs12Key(
  { derived }: Opener,
  password: Password,
  derivation: Derivation & { readonly purpose: Purpose },
): Buffer {
  refuseIterations(derivation.iterations, mostPkcs12Iterations);
  return remembered(derived, ['pkcs12', password, derivation], () => derivePkcs12(password, derivation));
}

function refuseIterations(iterations: number, most: number) {
  if (iterations < 1 || iterations > most) throw malformed(`${iterations} iterations`);
}

/** What was derived for this file before; what throws is not remembered. */
export function remembered(
  derived: Map<string, Buffer>,
  what: readonly unknown[],
  derive: () => Buffer,
): Buffer {
  const id = JSON.stringify(what);
  const known = derived.get(id);
  if (known) return known;
  const key = derive();
  derived.set(id, key);
  return key;
}

function derivePkcs12(
  password: Password,
  { digest, salt, iterations, keyBytes, purpose }: Derivation & { readonly purpose: Purpose },
): Buffer {
  const blockBytes = digest === 'sha384' || digest === 'sha512' ? 128 : 64;
  const start = Buffer.concat([repeated(salt, blockBytes), repeated(bmpPassword(password), blockBytes)]);
  const parts: Buffer[] = [];
  let input: Buffer = start;
  for (let bytes = 0; bytes < keyBytes; bytes += parts.at(-1)?.length ?? keyBytes) {
    const block = hash(digest, Buffer.concat([Buffer.alloc(blockBytes, purpose), input]), 'buffer');
    // One buffer for all rounds, and short strings between them: a buffer for each of ten million rounds is memory that
    // the collector lets grow, and most of the time of a run.
    for (let round = 1; round < iterations; round += 1) block.write(hash(digest, block, 'binary'), 'latin1');
    parts.push(block);
    if (bytes + block.length < keyBytes)
      input = advanced(input, repeated(block, blockBytes, true), blockBytes);
  }
  return Buffer.concat(parts).subarray(0, keyBytes);
}

/** UTF-16, big end first, with a terminator; nothing at all where there is no password. */
function bmpPassword(password: Password): Buffer {
  return password === null ? Buffer.alloc(0) : Buffer.from(`${password}\0`, 'utf16le').swap16();
}

/** As many copies as fill whole blocks; none of nothing. */
function repeated(bytes: Buffer, blockBytes: number, isOneBlock = false): Buffer {
  if (bytes.length === 0) return bytes;
  const length = isOneBlock ? blockBytes : blockBytes * Math.ceil(bytes.length / blockBytes);
  return Buffer.alloc(length, bytes);
}

/** Each block of the input plus `step` plus one, modulo its length. */
function advanced(input: Buffer, step: Buffer, blockBytes: number): Buffer {
  const next = Buffer.from(input);
  for (let from = 0; from < next.length; from += blockBytes) {
    let carry = 1;
    for (let at = blockBytes - 1; at >= 0; at -= 1) {
      carry += (next[from + at] ?? 0) + (step[at] ?? 0);
      next[from + at] = carry & 0xff;
      carry >>= 8;
    }
  }
  return next;
}
