import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject, sign } from 'node:crypto';
import type { Signer } from '@tenkai/protocol/agent/link/index.ts';

/** Order of the group of P-256 (SEC 2, 2.4.2). */
const groupOrder = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** PKCS #8 (RFC 5958) around an ECPrivateKey (RFC 5915) of P-256 without its public half: OpenSSL works that out. */
const pkcs8Head = Buffer.from(
  '3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420',
  'hex',
);

/**
 * Keys of a machine, derived from the fleet's secret (RFC 5869; candidates as in FIPS 186-5, A.2.2) whenever they are
 * needed: thousands of machines keep none in memory, and one secret on disk holds them all.
 */
function privateKeyOf(secret: Uint8Array, index: number, purpose: 'signing' | 'encryption'): KeyObject {
  for (let tries = 0; ; tries += 1) {
    const info = `tenkai-simulator/${purpose}/${index}/${tries}`;
    const scalar = Buffer.from(hkdfSync('sha256', secret, '', info, 32));
    const value = BigInt(`0x${scalar.toString('hex')}`);
    if (value === 0n || value >= groupOrder) continue;
    return createPrivateKey({ key: Buffer.concat([pkcs8Head, scalar]), format: 'der', type: 'pkcs8' });
  }
}

/** SubjectPublicKeyInfo, DER, base64. */
export function publicKeyOf(secret: Uint8Array, index: number, purpose: 'signing' | 'encryption'): string {
  const key = createPublicKey(privateKeyOf(secret, index, purpose));
  return key.export({ type: 'spki', format: 'der' }).toString('base64');
}

export function signerOf(secret: Uint8Array, index: number): Signer {
  return {
    sign(proof) {
      const key = { key: privateKeyOf(secret, index, 'signing'), dsaEncoding: 'ieee-p1363' } as const;
      return sign('sha256', Buffer.from(proof), key).toString('base64');
    },
  };
}
