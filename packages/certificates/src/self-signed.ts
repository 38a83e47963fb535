import { createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import { encode, tags } from './asn1/element.ts';

/** What a machine's own certificate is for; decides its key usage (RFC 5280, section 4.2.1.3). */
export type OwnPurpose = 'signing' | 'encryption';

export interface SelfSigned {
  /** Common name of subject and issuer; printable ASCII. */
  readonly commonName: string;
  readonly purpose: OwnPurpose;
}

/** Key usage as a BIT STRING: digitalSignature is bit 0, keyAgreement bit 4 (a P-256 key agrees on a key). */
const usageBits = { signing: [0x07, 0x80], encryption: [0x03, 0x08] } as const;

/** Identifiers in DER, without tag and length. */
const ids = {
  ecdsaWithSha256: [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02],
  commonName: [0x55, 0x04, 0x03],
  keyUsage: [0x55, 0x1d, 0x0f],
} as const;

/**
 * The dates say nothing: who trusts the key has pinned the key itself, and a machine whose clock is years off must not
 * lose its identity. The end is that of RFC 5280, section 4.1.2.5, for certificates without one.
 */
const always = ['20000101000000Z', '99991231235959Z'] as const;

const tag = { bitString: 0x03, generalizedTime: 0x18, utcTime: 0x17, boolean: 0x01 } as const;
const sequence = (...parts: Uint8Array[]) => encode(tags.sequence, ...parts);
const objectId = (id: readonly number[]) => encode(tags.objectId, Buffer.from(id));

/**
 * A certificate of a P-256 key by that key itself, in DER. Its serial number is random: two certificates of one key differ.
 * Source: IDENT-01, IDENT-02; RFC 5280, section 4.1.
 */
export function selfSigned(privateKey: KeyObject, { commonName, purpose }: SelfSigned): Buffer {
  const algorithm = sequence(objectId(ids.ecdsaWithSha256));
  const name = nameOf(commonName);
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const signed = sequence(
    encode(tags.context0, encode(tags.integer, Buffer.from([2]))),
    encode(tags.integer, serialNumber()),
    algorithm,
    name,
    sequence(...always.map(timeOf)),
    name,
    spki,
    encode(tags.context3, sequence(usageExtension(purpose))),
  );
  const signature = sign('sha256', signed, privateKey);
  return sequence(signed, algorithm, encode(tag.bitString, Buffer.from([0]), signature));
}

function nameOf(commonName: string): Buffer {
  const value = encode(tags.utf8String, Buffer.from(commonName));
  return sequence(encode(tags.set, sequence(objectId(ids.commonName), value)));
}

/** Until 2049 as UTCTime, from then on as GeneralizedTime. */
function timeOf(text: string): Buffer {
  return text < '2050'
    ? encode(tag.utcTime, Buffer.from(text.slice(2)))
    : encode(tag.generalizedTime, Buffer.from(text));
}

/** Positive, and without a leading zero octet. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}

function usageExtension(purpose: OwnPurpose): Buffer {
  const usage = encode(tag.bitString, Buffer.from(usageBits[purpose]));
  const critical = encode(tag.boolean, Buffer.from([0xff]));
  return sequence(objectId(ids.keyUsage), critical, encode(tags.octetString, usage));
}
