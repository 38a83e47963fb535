import { Resolver } from 'node:dns/promises';
import type { SourceAnswer } from '@tenkai/domain/assignment/assignment.ts';
import { orderServices } from '@tenkai/domain/assignment/service-record.ts';
import { errorCode } from '../durable-file.ts';

export interface DnsOptions {
  /** `address` or `address:port`; undefined: the system's. */
  readonly servers?: readonly string[] | undefined;
  /** Gives numbers from 0 to below 1. */
  readonly random: () => number;
  readonly timeoutMs?: number;
}

/** Codes of c-ares that are an answer: there is no such name, or it has no such record. */
const nothing = ['ENOTFOUND', 'ENODATA'];

/**
 * Asks the name service where a site's management points are (SRV, RFC 2782). Never throws for what it is answered:
 * whoever answers may be anybody.
 * @param name as of `serviceName()`
 * @throws the signal's reason
 */
export async function askDns(
  name: string,
  siteCode: string | undefined,
  { servers, random, timeoutMs = 3000 }: DnsOptions,
  signal: AbortSignal,
): Promise<SourceAnswer> {
  const resolver = new Resolver({ timeout: timeoutMs, tries: 2 });
  const stop = () => resolver.cancel();
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    if (servers) resolver.setServers([...servers]);
    const records = await resolver.resolveSrv(name);
    const urls = orderServices(records, random);
    const params = { name, count: records.length };
    if (urls.length === 0) return { nothing: { code: 'dns-record-unusable', params } };
    return { found: urls.map((url) => ({ url, siteCode: siteCode ?? null })) };
  } catch (error) {
    signal.throwIfAborted();
    const code = errorCode(error);
    if (nothing.includes(code)) return { nothing: { code: 'dns-no-record', params: { name } } };
    return { failed: { code: 'dns-failed', params: { name, cause: code || 'unknown' } } };
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
