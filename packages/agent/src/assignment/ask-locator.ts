import { parseRoleAddress } from '@tenkai/domain/assignment/address.ts';
import type { SourceAnswer } from '@tenkai/domain/assignment/assignment.ts';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import { createSiteClient } from '@tenkai/protocol/agent/link/site-client.ts';
import { LocateReply, type LocateRequest } from '@tenkai/protocol/agent/locator.ts';
import { reasonOf } from './reason-of.ts';

/** A site code, an address and a name. */
const replyLimitBytes = 16 * 1024;
const timeoutMs = 15_000;

/**
 * Asks a locator to which site a machine with these addresses belongs. Its certificate is not looked at: it may be a
 * server of another site, and what it says is only where to look. Nothing secret is sent.
 * @throws the signal's reason
 */
export async function askLocator(
  url: string,
  body: LocateRequest,
  signal: AbortSignal,
): Promise<SourceAnswer> {
  const client = createSiteClient({ url, rootCertificate: null });
  const { locate: path } = agentPaths;
  try {
    const call = {
      method: 'POST',
      path,
      body,
      reply: LocateReply,
      signal,
      timeoutMs,
      replyLimitBytes,
    } as const;
    const { found } = await client.call(call);
    const addresses = body.addresses.join(', ');
    if (!found) return { nothing: { code: 'locator-knows-none', params: { url, addresses } } };
    const read = parseRoleAddress(found.managementPoint ?? url);
    if (!('url' in read)) return { failed: { code: 'site-answer-invalid', params: { url } } };
    return { found: [{ url: read.url, siteCode: found.siteCode }] };
  } catch (error) {
    signal.throwIfAborted();
    return { failed: reasonOf(error, url) };
  } finally {
    client.close();
  }
}
