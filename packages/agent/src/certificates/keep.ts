import { X509Certificate } from 'node:crypto';
import { thumbprint } from '@tenkai/certificates/examination.ts';
import { keyUses } from '@tenkai/certificates/key-usage.ts';
import type { OwnPurpose } from '@tenkai/certificates/self-signed.ts';
import type { HeldCertificate, MachineStore } from '@tenkai/certificates/stores/machine-store.ts';
import type { DataFolder } from '../data-folder.ts';
import { certificateSubject, type Identity, openIdentity } from '../identity.ts';
import type { Log } from '../log.ts';
import { finishSwitch } from './next-keys.ts';
import { ownStores } from './own-stores.ts';

/** As people see them in the list; never with a NUL (IDENT-03). */
export const friendlyNames: Readonly<Record<OwnPurpose, string>> = {
  signing: 'Tenkai Signing Certificate',
  encryption: 'Tenkai Encryption Certificate',
};

/**
 * Sees to it that the store holds one certificate of each key, with a clean name, and none of ours beside (IDENT-02). What
 * is in order is not touched, so that thumbprints stay.
 * @returns thumbprints of those that were added or renamed
 * @throws Failure certificate-store-refused; Error of the system
 */
export function keepCertificates(store: MachineStore, identity: Identity): string[] {
  const keys = { signing: identity.signingKey, encryption: identity.encryptionKey };
  const changed: string[] = [];
  let held = store.list().filter(isOurs);
  for (const purpose of ['signing', 'encryption'] as const) {
    const fitting = held.filter(({ der }) => keyUses(der).includes(purpose) && spkiOf(der) === keys[purpose]);
    const kept = fitting.find((each) => isNamed(each, purpose)) ?? fitting[0];
    // Removed first: a store that keeps one file for each purpose would take the new one with the old one.
    const gone = held.filter((each) => each !== kept && keyUses(each.der).includes(purpose));
    for (const each of gone) store.remove(each);
    held = held.filter((each) => !gone.includes(each));
    if (kept && isNamed(kept, purpose)) continue;
    const der = kept?.der ?? identity.certify(purpose);
    store.put(der, friendlyNames[purpose]);
    changed.push(thumbprint(der));
  }
  return changed;
}

const isNamed = ({ friendlyName, nameFaults }: HeldCertificate, purpose: OwnPurpose) =>
  friendlyName === friendlyNames[purpose] && nameFaults.length === 0;

function isOurs({ der }: HeldCertificate): boolean {
  const certificate = certificateOf(der);
  const own = `CN=${certificateSubject}`;
  return certificate?.subject === own && certificate.issuer === own;
}

/** Undefined where it is broken. */
export function certificateOf(der: Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(der);
  } catch {
    return undefined;
  }
}

/** SubjectPublicKeyInfo, base64; undefined where the certificate or its key is broken. */
export function spkiOf(der: Buffer): string | undefined {
  try {
    return certificateOf(der)?.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  } catch {
    return undefined;
  }
}

/** For the service: a store that is locked, a full disk or a broken file is told, and tried again at the next start. */
export async function holdIdentity(data: DataFolder, log: Log): Promise<void> {
  try {
    finishSwitch(data);
    const identity = await openIdentity(data);
    const { own } = await ownStores(data);
    const thumbprints = keepCertificates(own, identity);
    if (thumbprints.length > 0) log.info({ store: own.name, thumbprints }, 'certificates of this machine');
  } catch (error) {
    log.error({ err: error }, 'the certificates of this machine are not in order');
  }
}
