import { type Problem, RemoteProblem } from '@tenkai/protocol/problem.ts';

/** Whatever went wrong, in the shape of a refusal; a defect of this console becomes one too. */
export function problemOf(error: unknown): Problem {
  if (error instanceof RemoteProblem) return error.problem;
  return {
    code: 'console-defect',
    message: 'The console itself has failed.',
    detail: error instanceof Error ? error.message : String(error),
    remedy: 'Reload the page, and report this as a defect of Tenkai.',
  };
}
