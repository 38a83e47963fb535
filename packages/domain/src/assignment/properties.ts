import { Failure, type FailureParams, type FieldProblem } from '../failure.ts';
import { problemSentence } from '../field-problem.ts';
import { parsePatchList } from '../hotfix/patch-list.ts';
import { parseRoleAddress } from './address.ts';
import { isDistinguishedName, parseDirectoryUrl } from './directory.ts';
import './failures.ts';
import { parseDnsSuffix } from './service-record.ts';

/** Properties of an installation as Tenkai spells them. */
export const propertyNames = [
  'SITECODE',
  'MP',
  'LOCATOR',
  'DNSSUFFIX',
  'LDAP',
  'LDAPUSER',
  'LDAPSECRET',
  'LDAPCA',
  'FSP',
  'ROOTFINGERPRINT',
  'TICKET',
  'PATCH',
  'HOLD',
] as const;
export type PropertyName = (typeof propertyNames)[number];

/** Spellings of the old product, so that its command lines keep their meaning (AGENT-09, 11..13). */
export const oldSpellings: Readonly<Record<string, PropertyName>> = {
  SMSSITECODE: 'SITECODE',
  SMSMP: 'MP',
  SMSSLP: 'LOCATOR',
  SMSFSP: 'FSP',
};

/** Null: taken away on purpose (`NAME=`). Values are in their one spelling. */
export type Properties = Readonly<Partial<Record<PropertyName, string | null>>>;

export interface ReadProperties {
  readonly properties: Properties;
  readonly problems: readonly FieldProblem[];
}

const maxValue = 1024;

/** Control and format characters, and halves of surrogate pairs: nobody means them, and a terminal may obey them. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}]/u;

/** Splits the one line of an installation box into words; double quotes hold blanks and stay (AGENT-14, 16). */
export function splitProperties(line: string): string[] {
  return line.match(/(?:"[^"]*"?|[^\s"])+/g) ?? [];
}

/**
 * Reads `NAME=VALUE` words, everything that is wrong with them at once (AGENT-17). Names are read without regard to
 * their case.
 */
export function readProperties(words: readonly string[]): ReadProperties {
  const properties: Partial<Record<PropertyName, string | null>> = {};
  const problems: FieldProblem[] = [];
  for (const word of words) {
    const [, spelled, raw = ''] = /^([A-Za-z][A-Za-z0-9_]*)=(.*)$/s.exec(word) ?? [];
    const upper = spelled?.toUpperCase() ?? '';
    const name = propertyOf(upper);
    if (spelled === undefined)
      problems.push(problem(shown(word), 'property-malformed', { word: shown(word) }));
    else if (name === undefined) problems.push(unknown(upper));
    else if (name in properties) problems.push(problem(name, 'property-twice', { name }));
    else {
      const read = readValue(name, raw);
      properties[name] = 'value' in read ? read.value : null;
      if ('code' in read) problems.push(problem(name, read.code, read.params));
    }
  }
  return { properties, problems };
}

/** @throws Failure properties-invalid, with each problem */
export function checkedProperties(words: readonly string[]): Properties {
  const { properties, problems } = readProperties(words);
  if (problems.length === 0) return properties;
  throw propertyRefusal(problems);
}

export function propertyRefusal(problems: readonly FieldProblem[]): Failure {
  const detail = problems.map((one) => `${one.field}: ${problemSentence(one)}`).join('\n');
  return new Failure('properties-invalid', { count: problems.length }, { detail, problems });
}

function propertyOf(upper: string): PropertyName | undefined {
  if (Object.hasOwn(oldSpellings, upper)) return oldSpellings[upper];
  return propertyNames.find((name) => name === upper);
}

function problem(field: string, code: string, params: FailureParams): FieldProblem {
  return { field, code, params };
}

function unknown(name: string): FieldProblem {
  const known = [...propertyNames, ...Object.keys(oldSpellings)];
  const near = known.find((one) => distance(one, name) <= 2);
  const field = name.slice(0, 64);
  const found = problem(field, 'property-unknown', { name: field, known: propertyNames.join(', ') });
  return near === undefined ? found : { ...found, suggestion: near };
}

