import { createHash, X509Certificate } from 'node:crypto';
import { Agent, type RequestOptions, request } from 'node:https';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import type { SiteGreeting } from '@tenkai/protocol/agent/enrollment.ts';

/**
 * A `fetch` that trusts one root only: the one with this fingerprint. Node's own takes no certificate authority for
 * a single call.
 */
export async function pinnedFetch(baseUrl: string, rootFingerprint: string): Promise<typeof fetch> {
  const greeting = await send(`${baseUrl}${agentPaths.site}`, {}, { rejectUnauthorized: false });
  const { rootCertificate } = (await greeting.json()) as SiteGreeting;
  const key = new X509Certificate(rootCertificate).publicKey.export({ type: 'spki', format: 'der' });
  const actual = createHash('sha256').update(key).digest('hex');
  if (actual !== rootFingerprint) throw new Error(`another root key answered: ${actual}`);
  const agent = new Agent({ ca: rootCertificate });
  return (input, init) => send(String(input), init ?? {}, { agent });
}

function send(url: string, init: RequestInit, options: RequestOptions): Promise<Response> {
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const headers = Object.fromEntries(new Headers(init.headers));
  const { signal } = init;
  const asked = request(
    url,
    { ...options, method: init.method ?? 'GET', headers, ...(signal ? { signal } : {}) },
    (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () => {
        const received = new Headers();
        for (const [name, value] of Object.entries(answer.headersDistinct))
          for (const one of value ?? []) received.append(name, one);
        const body = [204, 304].includes(answer.statusCode ?? 0) ? null : Buffer.concat(parts);
        resolve(new Response(body, { status: answer.statusCode ?? 500, headers: received }));
      });
    },
  );
  asked.on('error', reject);
  asked.end(init.body as string | Uint8Array | undefined);
  return promise;
}
