import { createHash, X509Certificate } from 'node:crypto';
import { request } from 'node:https';
import type { SiteGreeting } from '@tenkai/protocol/agent/enrollment.ts';

const timeoutMs = 10_000;

/**
 * The site's root certificate, PEM, once its key has the expected fingerprint. The connection itself is not
 * trusted: nothing secret goes over it, and what comes back is checked.
 */
export async function fetchPinnedRoot(url: string, fingerprint: string): Promise<string> {
  const greeting = JSON.parse(await getUntrusted(`${url}/agent/v1/site`)) as SiteGreeting;
  const key = new X509Certificate(greeting.rootCertificate).publicKey.export({ type: 'spki', format: 'der' });
  const actual = createHash('sha256').update(key).digest('hex');
  if (actual !== fingerprint) throw new Error(`The site's root key is ${actual}, not ${fingerprint}.`);
  return greeting.rootCertificate;
}

function getUntrusted(url: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const asked = request(url, { rejectUnauthorized: false, timeout: timeoutMs }, (response) => {
    const parts: Buffer[] = [];
    response.on('data', (part: Buffer) => parts.push(part));
    response.on('end', () => resolve(Buffer.concat(parts).toString()));
    response.on('error', reject);
  });
  asked.on('timeout', () => asked.destroy(new Error(`${url} does not answer.`)));
  asked.on('error', reject);
  asked.end();
  return promise;
}
