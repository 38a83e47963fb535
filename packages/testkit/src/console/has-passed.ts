import type { TestContext } from 'node:test';

/** In an `after` hook: whether the test has passed. Node has it since version 21; its types do not yet. */
export function hasPassed(t: TestContext): boolean {
  return (t as TestContext & { readonly passed: boolean }).passed;
}
