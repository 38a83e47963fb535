import { createHash } from 'node:crypto';
import { Failure } from './failures.ts';
import { indexProof, parseIndex, type RepositoryIndex } from './index-file.ts';
import { fingerprintOf, isSigned } from './keys.ts';

/** What a site remembers of the last index that it believed. */
export interface SeenIndex {
  readonly version: number;
  /** SHA-256 of its text. */
  readonly digest: string;
}

export interface Trust {
  readonly fingerprint: string;
  /** Null: none was seen yet. */
  readonly seen: SeenIndex | null;
  /** Epoch milliseconds. */
  readonly now: number;
}

/**
 * An index that may be believed: signed by the pinned key, not expired (freeze attack), not older than one that was
 * seen (rollback), and not a second one of the same number (fork). Since one signed text names every description by
 * hash, states of different times cannot be mixed.
 * @throws Failure repository-invalid, -key-unknown, -signature, -expired, -rolled-back, -forked
 */
export function trustIndex(
  text: string | Uint8Array,
  { fingerprint, seen, now }: Trust,
): { index: RepositoryIndex; seen: SeenIndex } {
  const { index, signed } = parseIndex(text);
  const ours = signed.signatures.filter(({ publicKey }) => fingerprintOf(publicKey) === fingerprint);
  if (ours.length === 0) {
    const found = signed.signatures.map(({ publicKey }) => fingerprintOf(publicKey)).join(', ');
    throw new Failure('repository-key-unknown', { fingerprint, found: found || '-' });
  }
  if (!ours.some((signature) => isSigned(indexProof(signed.body), signature)))
    throw new Failure('repository-signature');
  const { version } = index;
  const digest = createHash('sha256').update(signed.body).digest('hex');
  if (seen && version < seen.version)
    throw new Failure('repository-rolled-back', { version, known: seen.version });
  if (seen && version === seen.version && digest !== seen.digest)
    throw new Failure('repository-forked', { version });
  if (index.expiresAt <= now) {
    const expiresAt = new Date(index.expiresAt).toISOString();
    throw new Failure('repository-expired', { version, expiresAt });
  }
  return { index, seen: { version, digest } };
}
