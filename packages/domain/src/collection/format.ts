import { attributeEntry } from './attribute.ts';
import type { Attribute, Comparison, Rule } from './rule.ts';

/** The query of a rule, in one way of writing: `parseRule(formatRule(rule))` is the same rule again. */
export function formatRule(rule: Rule): string {
  if (rule.kind === 'comparison') return formatComparison(rule);
  if (rule.kind === 'not') return `not ${inParentheses(rule.part)}`;
  return rule.parts.map(inParentheses).join(` ${rule.kind} `);
}

/** More than precedence needs between `and` and `or`: people do not remember precedence. */
function inParentheses(rule: Rule): string {
  const text = formatRule(rule);
  return rule.kind === 'and' || rule.kind === 'or' ? `(${text})` : text;
}

export function formatComparison({ attribute, operator, values }: Comparison): string {
  if (attribute.name === 'software' && operator === 'exists')
    return `software has ${JSON.stringify(attribute.key ?? '')}`;
  const left = `${formatAttribute(attribute)} ${operator}`;
  const isText = !['number', 'boolean', 'address'].includes(attributeEntry(attribute)?.type ?? 'text');
  const right = values.map((value) => (isText || !isBare(value) ? JSON.stringify(value) : value));
  if (right.length === 0) return left;
  return right.length === 1 ? `${left} ${right[0]}` : `${left} (${right.join(', ')})`;
}

export function formatAttribute({ name, key }: Attribute): string {
  if (key === undefined) return name;
  if (name === 'property' && /^[A-Za-z0-9_-]+$/.test(key)) return `property.${key}`;
  const [base = name, ...field] = name.split('.');
  return [`${base}[${JSON.stringify(key)}]`, ...field].join('.');
}

/** What the reader takes for one word: `8GiB`, `10.1.0.0/16`; `500 MB` is none. */
function isBare(value: string): boolean {
  return /^[A-Za-z0-9.:/%-]+$/.test(value);
}
