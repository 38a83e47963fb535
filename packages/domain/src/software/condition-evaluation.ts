import { defineReasons } from '../reason.ts';
import type { Reason } from '../scenario/frozen-step.ts';
import { allTruth, anyTruth, notTruth, type Truth, truthOf } from '../truth.ts';
import { type VersionScheme, versionHolds } from '../version/index.ts';
import type { Condition, ConditionLeaf } from './condition.ts';
import { registryPlace, registryProblem, registryTruth, registryWish } from './registry-rule.ts';

defineReasons({
  'condition-file-exists': 'File {subject}: expected {expected}, found {actual}.',
  'condition-package-installed': 'Package {subject}: expected {expected}, found {actual}.',
  'condition-package-version': 'Version of package {subject}: expected {expected}, found {actual}.',
  'condition-registry': 'Registry {subject}: expected {expected}, found {actual}.',
  'condition-os-release': '{subject} of os-release: expected {expected}, found {actual}.',
});

/**
 * What the machine found for one leaf. `values`: installed versions of a package, the data of a registry value, or
 * the value of an os-release line; empty for files and registry keys.
 */
export type LeafFact =
  | { readonly state: 'absent' }
  | { readonly state: 'present'; readonly values: readonly string[]; readonly type?: string }
  | { readonly state: 'unknown'; readonly cause: string };

export interface ConditionResult {
  /** True only when it is known to hold. */
  readonly holds: boolean;
  readonly truth: Truth;
  /** The leaves that decided, each with what was expected and what is there (BPKG-52). */
  readonly reasons: Reason[];
}

/**
 * Whether a condition holds on a machine, given what `probe` found for its leaves. `!=` is *not =*: it also holds
 * where there is nothing to compare. Source: BPKG-48..52, BAGT-18.
 */
export function evaluateCondition(
  condition: Condition,
  probe: (leaf: ConditionLeaf) => LeafFact,
): ConditionResult {
  const { truth, reasons } = judge(condition, probe);
  return { holds: truth === 'yes', truth, reasons };
}

interface Judgement {
  readonly truth: Truth;
  readonly reasons: Reason[];
}

function judge(condition: Condition, probe: (leaf: ConditionLeaf) => LeafFact): Judgement {
  if (condition.kind === 'not') {
    const inner = judge(condition.of, probe);
    return { truth: notTruth(inner.truth), reasons: inner.reasons };
  }
  if (condition.kind === 'all' || condition.kind === 'any') {
    const parts = condition.of.map((part) => judge(part, probe));
    const combine = condition.kind === 'all' ? allTruth : anyTruth;
    const truth = combine(parts.map((part) => part.truth));
    return { truth, reasons: parts.filter((part) => part.truth === truth).flatMap((part) => part.reasons) };
  }
  const fact = probe(condition);
  const truth = fact.state === 'unknown' ? 'unknown' : leafTruth(condition, fact);
  return { truth, reasons: [leafReason(condition, fact, truth)] };
}

type KnownFact = Exclude<LeafFact, { state: 'unknown' }>;

function leafTruth(leaf: ConditionLeaf, fact: KnownFact): Truth {
  if (leaf.kind === 'package-version') return truthOf(versionLeafHolds(leaf, fact));
  if (leaf.kind === 'os-release') return truthOf(osReleaseHolds(leaf, fact));
  if (leaf.kind === 'registry') return registryTruth(leaf, fact);
  return truthOf(fact.state === 'present');
}

function versionLeafHolds(
  leaf: Extract<ConditionLeaf, { kind: 'package-version' }>,
  fact: KnownFact,
): boolean {
  return anyValueHolds(fact, leaf.operator, (value, operator) =>
    versionHolds(leaf.source satisfies VersionScheme, value, operator, leaf.version),
  );
}

function osReleaseHolds(leaf: Extract<ConditionLeaf, { kind: 'os-release' }>, fact: KnownFact): boolean {
  return anyValueHolds(fact, leaf.operator, (value, operator) =>
    operator === '=' ? value === leaf.value : versionHolds('generic', value, operator, leaf.value),
  );
}

type Operator = Extract<ConditionLeaf, { kind: 'os-release' }>['operator'];

function anyValueHolds(
  fact: KnownFact,
  operator: Operator,
  holds: (value: string, operator: Operator) => boolean,
): boolean {
  const values = fact.state === 'present' ? fact.values : [];
  if (operator === '!=') return !values.some((value) => holds(value, '='));
  return values.some((value) => holds(value, operator));
}

function leafReason(leaf: ConditionLeaf, fact: LeafFact, truth: Truth): Reason {
  return {
    code: `condition-${leaf.kind}`,
    params: { subject: subjectOf(leaf), expected: expectedOf(leaf), actual: actualOf(leaf, fact), truth },
  };
}

function subjectOf(leaf: ConditionLeaf): string {
  if (leaf.kind === 'file-exists') return leaf.path;
  if (leaf.kind === 'os-release') return leaf.key;
  if (leaf.kind === 'registry') return registryPlace(leaf);
  return leaf.name;
}

function expectedOf(leaf: ConditionLeaf): string {
  if (leaf.kind === 'package-version') return `${leaf.operator} ${leaf.version}`;
  if (leaf.kind === 'os-release') return `${leaf.operator} ${leaf.value}`;
  return leaf.kind === 'registry' ? registryWish(leaf) : 'present';
}

function actualOf(leaf: ConditionLeaf, fact: LeafFact): string {
  if (fact.state === 'unknown') return fact.cause;
  if (fact.state === 'absent') return 'absent';
  const problem = leaf.kind === 'registry' ? registryProblem(leaf, fact) : undefined;
  const found = [fact.type, fact.values[0], problem === undefined ? undefined : `(${problem})`];
  return found.filter((part) => part !== undefined && part !== '').join(' ') || 'present';
}
