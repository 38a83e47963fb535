import 'reflect-metadata';
import {
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

export interface LoopbackCertificate {
  /** PEM, PKCS #8. */
  readonly key: string;
  /** PEM; also the `ca` that trusts it. */
  readonly cert: string;
}

/** A self-signed P-256 certificate for `localhost` and 127.0.0.1, good for a day. */
export async function makeLoopbackCertificate(): Promise<LoopbackCertificate> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const now = Date.now();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    keys,
    name: 'CN=localhost',
    signingAlgorithm: algorithm,
    notBefore: new Date(now - 3_600_000),
    notAfter: new Date(now + 86_400_000),
    extensions: [
      new SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
      ]),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyCertSign, true),
    ],
  });
  const der = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
  const body = Buffer.from(der)
    .toString('base64')
    .replace(/(.{64})/g, '$1\n')
    .trimEnd();
  return {
    key: `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\n`,
    cert: certificate.toString('pem'),
  };
}
