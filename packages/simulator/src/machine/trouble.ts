import { Failure } from '@tenkai/domain/failure.ts';
import { RemoteProblem } from '@tenkai/protocol/problem.ts';

/** The name under which a failure is counted. */
export function reasonOf(error: unknown): string {
  if (error instanceof RemoteProblem) return error.problem.code;
  if (error instanceof Failure) {
    const system = /^[A-Z][A-Z0-9_]+(?=:)/.exec(error.detail)?.[0];
    return system ? `${error.code} (${system})` : error.code;
  }
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.name : 'unknown';
}
