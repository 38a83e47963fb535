import { RemoteProblem } from '../../problem.ts';

/** A site that was started anew knows no challenge of before; a proxy may speak in its place. */
const passing = new Set(['challenge-invalid', 'not-a-tenkai-answer']);

/** An answer that says nothing against what was asked: later the same may go well. */
export function isPassingAnswer(error: unknown): boolean {
  if (!(error instanceof RemoteProblem)) return false;
  const { status, problem } = error;
  return status === 429 || status >= 500 || passing.has(problem.code);
}
