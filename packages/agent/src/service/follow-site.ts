import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import { SiteGreeting } from '@tenkai/protocol/agent/enrollment.ts';
import { greetSite } from '@tenkai/protocol/agent/link/pinned-root.ts';
import { createSiteClient } from '@tenkai/protocol/agent/link/site-client.ts';
import { type Enrollment, writeEnrollment } from '../identity.ts';
import { readSettings, writeSettings } from '../settings.ts';
import { readSiteFacts } from '../site-facts.ts';
import type { Service } from './service-state.ts';

const askLimitMs = 20_000;

/**
 * Goes where the site says that it is from now on (BAGT-25), once the same site answers there with a certificate of
 * its pinned root. Until then the machine stays where it is, so the address may be told before the site moves, and a
 * wrong one does no harm.
 * @returns true: settings and enrollment name the new address, and the connection has to begin anew
 */
export function createFollower(
  service: Service,
  enrollment: Enrollment,
): (signal: AbortSignal) => Promise<boolean> {
  const { data, log } = service;
  let isAsking = false;
  const follow = async (signal: AbortSignal) => {
    const address = readSiteFacts(data, enrollment)?.address;
    const settings = readSettings(data);
    if (!address || address === enrollment.server || settings.server !== enrollment.server) return false;
    await askThere(address, enrollment, signal);
    // In this order: after a crash in between the machine enrolls once more, with the same key, and is the same.
    writeEnrollment(data, { ...enrollment, server: address });
    writeSettings(data, { ...settings, server: address });
    log.info({ from: enrollment.server, to: address }, 'the site has moved, and the machine follows');
    return true;
  };
  return async (signal) => {
    if (isAsking) return false;
    isAsking = true;
    try {
      return await follow(AbortSignal.any([signal, AbortSignal.timeout(askLimitMs)]));
    } catch (error) {
      if (!signal.aborted)
        log.info({ detail: String(error) }, 'the site does not answer at its new address yet');
      return false;
    } finally {
      isAsking = false;
    }
  };
}

/** @throws Failure site-unreachable, site-root-mismatch, site-answer-invalid; Error where it is another site */
async function askThere(
  url: string,
  { rootFingerprint, rootCertificate, siteCode }: Enrollment,
  signal: AbortSignal,
): Promise<void> {
  await greetSite({ url, rootFingerprint, signal });
  // The first call proves no certificate: now the name has to stand in one of this site.
  const client = createSiteClient({ url, rootCertificate });
  try {
    const greeting = { method: 'GET', path: agentPaths.site, reply: SiteGreeting, signal } as const;
    const found = await client.call(greeting);
    if (found.siteCode !== siteCode) throw new Error(`site ${found.siteCode} answers at ${url}`);
  } finally {
    client.close();
  }
}
