import { createHash } from 'node:crypto';
import type { Finding } from './findings.ts';

/** What is in a file or a store's entry, and what is wrong with it. */
export interface Examination {
  readonly kind: 'pfx' | 'pem' | 'der' | 'key' | 'unknown';
  /** SHA-1 of each certificate, upper-case hex, as Windows shows thumbprints. */
  readonly thumbprints: readonly string[];
  /** What must never change: public keys of what was opened, else digests of what is locked. */
  readonly keys: readonly string[];
  /** Friendly names as they are after a repair. */
  readonly names: readonly string[];
  readonly findings: readonly Finding[];
  /** The repaired file; absent: nothing is to be repaired. */
  readonly repaired?: Buffer;
}

export function thumbprint(der: Buffer): string {
  return createHash('sha1').update(der).digest('hex').toUpperCase();
}

export const digestOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
