import { createHash, createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto';
import { Failure } from '@tenkai/domain/failure.ts';
import './failures.ts';

export interface AgentKey {
  readonly key: KeyObject;
  /** SubjectPublicKeyInfo, DER, base64, in the one form in which we store it. */
  readonly text: string;
  /** JWK thumbprint (RFC 7638), hex: the same for every encoding of the same point. */
  readonly thumbprint: string;
}

/**
 * Reads a P-256 public key (SubjectPublicKeyInfo, DER, base64).
 * @throws Failure agent-key-invalid
 */
export function readAgentKey(which: 'signing' | 'encryption', text: string): AgentKey {
  try {
    const der = Buffer.from(text, 'base64');
    const { kty, crv, x, y } = createPublicKey({ key: der, format: 'der', type: 'spki' }).export({
      format: 'jwk',
    });
    if (kty !== 'EC' || crv !== 'P-256') throw new TypeError(`${kty} ${crv ?? ''}`);
    const jwk = { crv, kty, x, y } as JsonWebKey;
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    const thumbprint = createHash('sha256').update(JSON.stringify(jwk)).digest('hex');
    return { key, thumbprint, text: key.export({ type: 'spki', format: 'der' }).toString('base64') };
  } catch (cause) {
    throw new Failure('agent-key-invalid', { which }, { cause });
  }
}

/**
 * Whether the holder of the key signed the text: ECDSA P-256 with SHA-256, IEEE P1363 form, base64.
 * @throws Failure agent-proof-invalid
 */
export function checkProof(key: KeyObject, proof: string, signature: string) {
  if (!isProofOf(key, proof, signature)) throw new Failure('agent-proof-invalid');
}

/** The same as an answer. */
export function isProofOf(key: KeyObject, proof: string, signature: string): boolean {
  const bytes = Buffer.from(signature, 'base64');
  return verify('sha256', Buffer.from(proof), { key, dsaEncoding: 'ieee-p1363' }, bytes);
}
