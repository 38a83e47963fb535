import 'reflect-metadata';
import { createHash, type KeyObject, randomBytes, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';

/** The one place that makes certificates: ECDSA P-256 with SHA-256 throughout (RFC 5280, RFC 5480). */
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

export interface Pair {
  /** PKCS #8, PEM. */
  readonly key: string;
  /** PEM. */
  readonly certificate: string;
}

export interface IssueOptions {
  readonly subject: string;
  /** Absent: the certificate signs itself. */
  readonly issuer?: Pair;
  readonly use: 'root' | 'issuing' | 'signing' | { readonly tlsNames: readonly string[] };
  /** Epoch milliseconds. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Makes a new key and its certificate. */
export async function issue({ subject, issuer, use, notBefore, notAfter }: IssueOptions): Promise<Pair> {
  const keys = (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair;
  const signingKey = issuer ? await importKey(issuer.key) : keys.privateKey;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: randomSerial(),
    subject,
    issuer: issuer ? new x509.X509Certificate(issuer.certificate).subject : subject,
    notBefore: new Date(notBefore),
    notAfter: new Date(notAfter),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey,
    extensions: [
      ...extensionsFor(use),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ...(await authorityKey(issuer)),
    ],
  });
  return { key: await exportKey(keys.privateKey), certificate: `${certificate.toString('pem')}\n` };
}

/** SHA-256 over the SubjectPublicKeyInfo in lower-case hex: what agents pin. Survives a renewed certificate. */
export function fingerprintOf(certificate: string): string {
  return fingerprintOfKey(new X509Certificate(certificate).publicKey);
}

export function fingerprintOfKey(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

function extensionsFor(use: IssueOptions['use']): x509.Extension[] {
  const { digitalSignature, keyCertSign, cRLSign } = x509.KeyUsageFlags;
  const authority = new x509.KeyUsagesExtension(keyCertSign | cRLSign, true);
  const leaf = [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(digitalSignature, true),
  ];
  if (use === 'root') return [new x509.BasicConstraintsExtension(true, 1, true), authority];
  if (use === 'issuing') return [new x509.BasicConstraintsExtension(true, 0, true), authority];
  if (use === 'signing') return leaf;
  const names = use.tlsNames.map((value) => ({ type: isIP(value) ? 'ip' : 'dns', value }) as const);
  return [
    ...leaf,
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    new x509.SubjectAlternativeNameExtension(names),
  ];
}

async function authorityKey(issuer: Pair | undefined): Promise<x509.Extension[]> {
  if (!issuer) return [];
  const { publicKey } = new x509.X509Certificate(issuer.certificate);
  return [await x509.AuthorityKeyIdentifierExtension.create(await publicKey.export())];
}

function importKey(pem: string) {
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  return crypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']);
}

async function exportKey(key: CryptoKey): Promise<string> {
  const text = Buffer.from(await crypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${text.match(/.{1,64}/g)?.join('\n')}\n-----END PRIVATE KEY-----\n`;
}

/** Positive and 16 bytes long (RFC 5280, 4.1.2.2). */
function randomSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}
