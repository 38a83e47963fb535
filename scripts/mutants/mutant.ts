/** One mistake that somebody could make in a rule of the domain, and the tests that must notice it. */
export interface Mutant {
  /** What the customer would read aloud. */
  readonly rule: string;
  /** Below packages/domain/src, as are the tests. */
  readonly file: string;
  /** Must occur exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  readonly tests: readonly string[];
}

/** Several mistakes in one rule. */
export function mutants(
  rule: string,
  file: string,
  tests: string | readonly string[],
  ...changes: readonly [find: string, replace: string][]
): Mutant[] {
  const testFiles = typeof tests === 'string' ? [tests] : tests;
  return changes.map(([find, replace]) => ({ rule, file, find, replace, tests: testFiles }));
}
