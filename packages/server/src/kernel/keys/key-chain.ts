import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { signP1363, verifyP1363 } from '@tenkai/protocol/ecdsa.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { fingerprintOf, issue, type Pair } from './certificate.ts';
import { missesName, readPair, readSecret, storePair } from './key-files.ts';

/**
 * The site's key chain: root -> signing key (orders, manifests, audit anchor)
 *                          -> issuing key -> TLS key.
 * After the first start `root.key` may be moved to a safe place: only a new signing or issuing key needs it.
 */
export interface KeyChain {
  /** PEM. */
  readonly rootCertificate: string;
  /** SHA-256 over the root's SubjectPublicKeyInfo, lower-case hex. */
  readonly rootFingerprint: string;
  /** Key of the agents' and other stateless tokens. */
  readonly tokenKey: Buffer;
  /** ECDSA P-256 with SHA-256 over the UTF-8 bytes of `proof`, IEEE P1363 form, base64. */
  sign(proof: string): { signature: string; certificate: string };
  /** Whether the site's own signing key made this signature. */
  verify(proof: string, signature: string): boolean;
  /** PEM; `cert` holds the TLS certificate and the issuing one. */
  tls(): { key: string; cert: string };
  /** Makes a new TLS certificate where the present one ends soon; true: whoever listens must take it. */
  renewTls(): Promise<boolean>;
}

export interface KeyChainOptions {
  readonly dir: string;
  readonly siteCode: string;
  /** Host names and IP addresses under which the server is reached (BCON-14, BSRV-17). */
  readonly names: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
}

const dayMs = 86_400_000;
const rootDays = 7300;
const innerDays = 3650;
/** Browsers refuse longer ones. */
const tlsDays = 397;
const renewTlsDaysBefore = 60;
/** Clocks of machines that were off for long run behind. */
const backdateDays = 2;

/** Opens the key chain below `dir`, making what is absent. Every key file is readable by the server alone. */
export async function openKeyChain(options: KeyChainOptions): Promise<KeyChain> {
  const root = await openRoot(options);
  const signing = await ensure(options, 'signing', root);
  const issuing = await ensure(options, 'issuing', root);
  let tls = await ensureTls(options, issuing);
  const privateKey = createPrivateKey(signing.key);
  const publicKey = createPublicKey(privateKey);
  const tokenKey = await readSecret(options.dir, 'token.key', 32);
  return {
    rootCertificate: root.certificate,
    rootFingerprint: fingerprintOf(root.certificate),
    tokenKey,
    sign: (proof) => ({
      signature: signP1363(privateKey, Buffer.from(proof)).toString('base64'),
      certificate: signing.certificate,
    }),
    verify: (proof, signature) =>
      verifyP1363(publicKey, Buffer.from(proof), Buffer.from(signature, 'base64')),
    tls: () => ({ key: tls.key, cert: tls.certificate + issuing.certificate }),
    async renewTls() {
      const before = tls;
      tls = await ensureTls(options, issuing);
      return tls !== before && tls.certificate !== before.certificate;
    },
  };
}

/** The root: its certificate is always there, its key may be kept elsewhere. */
interface Root {
  readonly key: string | undefined;
  readonly certificate: string;
}

async function openRoot({ dir, siteCode, clock }: KeyChainOptions): Promise<Root> {
  const found = await readPair(dir, 'root');
  if (found.certificate) return { key: found.key, certificate: found.certificate };
  const made = await issue({
    subject: `CN=Tenkai root ${siteCode}`,
    use: 'root',
    ...lifetime(clock, rootDays),
  });
  return storePair(dir, 'root', made);
}

async function ensure(options: KeyChainOptions, use: 'signing' | 'issuing', root: Root): Promise<Pair> {
  const { dir, siteCode, clock, log } = options;
  const found = await readPair(dir, use);
  const endsAt = found.certificate ? endOf(found.certificate) : 0;
  const isFresh = endsAt - clock.now() > 365 * dayMs;
  if (found.key && found.certificate && (isFresh || (!root.key && endsAt > clock.now()))) {
    if (!isFresh)
      log.warn({ key: use, endsAt }, 'a site key ends within a year; put root.key back for one start');
    return { key: found.key, certificate: found.certificate };
  }
  if (!root.key)
    throw new Error(`the site's ${use} key is missing or has ended; put root.key back into ${dir}`);
  const issuer = { key: root.key, certificate: root.certificate };
  return storePair(
    dir,
    use,
    await issue({ subject: `CN=Tenkai ${use} ${siteCode}`, use, issuer, ...lifetime(clock, innerDays) }),
  );
}

async function ensureTls({ dir, names, clock }: KeyChainOptions, issuing: Pair): Promise<Pair> {
  const { key, certificate } = await readPair(dir, 'tls');
  const isUsable =
    key !== undefined &&
    certificate !== undefined &&
    endOf(certificate) - clock.now() > renewTlsDaysBefore * dayMs &&
    new X509Certificate(certificate).verify(new X509Certificate(issuing.certificate).publicKey) &&
    !names.some((name) => missesName(certificate, name));
  if (isUsable) return { key, certificate };
  const subject = `CN=${(names[0] ?? 'tenkai').slice(0, 64)}`;
  const made = await issue({
    subject,
    use: { tlsNames: names },
    issuer: issuing,
    ...lifetime(clock, tlsDays),
  });
  return storePair(dir, 'tls', made);
}

function lifetime(clock: Clock, days: number) {
  const now = clock.now();
  return { notBefore: now - backdateDays * dayMs, notAfter: now + (days - backdateDays) * dayMs };
}

function endOf(certificate: string): number {
  return Date.parse(new X509Certificate(certificate).validTo);
}
