import { Failure } from '@tenkai/domain/failure.ts';
import { type Problem, RemoteProblem, toProblem } from '@tenkai/protocol/problem.ts';
import { hasColor, printable, printableLines, styleFor, type Terminal } from './terminal.ts';

/** Any error as code, message, detail and remedy. */
export function problemOf(error: unknown): Problem {
  if (error instanceof RemoteProblem) return error.problem;
  // An upload wraps what the site said, to decide whether to try again.
  if (error instanceof Error && error.cause instanceof RemoteProblem) return error.cause.problem;
  if (error instanceof Failure) return toProblem(error);
  const code = (error as NodeJS.ErrnoException)?.code;
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: code ? `system-${code.toLowerCase()}` : 'unexpected',
    message,
    detail: '',
    remedy: code ? 'Check path, rights and free space.' : 'Report this as a defect of Tenkai.',
  };
}

/** Says no on standard error: as JSON where that is wanted, else in four short parts. */
export function printProblem({ stderr, env }: Terminal, error: unknown, isJson: boolean) {
  const problem = problemOf(error);
  if (isJson) {
    stderr.write(`${JSON.stringify(problem, null, 2)}\n`);
    return;
  }
  const style = styleFor(hasColor(stderr, env));
  const lines = [
    `${style.bad('Error:')} ${printable(problem.message)} ${style.dim(`[${printable(problem.code)}]`)}`,
  ];
  if (problem.detail !== '') lines.push(indented(printableLines(problem.detail)));
  if (problem.remedy !== '') lines.push(`${style.bold('Remedy:')} ${printable(problem.remedy)}`);
  stderr.write(`${lines.join('\n')}\n`);
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}