type ReadValue = { value: string | null } | { code: string; params: FailureParams };

function readValue(name: PropertyName, raw: string): ReadValue {
  if (raw.length > maxValue) return { code: 'property-too-long', params: { name, limit: maxValue } };
  if (invisible.test(raw)) return { code: 'property-control-character', params: { name } };
  const quotes = raw.replace(/[^"]/g, '').length;
  const isQuoted = quotes === 2 && raw.startsWith('"') && raw.endsWith('"');
  if (quotes > 0 && !isQuoted) return { code: 'property-malformed', params: { word: shown(raw) } };
  const text = (isQuoted ? raw.slice(1, -1) : raw).trim();
  return text === '' ? { value: null } : readers[name](text, name);
}

const readAddress = (text: string, name: PropertyName): ReadValue => {
  const read = parseRoleAddress(text);
  return 'url' in read ? { value: read.url } : { code: read.problem, params: { name, value: shown(text) } };
};

/** Of a file of this machine: `/srv/a b.deb`, `C:\a.msp`, `\\server\share\a.msp`. */
const isPath = (text: string) => /^(\/|[A-Za-z]:[\\/]|\\\\[^\\]+\\)./.test(text);

const readFileName = (text: string, name: PropertyName): ReadValue =>
  isPath(text) ? { value: text } : { code: 'property-not-absolute', params: { name } };

const readers: Readonly<Record<PropertyName, (text: string, name: PropertyName) => ReadValue>> = {
  SITECODE: (text) => {
    const code = text.toUpperCase();
    if (code === 'AUTO') return { value: null };
    if (/^[A-Z0-9]{3}$/.test(code)) return { value: code };
    return { code: 'property-site-code-wrong', params: { value: shown(text) } };
  },
  MP: readAddress,
  LOCATOR: readAddress,
  FSP: readAddress,
  DNSSUFFIX: (text) => {
    const suffix = parseDnsSuffix(text);
    if (suffix !== undefined) return { value: suffix };
    return { code: 'property-dns-suffix-wrong', params: { value: shown(text) } };
  },
  ROOTFINGERPRINT: (text) => {
    const hex = text.toLowerCase().replaceAll(':', '');
    return /^[0-9a-f]{64}$/.test(hex) ? { value: hex } : { code: 'property-fingerprint-wrong', params: {} };
  },
  // A secret that was given by mistake must not be repeated.
  TICKET: readFileName,
  LDAP: (text) => {
    const read = parseDirectoryUrl(text);
    if (read) return { value: `${read.server}/${encodeURI(read.base).replace(/[?#]/g, encodeURIComponent)}` };
    return { code: 'property-directory-wrong', params: { value: shown(text) } };
  },
  LDAPUSER: (text) => {
    // Active Directory takes `name@domain` as well.
    if (isDistinguishedName(text) || /^[^\s@]+@[^\s@]+$/.test(text)) return { value: text };
    return { code: 'property-directory-user-wrong', params: { value: shown(text) } };
  },
  LDAPSECRET: readFileName,
  LDAPCA: readFileName,
  PATCH: (text) => {
    const [problem] = parsePatchList(text, { takesIds: true }).problems;
    return problem ? { code: `property-${problem.code}`, params: problem.params } : { value: text };
  },
  // Nobody is asked until it is released (AGENT-04).
  HOLD: (text, name) => {
    if (text === '0') return { value: null };
    return text === '1' ? { value: '1' } : { code: 'property-hold-wrong', params: { name } };
  },
};

/** What somebody typed, fit to be printed. */
export function shown(text: string): string {
  const plain = text.replace(new RegExp(invisible, 'gu'), '\ufffd');
  return plain.length > 80 ? `${plain.slice(0, 79)}…` : plain;
}

/** Levenshtein's, of short words. */
function distance(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > 2) return 3;
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...one].entries()) {
    const next = [i + 1];
    for (const [j, second] of [...other].entries())
      next.push(
        Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + Number(letter !== second)),
      );
    row = next;
  }
  return row.at(-1) ?? 0;
}
