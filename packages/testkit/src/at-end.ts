import type { TestContext } from 'node:test';

type Act = () => unknown;

const stacks = new WeakMap<object, Act[]>();

/**
 * Does this when the test is over. Unlike `t.after` what was begun last ends first, so that a program is gone before its
 * folder is removed; and one that fails does not keep the others from their end.
 * @throws what the first of them that failed has thrown, in the test's name
 */
export function atEnd(t: Pick<TestContext, 'after'>, act: Act): void {
  const known = stacks.get(t);
  if (known) {
    known.push(act);
    return;
  }
  const stack = [act];
  stacks.set(t, stack);
  t.after(async () => {
    const failures: unknown[] = [];
    for (let last = stack.pop(); last; last = stack.pop()) {
      try {
        await last();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  });
}
