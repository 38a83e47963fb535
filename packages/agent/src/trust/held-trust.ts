import { X509Certificate } from 'node:crypto';
import { fingerprintOf } from '@tenkai/protocol/agent/link/pinned-root.ts';
import type { DataFolder } from '../data-folder.ts';
import { readEnrollment } from '../identity.ts';
import type { OldTrust } from '../platform/platform.ts';
import { readSettings } from '../settings.ts';
import { hasMetSite } from './met-site.ts';

/** Where the old product kept the same thing (IDENT-26); ours has the same logical class on every system. */
export const trustClass = { namespace: 'root\\ccm\\locationservices', class: 'TrustedRootKey' } as const;

export interface TrustedKey {
  readonly class: typeof trustClass.class;
  /** `agent`: ours, pinned; `wmi`: the old product's. */
  readonly place: 'agent' | 'wmi';
  /** SHA-256 of the root key, hex; null: the old product does not say. */
  readonly fingerprint: string | null;
  /** The site that has shown this key; null: none has yet. */
  readonly siteCode: string | null;
  readonly server: string | null;
  /** Of the site's root certificate, ISO 8601; null: it was not received yet. */
  readonly validTo: string | null;
}

export interface Trust {
  /** IDENT-27. */
  readonly status: 'never-contacted' | 'clean' | 'holds-keys';
  readonly keys: readonly TrustedKey[];
}

/** All that this machine trusts: what was pinned, what its site has shown, and what an older client left (IDENT-25). */
export async function heldTrust(
  { data, oldTrust }: { data: DataFolder; oldTrust: OldTrust },
  signal: AbortSignal,
): Promise<Trust> {
  const old = await oldTrust.count(signal);
  const keys = [...ownKeys(data), ...Array.from({ length: old ?? 0 }, () => oldKey)];
  if (keys.length > 0) return { status: 'holds-keys', keys };
  return { status: old !== null || hasMetSite(data) ? 'clean' : 'never-contacted', keys };
}

const oldKey: TrustedKey = {
  class: trustClass.class,
  place: 'wmi',
  fingerprint: null,
  siteCode: null,
  server: null,
  validTo: null,
};

function ownKeys(data: DataFolder): TrustedKey[] {
  const { rootFingerprint: pinned, server = null } = readSettings(data);
  const enrollment = readEnrollment(data);
  const received = enrollment && (fingerprintOf(enrollment.rootCertificate) || enrollment.rootFingerprint);
  const prints = [...new Set([pinned, received].filter((each) => each !== undefined))];
  return prints.map((fingerprint) => {
    const shown = fingerprint === received ? enrollment : undefined;
    return {
      class: trustClass.class,
      place: 'agent',
      fingerprint,
      siteCode: shown?.siteCode ?? null,
      server: shown?.server ?? server,
      validTo: shown ? validTo(shown.rootCertificate) : null,
    };
  });
}

function validTo(certificate: string): string | null {
  try {
    return new X509Certificate(certificate).validToDate.toISOString();
  } catch {
    return null;
  }
}
