import { createHmac, randomBytes } from 'node:crypto';
import { encode, encodeObjectId, readElement, tags } from '../asn1/element.ts';
import { oid } from '../asn1/object-ids.ts';
import { cleanFriendlyName } from '../friendly-name.ts';
import { encryptionOf } from './encryption.ts';
import { bmpString } from './name-attribute.ts';
import { createOpener, type Opener, pkcs12Key } from './passwords.ts';

/** A private key and its certificate, as one pair of a PFX. */
export interface PfxPair {
  /** PKCS#8 in DER, in the clear. */
  readonly privateKey: Buffer;
  readonly certificate: Buffer;
  /** Whatever it holds, the file gets a clean one (IDENT-24). */
  readonly friendlyName: string;
}

export interface PfxToWrite {
  readonly pairs: readonly PfxPair[];
  /** Kept encrypted beside the keys, in a bag that other programs pass over. */
  readonly secret: Buffer;
  /** Not empty. */
  readonly password: string;
}

/** Of key and MAC alike, for a guess takes the cheaper way; ten times what OpenSSL and Windows write. */
const iterations = 20_000;

const sequence = (...parts: Uint8Array[]) => encode(tags.sequence, ...parts);
const octets = (bytes: Uint8Array) => encode(tags.octetString, bytes);
const explicit = (part: Uint8Array) => encode(tags.context0, part);
const nothing = encode(tags.nothing);

/**
 * A PFX (PKCS#12, RFC 7292) that Windows, OpenSSL and `readPfx` read: keys, certificates and secret encrypted with
 * AES-256 (PBES2), all of it under a MAC of SHA-256. Friendly names are clean whatever was given.
 */
export function writePfx({ pairs, secret, password }: PfxToWrite): Buffer {
  const opener = createOpener([password]);
  const keys = pairs.map((pair, index) =>
    bag(oid.shroudedKeyBag, shrouded(opener, password, pair.privateKey), attributes(pair, index)),
  );
  const certificates = pairs.map((pair, index) =>
    bag(oid.certBag, typed(oid.x509Certificate, pair.certificate), attributes(pair, index)),
  );
  const secretBag = bag(oid.secretBag, typed(oid.data, secret));
  const safe = sequence(
    sequence(encodeObjectId(oid.data), explicit(octets(sequence(...keys)))),
    encrypted(opener, password, sequence(...certificates, secretBag)),
  );
  const content = sequence(encodeObjectId(oid.data), explicit(octets(safe)));
  return sequence(integer(3), content, macData(opener, password, safe));
}

const typed = (kind: string, value: Buffer) => sequence(encodeObjectId(kind), explicit(octets(value)));

function bag(kind: string, value: Buffer, set?: Buffer): Buffer {
  return sequence(encodeObjectId(kind), explicit(value), set ?? Buffer.alloc(0));
}

/** Friendly name and the number by which key and certificate find each other; DER orders a set by its bytes. */
function attributes({ friendlyName }: PfxPair, index: number): Buffer {
  const { text } = cleanFriendlyName(friendlyName);
  const attribute = (kind: string, value: Buffer) => sequence(encodeObjectId(kind), encode(tags.set, value));
  const set = [
    ...(text === '' ? [] : [attribute(oid.friendlyName, bmpString(text))]),
    attribute(oid.localKeyId, octets(Buffer.from([index + 1]))),
  ];
  return encode(tags.set, ...set.sort(Buffer.compare));
}

function pbes2(): Buffer {
  const derivation = sequence(
    octets(randomBytes(16)),
    integer(iterations),
    sequence(encodeObjectId(oid.hmacWithSha256), nothing),
  );
  return sequence(
    encodeObjectId(oid.pbes2),
    sequence(
      sequence(encodeObjectId(oid.pbkdf2), derivation),
      sequence(encodeObjectId(oid.aes256Cbc), octets(randomBytes(16))),
    ),
  );
}

function sealed(opener: Opener, password: string, plain: Buffer) {
  const { algorithm, encrypt } = encryptionOf(readElement(pbes2())).renewed();
  return { algorithm, bytes: encrypt(opener, password, plain) };
}

function shrouded(opener: Opener, password: string, key: Buffer): Buffer {
  const { algorithm, bytes } = sealed(opener, password, key);
  return sequence(algorithm, octets(bytes));
}

/** EncryptedData of RFC 5652. */
function encrypted(opener: Opener, password: string, plain: Buffer): Buffer {
  const { algorithm, bytes } = sealed(opener, password, plain);
  const content = sequence(encodeObjectId(oid.data), algorithm, encode(tags.context0Primitive, bytes));
  return sequence(encodeObjectId(oid.encryptedData), explicit(sequence(integer(0), content)));
}

function macData(opener: Opener, password: string, safe: Buffer): Buffer {
  const salt = randomBytes(16);
  const derivation = { digest: 'sha256', salt, iterations, keyBytes: 32, purpose: 3 } as const;
  const digest = createHmac('sha256', pkcs12Key(opener, password, derivation))
    .update(safe)
    .digest();
  const algorithm = sequence(encodeObjectId(oid.sha256), nothing);
  return sequence(sequence(algorithm, octets(digest)), octets(salt), integer(iterations));
}

/** A small INTEGER that is not negative. */
function integer(value: number): Buffer {
  const bytes = [value & 0xff];
  for (let rest = value >>> 8; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff);
  if ((bytes[0] ?? 0) >= 0x80) bytes.unshift(0);
  return encode(tags.integer, Buffer.from(bytes));
}
