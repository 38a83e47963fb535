import { createHmac, timingSafeEqual } from 'node:crypto';
import { Failure } from '@tenkai/domain/failure.ts';
import {
  type Element,
  encode,
  expect,
  objectIdOf,
  octetsOf,
  partsOf,
  rebuilt,
  smallInteger,
  tags,
} from '../asn1/element.ts';
import { digestNames, oid } from '../asn1/object-ids.ts';
import { readPbkdf2 } from './encryption.ts';
import { type Opener, type Password, pbkdf2Key, pkcs12Key } from './passwords.ts';

/** MacData of a PFX: guards everything in it by the password (RFC 7292, section 4; PBMAC1 of RFC 9579). */
export interface Mac {
  isRight(opener: Opener, password: Password, content: Buffer): boolean;
  /** The same MacData over other content. */
  over(opener: Opener, password: Password, content: Buffer): Buffer;
}

/** @throws Failure certificate-malformed, certificate-algorithm-unknown */
export function macOf(macData: Element): Mac {
  const [digestInfo, saltPart, count] = partsOf(macData);
  const [algorithm, digestPart] = partsOf(expect(digestInfo, tags.sequence, 'the MAC'));
  const expected = octetsOf(expect(digestPart, tags.octetString, 'the MAC'));
  const salt = octetsOf(expect(saltPart, tags.octetString, 'the salt of the MAC'));
  const iterations = count ? smallInteger(count, 'the count of iterations') : 1;
  const keyOf = keyFor(expect(algorithm, tags.sequence, 'the MAC'), salt, iterations);
  const compute = (opener: Opener, password: Password, content: Buffer) => {
    const { key, digest } = keyOf(opener, password);
    return createHmac(digest, key).update(content).digest();
  };
  return {
    isRight(opener, password, content) {
      const found = compute(opener, password, content);
      return found.length === expected.length && timingSafeEqual(found, expected);
    },
    over(opener, password, content) {
      const digest = encode(tags.octetString, compute(opener, password, content));
      return rebuilt(macData, (part, index) =>
        index === 0 ? rebuilt(part, (each, at) => (at === 1 ? digest : each.raw)) : part.raw,
      );
    },
  };
}

function keyFor(algorithm: Element, salt: Buffer, iterations: number) {
  const [id, parameters] = partsOf(algorithm);
  const name = objectIdOf(id, 'the digest of the MAC');
  if (name === oid.pbmac1) return pbmac1Key(expect(parameters, tags.sequence, 'the parameters of the MAC'));
  const digest = digestNames[name];
  if (!digest) throw new Failure('certificate-algorithm-unknown', { algorithm: name });
  const keyBytes = digestBytes(digest);
  return (opener: Opener, password: Password) => ({
    digest,
    key: pkcs12Key(opener, password, { digest, salt, iterations, keyBytes, purpose: 3 }),
  });
}

function pbmac1Key(parameters: Element) {
  const [derivation, scheme] = partsOf(parameters);
  const id = objectIdOf(partsOf(expect(scheme, tags.sequence, 'the MAC'))[0], 'the MAC');
  const digest = digestNames[id];
  if (!digest) throw new Failure('certificate-algorithm-unknown', { algorithm: id });
  const kdf = expect(derivation, tags.sequence, 'the key derivation');
  const [, , length] = partsOf(expect(partsOf(kdf)[1], tags.sequence, 'the parameters'));
  const keyBytes =
    length?.tag === tags.integer ? smallInteger(length, 'the key length') : digestBytes(digest);
  if (keyBytes < 1 || keyBytes > 64)
    throw new Failure('certificate-algorithm-unknown', { algorithm: oid.pbmac1 });
  const read = readPbkdf2(kdf, keyBytes);
  return (opener: Opener, password: Password) => ({ digest, key: pbkdf2Key(opener, password, read) });
}

const digestBytes = (digest: string) => (digest === 'sha1' ? 20 : Number(digest.slice(3)) / 8);
