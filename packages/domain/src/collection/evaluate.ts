import { isInSubnet, parseIpAddress, parseIpSubnet } from '../machine/ip-address.ts';
import type { MachineFacts } from '../machine/machine.ts';
import { allTruth, anyTruth, notTruth, type Truth, truthOf } from '../truth.ts';
import { versionHolds } from '../version/index.ts';
import { type AttributeType, type AttributeValue, attributeEntry, changeKey, foldCase } from './attribute.ts';
import { formatAttribute, formatComparison } from './format.ts';
import { matchesGlob } from './glob.ts';
import type { Comparison, ComparisonOperator, Rule } from './rule.ts';
import { parseQuantity } from './value.ts';

/** Why a rule holds of a machine or not: the rule's tree with an answer at every node. */
export type Explanation =
  | { readonly kind: 'and' | 'or' | 'not'; readonly truth: Truth; readonly parts: readonly Explanation[] }
  | ComparisonExplanation;

export interface ComparisonExplanation {
  readonly kind: 'comparison';
  readonly truth: Truth;
  /** As the query language writes it. */
  readonly text: string;
  readonly attribute: string;
  readonly operator: ComparisonOperator;
  readonly expected: readonly string[];
  /** Null: the machine has not told yet. At most `actualLimit` values. */
  readonly actual: readonly string[] | null;
}

/** A machine may have thousands of programs; the first ones explain enough. */
export const actualLimit = 20;

/** Whether a rule holds of a machine. What is not known does not match, and neither does its opposite. */
export function evaluate(rule: Rule, facts: MachineFacts): { matches: boolean; because: Explanation } {
  const because = explain(rule, facts);
  return { matches: because.truth === 'yes', because };
}

function explain(rule: Rule, facts: MachineFacts): Explanation {
  if (rule.kind === 'comparison') return explainComparison(rule, facts);
  if (rule.kind === 'not') {
    const part = explain(rule.part, facts);
    return { kind: 'not', truth: notTruth(part.truth), parts: [part] };
  }
  const parts = rule.parts.map((part) => explain(part, facts));
  const combine = rule.kind === 'and' ? allTruth : anyTruth;
  return { kind: rule.kind, truth: combine(parts.map((part) => part.truth)), parts };
}

function explainComparison(comparison: Comparison, facts: MachineFacts): ComparisonExplanation {
  const entry = attributeEntry(comparison.attribute);
  const values = entry ? entry.read(facts, comparison.attribute.key ?? '') : [];
  return {
    kind: 'comparison',
    truth: values === null ? 'unknown' : truthOf(holds(comparison, entry?.type ?? 'text', values)),
    ...wordsOf(comparison),
    operator: comparison.operator,
    expected: comparison.values,
    actual: values === null ? null : values.slice(0, actualLimit).map((value) => value.text),
  };
}

/** Put into words once: a rule is asked of every machine. */
const words = new WeakMap<Comparison, Pick<ComparisonExplanation, 'text' | 'attribute'>>();

function wordsOf(comparison: Comparison) {
  const known = words.get(comparison);
  if (known) return known;
  const made = { text: formatComparison(comparison), attribute: formatAttribute(comparison.attribute) };
  words.set(comparison, made);
  return made;
}

function holds(
  { operator, values }: Comparison,
  type: AttributeType,
  actual: readonly AttributeValue[],
): boolean {
  if (operator === 'exists') return actual.length > 0;
  const isAny = (tried: ComparisonOperator) =>
    actual.some((value) => values.some((wanted) => compares(type, value, tried, wanted)));
  return operator === '!=' ? !isAny('=') : isAny(operator);
}

/** One value against one wanted value; `in` is `=` with each of the list, or inside each of the subnets. */
function compares(
  type: AttributeType,
  value: AttributeValue,
  operator: ComparisonOperator,
  wanted: string,
): boolean {
  if (operator === 'contains') return foldCase(value.text).includes(foldCase(wanted));
  if (operator === 'matches') return matchesGlob(foldCase(wanted), foldCase(value.text));
  if (type === 'address') return comparesAddress(value.text, wanted);
  if (operator === 'in' || operator === 'exists') return compares(type, value, '=', wanted);
  if (type === 'number')
    return comparesNumber(Number(value.text), operator, parseQuantity(wanted) ?? Number.NaN);
  const isEqualText = foldCase(value.text) === foldCase(wanted);
  if (type === 'version') return versionHolds(value.scheme ?? 'generic', value.text, operator, wanted);
  if (operator === '=') return isEqualText;
  return type === 'loose' && versionHolds('generic', value.text, operator, wanted);
}

function comparesAddress(actual: string, wanted: string): boolean {
  const address = parseIpAddress(actual);
  const subnet = parseIpSubnet(wanted);
  return address !== undefined && subnet !== undefined && isInSubnet(address, subnet);
}

type OrderOperator = '=' | '!=' | '<' | '<=' | '>' | '>=';

function comparesNumber(actual: number, operator: OrderOperator, wanted: number): boolean {
  if (operator === '=') return actual === wanted;
  if (operator === '!=') return actual !== wanted;
  if (operator === '<') return actual < wanted;
  if (operator === '<=') return actual <= wanted;
  return operator === '>' ? actual > wanted : actual >= wanted;
}

/** An explanation as one line: `os.id = "debian" is no (ubuntu)`, the parts that decided only. */
export function explanationText(explanation: Explanation): string {
  if (explanation.kind === 'comparison') {
    const actual = explanation.actual === null ? 'not known yet' : explanation.actual.join(', ') || 'nothing';
    return `${explanation.text} is ${explanation.truth} (${actual})`;
  }
  if (explanation.kind === 'not') return explanation.parts.map(explanationText).join('');
  const deciding = explanation.parts.filter((part) => part.truth === explanation.truth);
  return deciding.map(explanationText).join('; ');
}

/** Whether a rule asks for installed software, which is most of an inventory's size. */
export function asksForSoftware(rule: Rule): boolean {
  if (rule.kind === 'comparison') return /^software($|\.)/.test(rule.attribute.name);
  return rule.kind === 'not' ? asksForSoftware(rule.part) : rule.parts.some(asksForSoftware);
}

/** Which changes may change a rule's answer: the keys of `changedAttributes`. */
export function attributesOf(rule: Rule): Set<string> {
  if (rule.kind === 'not') return attributesOf(rule.part);
  if (rule.kind !== 'comparison') return new Set(rule.parts.flatMap((part) => [...attributesOf(part)]));
  const needsInventory = attributeEntry(rule.attribute)?.needsInventory ?? false;
  return new Set([changeKey(rule.attribute), ...(needsInventory ? ['inventory'] : [])]);
}
