import type { Reason } from '@tenkai/domain';
import { Failure } from '@tenkai/domain/failure.ts';
import { RemoteProblem } from '@tenkai/protocol/problem.ts';

/** Why an address is no site for us: the refusal's own code, or the site's. What it says itself is never repeated. */
export function reasonOf(error: unknown, url: string): Reason {
  if (error instanceof Failure) {
    const detail = error.detail.replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, ' ').slice(0, 200);
    return { code: error.code, params: { ...error.params, url, detail } };
  }
  if (error instanceof RemoteProblem) return { code: 'site-refused', params: { url, status: error.status } };
  throw error;
}
