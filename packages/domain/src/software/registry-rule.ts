import type { Static } from 'typebox';
import * as Type from 'typebox';
import { type Truth, truthOf } from '../truth.ts';
import { versionHolds } from '../version/index.ts';
import { VersionOperator } from './version-operator.ts';

/** How the data of a registry value stand to those that are asked for; `missing` is *not exists*. */
export const RegistryOperator = Type.Union([
  Type.Literal('exists'),
  Type.Literal('missing'),
  ...VersionOperator.anyOf,
]);
export type RegistryOperator = Static<typeof RegistryOperator>;

/** Which of the two registries of a 64-bit Windows: programs of 32 bits have some keys of their own. */
export const RegistryView = Type.Union([Type.Literal('32'), Type.Literal('64')]);
export type RegistryView = Static<typeof RegistryView>;

/** What conditions and detection rules ask the registry of Windows; the rules are those of `registryTruth`. */
export const registryFields = {
  key: Type.String({ minLength: 1, maxLength: 1024 }),
  /** Of a value; empty: the key's default value. Absent: the key itself is asked for. */
  name: Type.Optional(Type.String({ maxLength: 1024 })),
  data: Type.Optional(Type.String({ maxLength: 8192 })),
  type: Type.Optional(Type.String({ pattern: '^REG_[A-Z_]{1,40}$' })),
  /** Absent: *exists*, with `data` and `type` as far as they are given (BPKG-48, BPKG-50). */
  operator: Type.Optional(RegistryOperator),
  /** Absent: both; where both have it, that of 64 bits counts. */
  view: Type.Optional(RegistryView),
};
const RegistryRule = Type.Object(registryFields);
export type RegistryRule = Static<typeof RegistryRule>;

/** What is at the place that a rule names. `values`: the forms in which the data may be written; none for a key. */
export type RegistryFact =
  | { readonly state: 'absent' }
  | { readonly state: 'present'; readonly values: readonly string[]; readonly type?: string };

/**
 * Whether a rule holds.
 *
 * - *exists* and *missing* compare `data` as text, exactly, where they are given.
 * - `=` also takes numbers that are equal (`0x10` and `16`) and versions that are (`1.0` and `1.0.0`). `!=` is *not =*:
 *   it also holds where there is nothing to compare.
 * - The others compare REG_DWORD and REG_QWORD as numbers and texts as versions of Windows, field by field. Where either
 *   side is none (`Service Pack 2`), or data have no order (REG_BINARY, REG_MULTI_SZ), the answer is *unknown*: such a
 *   rule never holds, nor does its opposite. What is absent, or of another `type`, is below and above nothing: *no*.
 */
export function registryTruth(rule: RegistryRule, fact: RegistryFact): Truth {
  const { operator = 'exists', type, data } = rule;
  const isOther = fact.state === 'absent' || (type !== undefined && type !== fact.type);
  if (operator === 'exists') return truthOf(!isOther && hasData(rule, fact));
  if (operator === 'missing') return truthOf(isOther || !hasData(rule, fact));
  if (isOther || data === undefined) return truthOf(operator === '!=');
  if (operator === '=') return truthOf(isEqual(data, fact));
  if (operator === '!=') return truthOf(!isEqual(data, fact));
  return ordered(data, fact, operator);
}

/** Why a rule cannot be answered though its value is there; undefined where it can. */
export function registryProblem(rule: RegistryRule, fact: RegistryFact): string | undefined {
  if (fact.state === 'absent' || registryTruth(rule, fact) !== 'unknown') return undefined;
  if (isNumber(fact)) return 'not a number';
  return isText(fact) ? 'not a version' : 'has no order';
}

/** The place that a rule names: `64: HKEY_LOCAL_MACHINE\\SOFTWARE\\X\\Version`. */
export function registryPlace({ key, name, view }: RegistryRule): string {
  return `${view === undefined ? '' : `${view}: `}${name === undefined ? key : `${key}\\${name}`}`;
}

/** What a rule wants there: `REG_SZ >= 1.2`, `= 16`, `missing`, or `present`. */
export function registryWish({ operator = 'exists', type, data }: RegistryRule): string {
  const isCompared = operator !== 'exists' && operator !== 'missing';
  const wanted = data === undefined ? undefined : `${isCompared ? operator : '='} ${data}`;
  const said = [operator === 'missing' ? 'missing' : undefined, type, wanted].filter(
    (part) => part !== undefined,
  );
  return said.join(' ') || 'present';
}

/** A rule as one line of text. */
export function describeRegistryRule(rule: RegistryRule): string {
  const wish = registryWish(rule);
  return wish === 'present' ? registryPlace(rule) : `${registryPlace(rule)} ${wish}`;
}

/** Data that an operator can be compared with, as far as can be said before the machine is asked. */
export function isComparable({ operator, data, type }: RegistryRule): boolean {
  if (operator === undefined || operator === 'exists' || operator === 'missing') return true;
  if (data === undefined) return false;
  if (operator === '=' || operator === '!=') return true;
  if (type === undefined) return numberOf(data) !== undefined || isVersion(data);
  const fact = { state: 'present', type, values: [data] } as const;
  return isNumber(fact) ? numberOf(data) !== undefined : isText(fact) && isVersion(data);
}

type Present = Extract<RegistryFact, { state: 'present' }>;

function hasData({ data }: RegistryRule, fact: RegistryFact): boolean {
  return fact.state === 'present' && (data === undefined || fact.values.includes(data));
}

function isEqual(data: string, fact: Present): boolean {
  if (fact.values.includes(data)) return true;
  if (isNumber(fact)) return fact.values.some((value) => areEqual(numberOf(value), numberOf(data)));
  if (!isText(fact) || !isVersion(data)) return false;
  return fact.values.some((value) => isVersion(value) && versionHolds('windows', value, '=', data));
}

function areEqual(a: bigint | undefined, b: bigint | undefined): boolean {
  return a !== undefined && a === b;
}

type OrderOperator = Exclude<VersionOperator, '=' | '!='>;

function ordered(data: string, fact: Present, operator: OrderOperator): Truth {
  const [value = ''] = fact.values;
  if (isNumber(fact)) return orderedNumbers(numberOf(value), operator, numberOf(data));
  if (!isText(fact) || !isVersion(value) || !isVersion(data)) return 'unknown';
  return truthOf(versionHolds('windows', value, operator, data));
}

function orderedNumbers(a: bigint | undefined, operator: OrderOperator, b: bigint | undefined): Truth {
  if (a === undefined || b === undefined) return 'unknown';
  if (operator === '<') return truthOf(a < b);
  if (operator === '<=') return truthOf(a <= b);
  return truthOf(operator === '>' ? a > b : a >= b);
}

const isNumber = ({ type }: Present) => type === 'REG_DWORD' || type === 'REG_QWORD';
const isText = ({ type }: Present) => type === 'REG_SZ' || type === 'REG_EXPAND_SZ';

/** `16` or `0x10`; undefined: no whole number that a value of 64 bits may hold. */
function numberOf(text: string): bigint | undefined {
  const bare = text.trim();
  return /^(0x[0-9a-f]{1,16}|[0-9]{1,20})$/i.test(bare) ? BigInt(bare) : undefined;
}

/**
 * Numbers parted by dots or commas, as Windows writes versions, alone or before a build's name in brackets:
 * `6, 1, 7601, 17514`, `10.0.19041.1 (WinBuild.160101.0800)`.
 */
function isVersion(text: string): boolean {
  return /^v?[0-9]+(?:\s*[.,]\s*[0-9]+)*(?:\s*\(.*\))?$/i.test(text.trim());
}
