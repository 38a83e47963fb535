import type { Greeting } from '@tenkai/domain/assignment/assignment.ts';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import { SiteGreeting } from '@tenkai/protocol/agent/enrollment.ts';
import { greetSite } from '@tenkai/protocol/agent/link/pinned-root.ts';
import { createSiteClient } from '@tenkai/protocol/agent/link/site-client.ts';
import { reasonOf } from './reason-of.ts';

/**
 * Asks an address who it is. Anybody can show the certificate of our root; so it is asked again over a connection whose
 * own certificate that root must have issued, and only this answer counts.
 * @throws the signal's reason
 */
export async function greet(url: string, rootFingerprint: string, signal: AbortSignal): Promise<Greeting> {
  try {
    const { rootCertificate } = await greetSite({ url, rootFingerprint, signal });
    const client = createSiteClient({ url, rootCertificate });
    try {
      const call = { method: 'GET', path: agentPaths.site, reply: SiteGreeting, signal } as const;
      const { siteCode, siteName } = await client.call(call);
      return { siteCode, siteName };
    } finally {
      client.close();
    }
  } catch (error) {
    signal.throwIfAborted();
    return { refused: reasonOf(error, url) };
  }
}
