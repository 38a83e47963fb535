import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { join } from 'node:path';
import type { Signer } from '@tenkai/protocol/agent/link/enroll.ts';
import type { DataFolder } from './data-folder.ts';
import { readIfThere, readJson, removeIfThere, writeDurably } from './durable-file.ts';

/** The two keys of a machine (design, section 8): one to sign, one to decrypt what is meant for it alone. */
export interface Identity extends Signer {
  /** SubjectPublicKeyInfo, DER, base64. */
  readonly signingKey: string;
  readonly encryptionKey: string;
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

/** The machine's identity; made at the first call, in files that only the agent can read. */
export function openIdentity(data: DataFolder): Identity {
  const signing = openKey(join(data.identity, 'signing.key'));
  const encryption = openKey(join(data.identity, 'encryption.key'));
  return {
    signingKey: publicKeyOf(signing),
    encryptionKey: publicKeyOf(encryption),
    sign: (proof) =>
      sign('sha256', Buffer.from(proof), { key: signing, dsaEncoding: 'ieee-p1363' }).toString('base64'),
  };
}

function openKey(file: string): KeyObject {
  const found = readIfThere(file);
  if (found !== undefined) return createPrivateKey(found);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeDurably(file, String(privateKey.export({ type: 'pkcs8', format: 'pem' })));
  return privateKey;
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
