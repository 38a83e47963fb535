import type { Reason } from '@tenkai/domain';
import { Failure } from '@tenkai/domain/failure.ts';
import { RemoteProblem } from '@tenkai/protocol/problem.ts';

/** The codes of getaddrinfo for a name that nobody knows, or that nobody could be asked about (MASTER-14). */
export const isUnresolved = (detail: string): boolean => /^(ENOTFOUND|EAI_[A-Z]+)\b/.test(detail);

/** Why an address is no site for us: the refusal's own code, or the site's. What it says itself is never repeated. */
export function reasonOf(error: unknown, url: string): Reason {
  if (error instanceof Failure) {
    const detail = error.detail.replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, ' ').slice(0, 200);
    if (error.code === 'site-unreachable' && isUnresolved(detail))
      return { code: 'name-unresolved', params: { host: new URL(url).hostname, url, detail } };
    return { code: error.code, params: { ...error.params, url, detail } };
  }
  if (error instanceof RemoteProblem) return { code: 'site-refused', params: { url, status: error.status } };
  throw error;
}
