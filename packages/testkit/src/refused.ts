import type { RemoteProblem } from '@tenkai/protocol/problem.ts';

/** For assert.rejects: a refusal with this code, whole as every refusal must be. */
export function refusedWith(code: string, status?: number) {
  return (error: unknown): true => {
    const { problem, status: actual } = error as RemoteProblem;
    if (!problem) throw error;
    const isWhole = [problem.message, problem.detail, problem.remedy].every(
      (part) => typeof part === 'string',
    );
    if (problem.code === code && isWhole && (status === undefined || status === actual)) return true;
    throw new Error(`refused with ${actual} ${JSON.stringify(problem)} instead of ${status ?? ''} ${code}`);
  };
}
