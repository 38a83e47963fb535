import { Failure } from '@tenkai/domain/failure.ts';
import type { PullError } from '@tenkai/protocol/api/repositories.ts';
import { toProblem } from '@tenkai/protocol/problem.ts';
import './repositories.failures.ts';

/** What is kept of a refusal, so that the console can say it in its own language later. */
export function toPullError(error: unknown): PullError {
  const reason = error instanceof Error ? error.message : String(error);
  const failure = error instanceof Failure ? error : new Failure('repository-pull-broken', { reason });
  const { code, message, remedy, detail, params = {} } = toProblem(failure);
  return { code, message, remedy, detail: detail.slice(0, 2000), params };
}

/** Nothing came: more of the same repository will not come either. */
export function isUnreachable({ code }: Pick<PullError, 'code'>): boolean {
  return code === 'repository-unreachable' || code === 'content-unreachable';
}
