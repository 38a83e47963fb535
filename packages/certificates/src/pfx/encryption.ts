import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
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
import { cipherNames, digestNames, oid, pkcs12Ciphers } from '../asn1/object-ids.ts';
import { type Derivation, type Opener, type Password, pbkdf2Key, pkcs12Key } from './passwords.ts';
import { rc2Decrypt, rc2Encrypt } from './rc2.ts';

/** One password-based encryption as an AlgorithmIdentifier says it. */
export interface Encryption {
  /** @throws Error of any kind where the password is wrong */
  decrypt(opener: Opener, password: Password, data: Buffer): Buffer;
  /** The same algorithm with a new salt and vector: two texts under one vector would show what differs. */
  renewed(): {
    readonly algorithm: Buffer;
    encrypt(opener: Opener, password: Password, data: Buffer): Buffer;
  };
}

/** @throws Failure certificate-malformed, certificate-algorithm-unknown */
export function encryptionOf(algorithm: Element): Encryption {
  const [id] = partsOf(algorithm);
  const name = objectIdOf(id, 'the encryption');
  if (name === oid.pbes2) return pbes2(algorithm);
  const known = pkcs12Ciphers[name];
  if (!known) throw new Failure('certificate-algorithm-unknown', { algorithm: name });
  return pkcs12Encryption(algorithm, known);
}

interface Pbes2 {
  readonly cipher: { readonly name: string; readonly keyBytes: number };
  readonly derivation: Derivation;
  readonly iv: Buffer;
}

function pbes2(algorithm: Element): Encryption {
  const read = readPbes2(algorithm);
  return {
    decrypt(opener, password, data) {
      const decipher = createDecipheriv(
        read.cipher.name,
        pbkdf2Key(opener, password, read.derivation),
        read.iv,
      );
      return Buffer.concat([decipher.update(data), decipher.final()]);
    },
    renewed() {
      const salt = randomBytes(Math.max(read.derivation.salt.length, 8));
      const iv = randomBytes(read.iv.length);
      return {
        algorithm: withPbes2(algorithm, salt, iv),
        encrypt(opener, password, data) {
          const key = pbkdf2Key(opener, password, { ...read.derivation, salt });
          const cipher = createCipheriv(read.cipher.name, key, iv);
          return Buffer.concat([cipher.update(data), cipher.final()]);
        },
      };
    },
  };
}

function readPbes2(algorithm: Element): Pbes2 {
  const [derivation, scheme] = partsOf(expect(partsOf(algorithm)[1], tags.sequence, 'the parameters'));
  const [schemeId, iv] = partsOf(expect(scheme, tags.sequence, 'the cipher'));
  const cipherId = objectIdOf(schemeId, 'the cipher');
  const cipher = cipherNames[cipherId];
  if (!cipher) throw new Failure('certificate-algorithm-unknown', { algorithm: cipherId });
  return {
    cipher,
    derivation: readPbkdf2(expect(derivation, tags.sequence, 'the key derivation'), cipher.keyBytes),
    iv: octetsOf(expect(iv, tags.octetString, 'the initial vector')),
  };
}

/** PBKDF2-params of RFC 8018; the digest is SHA-1 where none is named. */
export function readPbkdf2(derivation: Element, keyBytes: number): Derivation {
  const [id, parameters] = partsOf(derivation);
  const name = objectIdOf(id, 'the key derivation');
  if (name !== oid.pbkdf2) throw new Failure('certificate-algorithm-unknown', { algorithm: name });
  const parts = partsOf(expect(parameters, tags.sequence, 'the parameters'));
  const [salt, iterations] = parts;
  const prf = parts.slice(2).find(({ tag }) => tag === tags.sequence);
  const prfId = prf ? objectIdOf(partsOf(prf)[0]) : '1.2.840.113549.2.7';
  const digest = digestNames[prfId];
  if (!digest) throw new Failure('certificate-algorithm-unknown', { algorithm: prfId });
  return {
    digest,
    salt: octetsOf(expect(salt, tags.octetString, 'the salt')),
    iterations: smallInteger(iterations, 'the count of iterations'),
    keyBytes,
  };
}

/** AlgorithmIdentifier { pbes2, { { pbkdf2, { salt, … } }, { cipher, iv } } } */
function withPbes2(algorithm: Element, salt: Buffer, iv: Buffer): Buffer {
  const second = (change: (part: Element) => Buffer) => (part: Element, index: number) =>
    index === 1 ? change(part) : part.raw;
  return rebuilt(
    algorithm,
    second((parameters) =>
      rebuilt(parameters, (part, index) =>
        index === 0
          ? rebuilt(
              part,
              second((kdf) =>
                rebuilt(kdf, (each, at) => (at === 0 ? encode(tags.octetString, salt) : each.raw)),
              ),
            )
          : rebuilt(
              part,
              second(() => encode(tags.octetString, iv)),
            ),
      ),
    ),
  );
}

function pkcs12Encryption(
  algorithm: Element,
  { cipher, keyBytes }: { cipher: 'des3' | 'rc2'; keyBytes: number },
): Encryption {
  const [id, parameters] = partsOf(algorithm);
  const [saltPart, count] = partsOf(expect(parameters, tags.sequence, 'the parameters'));
  const salt = octetsOf(expect(saltPart, tags.octetString, 'the salt'));
  const iterations = smallInteger(count, 'the count of iterations');
  const keysFor = (opener: Opener, password: Password, from: Buffer) => {
    const derivation = { digest: 'sha1', salt: from, iterations };
    return {
      key: pkcs12Key(opener, password, { ...derivation, keyBytes, purpose: 1 }),
      iv: pkcs12Key(opener, password, { ...derivation, keyBytes: 8, purpose: 2 }),
    };
  };
  return {
    decrypt(opener, password, data) {
      const { key, iv } = keysFor(opener, password, salt);
      if (cipher === 'rc2') return rc2Decrypt(key, iv, data);
      const decipher = createDecipheriv('des-ede3-cbc', threeKeys(key), iv);
      return Buffer.concat([decipher.update(data), decipher.final()]);
    },
    renewed() {
      const fresh = randomBytes(Math.max(salt.length, 8));
      const renewedParameters = encode(
        tags.sequence,
        encode(tags.octetString, fresh),
        count?.raw ?? Buffer.alloc(0),
      );
      return {
        algorithm: encode(tags.sequence, id?.raw ?? Buffer.alloc(0), renewedParameters),
        encrypt(opener, password, data) {
          const { key, iv } = keysFor(opener, password, fresh);
          if (cipher === 'rc2') return rc2Encrypt(key, iv, data);
          const des = createCipheriv('des-ede3-cbc', threeKeys(key), iv);
          return Buffer.concat([des.update(data), des.final()]);
        },
      };
    },
  };
}

/** With two keys the first is used again as the third. */
const threeKeys = (key: Buffer) => (key.length === 24 ? key : Buffer.concat([key, key.subarray(0, 8)]));
