import type { Static } from 'typebox';
import * as Type from 'typebox';
import { registryFields } from './registry-rule.ts';
import { VersionOperator } from './version-operator.ts';

const packageSource = Type.Union([Type.Literal('dpkg'), Type.Literal('rpm')]);

/** One question to the machine. There is none that runs a command: conditions must be safe to ask. */
export const ConditionLeaf = Type.Union([
  Type.Object({
    kind: Type.Literal('file-exists'),
    path: Type.String({ minLength: 1, maxLength: 4096 }),
  }),
  Type.Object({
    kind: Type.Literal('package-installed'),
    name: Type.String({ minLength: 1, maxLength: 255 }),
    source: packageSource,
  }),
  Type.Object({
    kind: Type.Literal('package-version'),
    name: Type.String({ minLength: 1, maxLength: 255 }),
    source: packageSource,
    operator: VersionOperator,
    version: Type.String({ minLength: 1, maxLength: 128 }),
  }),
  /** BPKG-48: a key or value of the registry; elsewhere than on Windows the answer is *unknown*. */
  Type.Object({ kind: Type.Literal('registry'), ...registryFields }),
  /** A line of `/etc/os-release`. Order operators compare as dotted numbers. */
  Type.Object({
    kind: Type.Literal('os-release'),
    key: Type.String({ pattern: '^[A-Z][A-Z0-9_]{0,62}$' }),
    operator: VersionOperator,
    value: Type.String({ maxLength: 255 }),
  }),
]);
export type ConditionLeaf = Static<typeof ConditionLeaf>;

/** How deep conditions may be nested, and how many leaves one may have. */
export const conditionLimits = { depth: 16, leaves: 200 } as const;

/** What must hold on the machine, combined freely (BPKG-51). `all` of nothing holds, `any` of nothing does not. */
export type Condition =
  | { kind: 'all'; of: Condition[] }
  | { kind: 'any'; of: Condition[] }
  | { kind: 'not'; of: Condition }
  | ConditionLeaf;

/** Refers to itself as `Condition`: validators need the `definitions` of this package. */
export const ConditionSchema = Type.Union([
  Type.Object({
    kind: Type.Union([Type.Literal('all'), Type.Literal('any')]),
    of: Type.Array(Type.Ref('Condition'), { maxItems: 100 }),
  }),
  Type.Object({ kind: Type.Literal('not'), of: Type.Ref('Condition') }),
  ConditionLeaf,
]);

/** Depth and number of leaves, counted without recursion: hostile input may be nested thousands of levels deep. */
export function conditionSize(condition: Condition): { depth: number; leaves: number } {
  const open: { node: Condition; depth: number }[] = [{ node: condition, depth: 1 }];
  const size = { depth: 0, leaves: 0 };
  for (let next = open.pop(); next; next = open.pop()) {
    const { node, depth } = next;
    size.depth = Math.max(size.depth, depth);
    if (node.kind === 'not') open.push({ node: node.of, depth: depth + 1 });
    else if (node.kind === 'all' || node.kind === 'any')
      open.push(...node.of.map((part) => ({ node: part, depth: depth + 1 })));
    else size.leaves += 1;
  }
  return size;
}

/** Whether a condition keeps to `conditionLimits`. */
export function isConditionWithinLimits(condition: Condition): boolean {
  const { depth, leaves } = conditionSize(condition);
  return depth <= conditionLimits.depth && leaves <= conditionLimits.leaves;
}

/** All questions of a condition that keeps to `conditionLimits`, in their order. */
export function leavesOf(condition: Condition): ConditionLeaf[] {
  if (condition.kind === 'not') return leavesOf(condition.of);
  if (condition.kind === 'all' || condition.kind === 'any') return condition.of.flatMap(leavesOf);
  return [condition];
}
