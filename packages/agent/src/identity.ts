import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { join } from 'node:path';
import { type OwnPurpose, selfSigned } from '@tenkai/certificates/self-signed.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import type { Signer } from '@tenkai/protocol/agent/link/enroll.ts';
import type { DataFolder } from './data-folder.ts';
import { readIfThere, readJson, removeIfThere, writeDurably } from './durable-file.ts';
import './failures.ts';
import { type KeyGuard, machineGuard } from './key-guard.ts';

/** The two keys of a machine (design, section 8): one to sign, one to decrypt what is meant for it alone. */
export interface Identity extends Signer {
  /** SubjectPublicKeyInfo, DER, base64. */
  readonly signingKey: string;
  readonly encryptionKey: string;
  /** A new self-signed certificate of that key, DER (IDENT-02). */
  certify(purpose: OwnPurpose): Buffer;
}

/** What the site said when it took the machine. */
export interface Enrollment {
  readonly machineId: string;
  readonly siteCode: string;
  readonly siteName: string;
  /** PEM of the pinned root. */
  readonly rootCertificate: string;
  /** The site that this belongs to: another address or root needs another enrollment. */
  readonly server: string;
  readonly rootFingerprint: string;
  /** As it was told to the site; another one now means that the disk is in another machine. */
  readonly hardwareFingerprint: string;
  readonly enrolledAt: number;
}

/** What both certificates are issued to, as both of the old product's are to `SMS` (IDENT-02). */
export const certificateSubject = 'Tenkai';

/**
 * The machine's identity; made at the first call, in files that only the agent can read, and on Windows only this
 * machine.
 * @throws Failure identity-key-broken, identity-key-foreign; Error of the system, such as ENOSPC
 */
export async function openIdentity(data: DataFolder): Promise<Identity> {
  return openGuarded(data, await machineGuard());
}

/** The same with a given guard of the key files; null: their rights alone. */
export function openGuarded(data: DataFolder, guard: KeyGuard | null): Identity {
  const keys = {
    signing: openKey(keyFile(data, 'signing'), guard),
    encryption: openKey(keyFile(data, 'encryption'), guard),
  };
  return {
    signingKey: publicKeyOf(keys.signing),
    encryptionKey: publicKeyOf(keys.encryption),
    // Read each time: the keys may have been renewed meanwhile, and whoever held on to the old one would be refused.
    sign: (proof) => {
      const key = privateKeyOf(data, 'signing', guard) ?? keys.signing;
      return sign('sha256', Buffer.from(proof), { key, dsaEncoding: 'ieee-p1363' }).toString('base64');
    },
    certify: (purpose) => selfSigned(keys[purpose], { commonName: certificateSubject, purpose }),
  };
}

const keyFile = (data: DataFolder, purpose: OwnPurpose) => join(data.identity, `${purpose}.key`);

/**
 * A private key that is there already, for its migration (IDENT-24); undefined: there is none. Nothing is made.
 * @throws Failure identity-key-broken, identity-key-foreign
 */
export function privateKeyOf(
  data: DataFolder,
  purpose: OwnPurpose,
  guard: KeyGuard | null,
): KeyObject | undefined {
  const file = keyFile(data, purpose);
  const found = readIfThere(file);
  return found === undefined ? undefined : keyOf(guard?.open(found, file) ?? found, file);
}

/** Makes a key that came from elsewhere this machine's, guarded as its own are. */
export function placeKey(
  data: DataFolder,
  purpose: OwnPurpose,
  { key, guard }: { key: KeyObject; guard: KeyGuard | null },
): void {
  writeKey(keyFile(data, purpose), key, guard);
}

function openKey(file: string, guard: KeyGuard | null): KeyObject {
  const found = readIfThere(file);
  if (found === undefined) {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    writeKey(file, privateKey, guard);
    return privateKey;
  }
  const pem = guard?.open(found, file) ?? found;
  const key = keyOf(pem, file);
  // From before this machine could protect it.
  if (guard && pem === found) writeKey(file, key, guard);
  return key;
}

/** A P-256 key in PEM. @throws Failure identity-key-broken */
export function keyOf(pem: string, file: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  } catch {
    // Said below; what the file holds is a secret, broken or not.
  }
  throw new Failure('identity-key-broken', { file });
}

function writeKey(file: string, key: KeyObject, guard: KeyGuard | null): void {
  const pem = String(key.export({ type: 'pkcs8', format: 'pem' }));
  writeDurably(file, guard?.close(pem, file) ?? pem);
}

function publicKeyOf(key: KeyObject): string {
  return createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64');
}

export function readEnrollment(data: DataFolder): Enrollment | undefined {
  return readJson<Enrollment>(join(data.identity, 'enrollment.json'));
}

export function writeEnrollment(data: DataFolder, enrollment: Enrollment): void {
  writeDurably(join(data.identity, 'enrollment.json'), `${JSON.stringify(enrollment, null, 2)}\n`);
}

export function removeEnrollment(data: DataFolder): void {
  removeIfThere(join(data.identity, 'enrollment.json'));
}
