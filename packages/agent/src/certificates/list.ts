import { createHash, createPublicKey } from 'node:crypto';
import { join } from 'node:path';
import { thumbprint } from '@tenkai/certificates/examination.ts';
import { type KeyUse, keyUses } from '@tenkai/certificates/key-usage.ts';
import type { HeldCertificate, MachineStore } from '@tenkai/certificates/stores/machine-store.ts';
import { strictFindings } from '@tenkai/certificates/strict-certificate.ts';
import type { DataFolder } from '../data-folder.ts';
import { readIfThere } from '../durable-file.ts';
import { keyOf } from '../identity.ts';
import type { KeyGuard } from '../key-guard.ts';
import { certificateOf, spkiOf } from './keep.ts';

/** One certificate of a store of the machine. */
export interface CertificateRow {
  readonly store: string;
  readonly purposes: readonly KeyUse[];
  /** SHA-1, upper-case hex, as Windows shows it. */
  readonly thumbprint: string;
  readonly friendlyName: string;
  readonly subject: string;
  /** ISO 8601; null: the certificate is broken. */
  readonly validTo: string | null;
  /** Where its private key is: in the agent's files, linked by Windows, or nowhere that we know. */
  readonly key: 'file' | 'container' | 'none';
  /** Codes of certfix's findings; empty: in order. */
  readonly faults: readonly string[];
}

/** One private key of the agent; the key itself is never shown. */
export interface KeyRow {
  readonly file: string;
  /** SHA-256 of the public key, hex; null: it cannot be opened. */
  readonly publicKey: string | null;
  readonly state: 'good' | 'broken';
  /** Only this Windows opens it. */
  readonly isProtected: boolean;
}

export interface IdentityList {
  readonly certificates: readonly CertificateRow[];
  readonly keys: readonly KeyRow[];
}

const keyFiles = ['signing.key', 'encryption.key'] as const;

/** What is there; nothing is made by looking. `now` in epoch milliseconds. */
export function listIdentity(
  { data, stores, guard }: { data: DataFolder; stores: readonly MachineStore[]; guard: KeyGuard | null },
  now: number,
): IdentityList {
  const keys = keyFiles.flatMap((name) => readKey(join(data.identity, name), guard));
  const certificates = stores.flatMap((store) =>
    store.list().map((held) => rowOf(held, { store: store.name, keys: keys.map(({ spki }) => spki), now })),
  );
  return { certificates, keys: keys.map(({ row }) => row) };
}

interface Around {
  readonly store: string;
  readonly keys: readonly (string | null)[];
  readonly now: number;
}

function rowOf(held: HeldCertificate, { store, keys, now }: Around): CertificateRow {
  const { der, friendlyName, nameFaults, keyContainer } = held;
  const certificate = certificateOf(der);
  const hasFile = keys.includes(spkiOf(der) ?? '');
  return {
    store,
    purposes: keyUses(der),
    thumbprint: thumbprint(der),
    friendlyName,
    subject: certificate?.subject ?? '',
    validTo: certificate?.validToDate.toISOString() ?? null,
    key: hasFile ? 'file' : keyContainer ? 'container' : 'none',
    faults: [...nameFaults, ...strictFindings(der, now).map(({ code }) => code)],
  };
}

function readKey(file: string, guard: KeyGuard | null): { row: KeyRow; spki: string | null }[] {
  const text = readIfThere(file);
  if (text === undefined) return [];
  const isProtected = text.includes('PROTECTED KEY');
  try {
    const key = createPublicKey(keyOf(guard?.open(text, file) ?? text, file));
    const spki = key.export({ type: 'spki', format: 'der' });
    const publicKey = createHash('sha256').update(spki).digest('hex');
    return [{ row: { file, publicKey, state: 'good', isProtected }, spki: spki.toString('base64') }];
  } catch {
    return [{ row: { file, publicKey: null, state: 'broken', isProtected }, spki: null }];
  }
}
