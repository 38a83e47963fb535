import { Failure, type FieldProblem, failureSentence } from './failure.ts';
import { reasonSentence } from './reason.ts';

/** The sentence of one problem of a draft: which rule is broken. */
export function problemSentence(problem: Pick<FieldProblem, 'code' | 'params'>): string {
  return failureSentence(problem.code, problem.params) ?? reasonSentence(problem);
}

/**
 * The refusal of a draft with everything that is wrong with it at once; the detail names field and rule.
 * @returns Failure draft-invalid
 */
export function draftRefusal(what: string, problems: readonly FieldProblem[]): Failure {
  const detail = problems
    .map((problem) => `${problem.field}: ${problemSentence(problem)}${suggestionText(problem)}`)
    .join('\n');
  return new Failure('draft-invalid', { what, count: problems.length }, { detail, problems });
}

function suggestionText({ suggestion }: FieldProblem): string {
  return suggestion === undefined ? '' : ` Suggestion: ${suggestion}`;
}
