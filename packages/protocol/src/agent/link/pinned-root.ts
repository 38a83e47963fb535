import { createHash, type KeyObject, X509Certificate } from 'node:crypto';
import { Failure } from '@tenkai/domain/failure.ts';
import type { Static } from 'typebox';
import { verifyP1363 } from '../../ecdsa.ts';
import { agentPaths } from '../channel.ts';
import { SiteGreeting } from '../enrollment.ts';
import './failures.ts';
import { createSiteClient } from './site-client.ts';

/** What an agent knows of its site once the root has matched. */
export type PinnedSite = Static<typeof SiteGreeting>;

/** A name and a certificate; whoever answers may be anybody. */
const greetingLimitBytes = 64 * 1024;

/**
 * Asks an address who it is and holds the answer against the pinned fingerprint. Nothing secret is sent, so this
 * one call needs no trust beforehand.
 * @throws Failure site-root-mismatch, site-unreachable, site-answer-invalid
 */
export async function greetSite(input: {
  url: string;
  rootFingerprint: string;
  signal?: AbortSignal;
}): Promise<PinnedSite> {
  const client = createSiteClient({ url: input.url, rootCertificate: null });
  try {
    const reply = SiteGreeting;
    const greeting = await client.call({
      method: 'GET',
      path: agentPaths.site,
      reply,
      signal: input.signal,
      replyLimitBytes: greetingLimitBytes,
    });
    const actual = fingerprintOf(greeting.rootCertificate);
    const expected = input.rootFingerprint.toLowerCase().replaceAll(':', '');
    if (actual !== expected) throw new Failure('site-root-mismatch', { url: client.url, expected, actual });
    return greeting;
  } finally {
    client.close();
  }
}

/**
 * SHA-256 over the SubjectPublicKeyInfo of a self-signed certificate, lower-case hex; empty where the text is no
 * certificate or was not signed by its own key.
 */
export function fingerprintOf(certificate: string): string {
  try {
    const parsed = new X509Certificate(certificate);
    if (!parsed.verify(parsed.publicKey)) return '';
    return createHash('sha256')
      .update(parsed.publicKey.export({ type: 'spki', format: 'der' }))
      .digest('hex');
  } catch {
    return '';
  }
}

export interface SiteSignature {
  /** ECDSA P-256 with SHA-256, IEEE P1363 form, base64. */
  readonly signature: string;
  /** PEM of the site's signing key, issued by the root itself. */
  readonly certificate: string;
}

/** Extended key usage id-kp-serverAuth (RFC 5280, 4.2.1.12); Node calls the extended usages `keyUsage`. */
const serverAuthentication = '1.3.6.1.5.5.7.3.1';

/** Signatures of servers whose clock is a little ahead are taken. */
const clockToleranceMs = 5 * 60_000;

/**
 * Checks a signature of the site up to the pinned root (law 11). The signing key is a leaf right below the root
 * and no TLS key: those are issued by another key, so that a stolen TLS key can sign no order.
 * @param at epoch milliseconds on the server's clock
 * @throws Failure site-signature-invalid, with the reason as detail
 */
export function checkSiteSignature(
  root: X509Certificate,
  signed: SiteSignature,
  proof: string,
  at: number,
): void {
  const signer = signerOf(root, signed.certificate);
  if (signer.validFrom - clockToleranceMs > at) throw invalid('the certificate is not valid yet');
  if (signer.validTo < at) throw invalid('the certificate has expired');
  const signature = Buffer.from(signed.signature, 'base64');
  if (!verifyP1363(signer.publicKey, Buffer.from(proof), signature)) throw invalid('the content was altered');
}

/** A certificate that was held against the root. */
interface Signer {
  readonly certificate: string;
  readonly publicKey: KeyObject;
  readonly validFrom: number;
  readonly validTo: number;
}

/** A site signs with one key for years: its certificate, the same text each time, is held against the root once. */
const lastSigners = new WeakMap<X509Certificate, Signer>();

function signerOf(root: X509Certificate, certificate: string): Signer {
  const known = lastSigners.get(root);
  if (known?.certificate === certificate) return known;
  const parsed = parseCertificate(certificate);
  if (parsed.ca) throw invalid('the certificate belongs to an authority');
  if (parsed.keyUsage?.includes(serverAuthentication)) throw invalid('the certificate is one of a server');
  if (!parsed.checkIssued(root) || !parsed.verify(root.publicKey))
    throw invalid('the certificate is not of this site');
  const { publicKey, validFrom, validTo } = parsed;
  const signer = { certificate, publicKey, validFrom: Date.parse(validFrom), validTo: Date.parse(validTo) };
  lastSigners.set(root, signer);
  return signer;
}

function parseCertificate(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw invalid('no certificate', cause);
  }
}

function invalid(detail: string, cause?: unknown): Failure {
  return new Failure('site-signature-invalid', {}, { detail, cause });
}
