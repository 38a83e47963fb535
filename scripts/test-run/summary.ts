/** What a test run says: a line for each file, then everything that was not a plain pass, then the count. */
import type { FileResult, TestResult } from './run-test-file.ts';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** A file that went wrong as a whole counts as one failure besides those of its tests. */
export function count(files: readonly FileResult[]): Counts {
  const tests = files.flatMap((file) => file.tests);
  const number = (outcome: TestResult['outcome']) => tests.filter((test) => test.outcome === outcome).length;
  const problems = files.filter((file) => file.problem !== undefined).length;
  return { passed: number('passed'), failed: number('failed') + problems, skipped: number('skipped') };
}

/** Whether the run may be called green: something ran, and nothing failed. */
export function isGreen({ passed, failed }: Counts): boolean {
  return passed > 0 && failed === 0;
}

/** One line for the file, and under it the errors and the end of its output where it failed. */
export function fileLines(result: FileResult): string[] {
  const counts = count([result]);
  const words = [
    `${counts.passed} passed`,
    counts.failed && `${counts.failed} FAILED`,
    counts.skipped && `${counts.skipped} skipped`,
  ];
  const head = `${counts.failed ? '✖' : '✔'} ${result.file}: ${words.filter(Boolean).join(', ')} (${result.seconds.toFixed(1)} s)`;
  if (counts.failed === 0) return [head];
  const failures = result.tests.filter((test) => test.outcome === 'failed');
  return [
    head,
    ...(result.problem ? [indent(`the file ${result.problem}`)] : []),
    ...failures.flatMap((test) => [indent(`✖ ${title(test)}`), indent(indent(test.reason ?? ''))]),
    ...(result.output ? [indent('what it printed last:'), indent(indent(result.output.trimEnd()))] : []),
  ];
}

/** Everything that the reader must not overlook, then the closing line. */
export function closingLines(files: readonly FileResult[], counts: Counts): string[] {
  const tests = files.flatMap((file) => file.tests);
  const skipped = tests.filter((test) => test.outcome === 'skipped');
  const failed = tests.filter((test) => test.outcome === 'failed');
  return [
    ...skipped.map((test) => `SKIPPED: ${test.file}: ${title(test)}: ${test.reason}`),
    ...files.flatMap((file) =>
      file.leftovers.map((left) => `LEFT BEHIND: ${file.file}: ${left.pid} ${left.command}`),
    ),
    ...failed.flatMap((test) => [
      `FAILED: ${test.file}: ${title(test)}`,
      // Who keeps only the end of a long log still learns why.
      indent((test.reason ?? '').slice(0, reasonLimitChars)),
    ]),
    ...files.flatMap((file) => (file.problem ? [`FAILED: ${file.file}: the file ${file.problem}`] : [])),
    `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`,
  ];
}

const reasonLimitChars = 1500;

const title = (test: TestResult) => test.path.join(' > ');

const indent = (text: string) => text.replaceAll(/^/gm, '  ');
