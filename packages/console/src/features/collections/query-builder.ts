import { attributes, operatorsOf } from '@tenkai/domain/collection/attribute.ts';
import { formatRule } from '@tenkai/domain/collection/format.ts';
import { parseRule } from '@tenkai/domain/collection/parse.ts';
import type { Comparison, ComparisonOperator, Rule } from '@tenkai/domain/collection/rule.ts';
import { Failure } from '@tenkai/domain/failure.ts';

/** What the builder can show: comparisons joined by one word. */
export interface BuiltQuery {
  readonly join: 'and' | 'or';
  readonly comparisons: readonly Comparison[];
}

/** The builder's view of a query; undefined where it is nested or negated, and only its text can be edited. */
export function toBuilt(query: string): BuiltQuery | undefined {
  if (query.trim() === '') return { join: 'and', comparisons: [] };
  const rule = parsed(query);
  if (!rule || rule instanceof Failure) return undefined;
  if (rule.kind === 'comparison') return { join: 'and', comparisons: [rule] };
  if (rule.kind === 'not') return undefined;
  const comparisons = rule.parts.filter((part): part is Comparison => part.kind === 'comparison');
  return comparisons.length === rule.parts.length ? { join: rule.kind, comparisons } : undefined;
}

export function fromBuilt({ join, comparisons }: BuiltQuery): string {
  const [only, ...more] = comparisons;
  if (!only) return '';
  return formatRule(more.length === 0 ? only : { kind: join, parts: comparisons });
}

/** Why a query cannot be read; undefined: it can. */
export function queryProblem(query: string): Failure | undefined {
  const result = parsed(query);
  return result instanceof Failure ? result : undefined;
}

function parsed(query: string): Rule | Failure {
  try {
    return parseRule(query);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

export const attributeNames: readonly string[] = Object.keys(attributes);

export function isKeyed(name: string): boolean {
  return Object.hasOwn(attributes, name) && attributes[name]?.isKeyed === true;
}

export function operatorsFor(name: string): readonly ComparisonOperator[] {
  return operatorsOf[attributes[name]?.type ?? 'text'];
}

/** The comparison with another attribute: what no longer fits is replaced by what does. */
export function withAttribute(comparison: Comparison, name: string): Comparison {
  const operators = operatorsFor(name);
  const operator = operators.includes(comparison.operator) ? comparison.operator : (operators[0] ?? '=');
  const key = isKeyed(name) ? { key: comparison.attribute.key ?? '' } : {};
  return withOperator({ ...comparison, attribute: { name, ...key } }, operator);
}

export function withOperator(comparison: Comparison, operator: ComparisonOperator): Comparison {
  if (operator === 'exists') return { ...comparison, operator, values: [] };
  const values = comparison.values.length > 0 ? comparison.values : [''];
  return { ...comparison, operator, values: operator === 'in' ? values : values.slice(0, 1) };
}

export const firstComparison: Comparison = {
  kind: 'comparison',
  attribute: { name: 'os.id' },
  operator: '=',
  values: [''],
};
