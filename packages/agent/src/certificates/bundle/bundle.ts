import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { type Finding, strictImportError } from '@tenkai/certificates/findings.ts';
import { keyUses } from '@tenkai/certificates/key-usage.ts';
import { readPfx } from '@tenkai/certificates/pfx/examine-pfx.ts';
import { createOpener } from '@tenkai/certificates/pfx/passwords.ts';
import { writePfx } from '@tenkai/certificates/pfx/write-pfx.ts';
import type { OwnPurpose } from '@tenkai/certificates/self-signed.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import type { Static } from 'typebox';
import * as Type from 'typebox';
import { Check } from 'typebox/value';
import '../../failures.ts';
import type { Enrollment } from '../../identity.ts';
import { spkiOf } from '../keep.ts';

const Text = (maxLength: number) => Type.String({ minLength: 1, maxLength });
const Hex = Type.String({ pattern: '^[0-9a-fA-F]{64}$' });

/** What a machine knows of its site; it lies encrypted beside the keys. */
export const BundleSite = Type.Object({
  format: Type.Literal('tenkai-identity-1'),
  server: Type.Optional(Type.String({ pattern: '^https://[^/]+/?$', maxLength: 300 })),
  rootFingerprint: Type.Optional(Hex),
  enrollment: Type.Optional(
    Type.Object({
      machineId: Text(100),
      siteCode: Text(3),
      siteName: Type.String({ maxLength: 300 }),
      rootCertificate: Text(20_000),
      server: Text(300),
      rootFingerprint: Hex,
      hardwareFingerprint: Text(200),
      enrolledAt: Type.Number(),
    }),
  ),
});
export type BundleSite = Static<typeof BundleSite> & { readonly enrollment?: Enrollment };

export interface BundlePair {
  readonly purpose: OwnPurpose;
  readonly key: KeyObject;
  /** DER. */
  readonly certificate: Buffer;
}

/** The identity of one machine, as it goes from one system to the next (IDENT-24). */
export interface IdentityBundle {
  readonly pairs: readonly BundlePair[];
  readonly site: BundleSite;
}

/** @param nameOf friendly name as it is held; the bundle gets a clean one whatever it is */
export function writeBundle(
  { pairs, site }: IdentityBundle,
  { nameOf, password }: { nameOf: (pair: BundlePair) => string; password: string },
): Buffer {
  return writePfx({
    pairs: pairs.map((pair) => ({
      privateKey: pair.key.export({ type: 'pkcs8', format: 'der' }),
      certificate: pair.certificate,
      friendlyName: nameOf(pair),
    })),
    secret: Buffer.from(JSON.stringify(site)),
    password,
  });
}

export interface BundleFile {
  readonly file: string;
  readonly bytes: Buffer;
  readonly passwords: readonly string[];
}

/**
 * Reads a bundle as a strict importer does: whatever Windows refuses since MS09-056 is refused (IDENT-10, IDENT-11).
 * @throws Failure identity-bundle-refused with `importCode`, identity-bundle-foreign, certificate-password-wrong,
 * certificate-malformed, certificate-algorithm-unknown
 */
export function readBundle({ file, bytes, passwords }: BundleFile, now: number): IdentityBundle {
  const { findings, certificates, privateKeys, secrets } = readPfx(bytes, {
    opener: createOpener(passwords),
    now,
  });
  refuse(file, findings);
  const foreign = (reason: string) => new Failure('identity-bundle-foreign', { file, reason });
  if (privateKeys.length !== 2 || certificates.length !== 2 || secrets.length !== 1)
    throw foreign(`${privateKeys.length} keys, ${certificates.length} certificates`);
  const site = siteIn(secrets[0]);
  if (!site) throw foreign('it does not tell of a site');
  const keys = privateKeys.map((der) => createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  const pairs = (['signing', 'encryption'] as const).map((purpose) => {
    const certificate = certificates.find((der) => keyUses(der).includes(purpose));
    const key = keys.find((each) => spki(each) === (certificate && spkiOf(certificate)));
    if (!certificate || key?.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
      throw foreign(`no ${purpose} key on P-256 with its certificate`);
    return { purpose, key, certificate };
  });
  return { pairs, site };
}

function refuse(file: string, findings: readonly Finding[]): void {
  const error = strictImportError(findings);
  if (error === 0) return;
  const importCode = `0x${error.toString(16).padStart(8, '0')}`;
  const detail = findings.map(({ code }) => code).join(', ');
  throw new Failure('identity-bundle-refused', { file, importCode }, { detail });
}

function siteIn(secret: Buffer | undefined): BundleSite | undefined {
  try {
    const value: unknown = JSON.parse(secret?.toString('utf8') ?? '');
    return Check(BundleSite, value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const spki = (key: KeyObject) =>
  createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64');
