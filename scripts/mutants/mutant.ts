/** One mistake that somebody could make in a rule, and the tests that must notice it. */
export interface Mutant {
  /** What the customer would read aloud. */
  readonly rule: string;
  /** Folder of the sources below packages. */
  readonly place: string;
  /** Below `place`, as are the tests. */
  readonly file: string;
  /** Must occur exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  readonly tests: readonly string[];
  /** Only tests whose names match it: of files that play whole servers. */
  readonly only?: string;
}

export const domainPlace = 'domain/src';

/** Several mistakes in one rule of the domain. */
export function mutants(
  rule: string,
  file: string,
  tests: string | readonly string[],
  ...changes: readonly [find: string, replace: string][]
): Mutant[] {
  return mutantsIn(domainPlace, { rule, file, tests }, ...changes);
}

/** Several mistakes in one rule of another package. */
export function mutantsIn(
  place: string,
  {
    rule,
    file,
    tests,
    only,
  }: Pick<Mutant, 'rule' | 'file' | 'only'> & { readonly tests: string | readonly string[] },
  ...changes: readonly [find: string, replace: string][]
): Mutant[] {
  const testFiles = typeof tests === 'string' ? [tests] : tests;
  const limit = only === undefined ? {} : { only };
  return changes.map(([find, replace]) => ({ rule, place, file, find, replace, tests: testFiles, ...limit }));
}
