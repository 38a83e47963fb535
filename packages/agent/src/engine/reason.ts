import type { Reason } from '@tenkai/domain';
import { Failure } from '@tenkai/domain/failure.ts';

/** What went wrong, as a reason that the console can say in words. */
export function reasonOf(error: unknown): Reason {
  if (error instanceof Failure) {
    const detail = error.detail === '' ? {} : { detail: error.detail.slice(0, 500) };
    return { code: error.code, params: { ...error.params, ...detail } };
  }
  return { code: 'unexpected', params: { id: '', detail: String(error).slice(0, 500) } };
}
