import { createPrivateKey, sign } from 'node:crypto';
import {
  manifestProof,
  orderProof,
  type SignedManifest,
  type SignedOrder,
} from '@tenkai/protocol/agent/orders.ts';
import { fingerprintOf, issue, type Pair } from '@tenkai/server/kernel/keys/certificate.ts';

/** Further certificates of the chain, for tests that go astray. */
export { issue };

const dayMs = 86_400_000;

/** A site's key chain as the server makes it (root -> signing, root -> issuing -> TLS), with the keys in hand. */
export interface SiteKeys {
  readonly root: Pair;
  readonly signing: Pair;
  readonly tls: { readonly key: string; readonly cert: string };
  readonly rootFingerprint: string;
  signOrder(order: object): SignedOrder;
  signManifest(body: string): SignedManifest;
}

/** @param host beside the names of this machine */
export async function makeSiteKeys(host = 'localhost'): Promise<SiteKeys> {
  const now = Date.now();
  const life = { notBefore: now - 2 * dayMs, notAfter: now + 300 * dayMs };
  const root = await issue({ subject: 'CN=Tenkai root TST', use: 'root', ...life });
  const signing = await issue({ subject: 'CN=Tenkai signing TST', use: 'signing', issuer: root, ...life });
  const issuing = await issue({ subject: 'CN=Tenkai issuing TST', use: 'issuing', issuer: root, ...life });
  const names = [...new Set([host, 'localhost', '127.0.0.1', '::1'])];
  const tls = await issue({ subject: 'CN=localhost', use: { tlsNames: names }, issuer: issuing, ...life });
  return {
    root,
    signing,
    tls: { key: tls.key, cert: tls.certificate + issuing.certificate },
    rootFingerprint: fingerprintOf(root.certificate),
    signOrder(order) {
      const payload = JSON.stringify(order);
      return { payload, ...signWith(signing, orderProof(payload)) };
    },
    signManifest: (body) => ({ body, ...signWith(signing, manifestProof(body)) }),
  };
}

/** ECDSA P-256 with SHA-256, IEEE P1363, base64. */
export function signWith({ key, certificate }: Pair, proof: string) {
  const privateKey = { key: createPrivateKey(key), dsaEncoding: 'ieee-p1363' } as const;
  return { signature: sign('sha256', Buffer.from(proof), privateKey).toString('base64'), certificate };
}
