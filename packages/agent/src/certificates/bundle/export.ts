import { createPublicKey } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { thumbprint } from '@tenkai/certificates/examination.ts';
import { keyUses } from '@tenkai/certificates/key-usage.ts';
import { selfSigned } from '@tenkai/certificates/self-signed.ts';
import type { HeldCertificate, MachineStore } from '@tenkai/certificates/stores/machine-store.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import type { DataFolder } from '../../data-folder.ts';
import { errorCode, syncFolder } from '../../durable-file.ts';
import { certificateSubject, privateKeyOf, readEnrollment } from '../../identity.ts';
import type { KeyGuard } from '../../key-guard.ts';
import type { Log } from '../../log.ts';
import { readSettings } from '../../settings.ts';
import { friendlyNames, spkiOf } from '../keep.ts';
import { type BundlePair, type BundleSite, writeBundle } from './bundle.ts';

export interface BundleDeps {
  readonly data: DataFolder;
  readonly store: MachineStore;
  readonly guard: KeyGuard | null;
  readonly log: Log;
  readonly now: () => number;
}

const shortestPassword = 12;

/**
 * Writes keys, certificates and what is known of the site into a new file for this account alone, encrypted. Friendly names
 * are clean in it, whatever the store holds, so that no importer can refuse it for them (IDENT-24).
 * @returns thumbprints, signing first
 * @throws Failure identity-missing, identity-password-weak, identity-bundle-exists, identity-key-broken,
 * identity-key-foreign; Error of the system
 */
export function exportIdentity(
  { data, store, guard, log }: BundleDeps,
  { file, passwordFile, password }: { file: string; passwordFile: string; password: string },
): string[] {
  if (password.length < shortestPassword) throw new Failure('identity-password-weak', { file: passwordFile });
  const keys = (['signing', 'encryption'] as const).map((purpose) => {
    const key = privateKeyOf(data, purpose, guard);
    if (!key) throw new Failure('identity-missing');
    return { purpose, key };
  });
  const held = store.list();
  const pairs = keys.map((each): BundlePair => ({ ...each, certificate: certificateFor(held, each) }));
  const nameOf = ({ purpose, certificate }: BundlePair) =>
    held.find(({ der }) => der.equals(certificate))?.friendlyName || friendlyNames[purpose];
  writeNew(file, writeBundle({ pairs, site: siteOf(data) }, { nameOf, password }));
  const thumbprints = pairs.map(({ certificate }) => thumbprint(certificate));
  log.info({ file, thumbprints }, 'identity exported');
  return thumbprints;
}

/** The one that the store holds of that key; a new one where it holds none. */
function certificateFor(
  held: readonly HeldCertificate[],
  { purpose, key }: Omit<BundlePair, 'certificate'>,
): Buffer {
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64');
  const found = held.find(({ der }) => keyUses(der).includes(purpose) && spkiOf(der) === spki);
  return found?.der ?? selfSigned(key, { commonName: certificateSubject, purpose });
}

function siteOf(data: DataFolder): BundleSite {
  const { server, rootFingerprint } = readSettings(data);
  const enrollment = readEnrollment(data);
  return {
    format: 'tenkai-identity-1',
    ...(server === undefined ? {} : { server }),
    ...(rootFingerprint === undefined ? {} : { rootFingerprint }),
    ...(enrollment === undefined ? {} : { enrollment }),
  };
}

function writeNew(file: string, bytes: Buffer): void {
  try {
    writeFileSync(file, bytes, { flag: 'wx', mode: 0o600, flush: true });
  } catch (error) {
    if (errorCode(error) === 'EEXIST') throw new Failure('identity-bundle-exists', { file });
    throw error;
  }
  syncFolder(dirname(file));
}
