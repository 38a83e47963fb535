import { Failure } from '../failure.ts';
import { type AttributeEntry, attributeEntry, operatorsOf } from './attribute.ts';
import { queryMaxLength } from './collection.ts';
import { querySyntaxFailure } from './collection-failures.ts';
import { type Token, tokenize } from './lexer.ts';
import { type Attribute, type Comparison, type ComparisonOperator, type Rule, ruleLimits } from './rule.ts';
import { valueProblem } from './value.ts';

interface Reader {
  readonly tokens: readonly Token[];
  position: number;
  depth: number;
  comparisons: number;
}

const reservedWords: ReadonlySet<string> = new Set([
  'and',
  'or',
  'not',
  'in',
  'has',
  'exists',
  'contains',
  'matches',
]);

/**
 * Reads a query of the collections' language.
 *
 *     rule       = and-rule { "or" and-rule }
 *     and-rule   = not-rule { "and" not-rule }
 *     not-rule   = "not" not-rule | "(" rule ")" | comparison
 *     comparison = "software" "has" value | attribute "exists" | attribute "in" ( value | "(" value { "," value } ")" )
 *                | attribute ( "=" | "!=" | "<" | "<=" | ">" | ">=" | "contains" | "matches" ) value
 *     attribute  = word | "property" ( "." word | "[" string "]" ) | "software" "[" string "]" [ "." word ]
 *     value      = string as in JSON | word
 *
 * @throws Failure query-syntax with position, what was expected and what was found; query-too-large
 */
export function parseRule(query: string): Rule {
  if (query.length > queryMaxLength) throw tooLarge('characters', queryMaxLength);
  const reader: Reader = { tokens: tokenize(query), position: 0, depth: 0, comparisons: 0 };
  const rule = readOr(reader);
  if (peek(reader).kind !== 'end') throw unexpected(reader, '"and", "or" or the end');
  return rule;
}

function readOr(reader: Reader): Rule {
  return readChain(reader, 'or', readAnd);
}

function readAnd(reader: Reader): Rule {
  return readChain(reader, 'and', readNot);
}

function readChain(reader: Reader, kind: 'and' | 'or', readPart: (reader: Reader) => Rule): Rule {
  const first = readPart(reader);
  const parts = [first];
  while (skipWord(reader, kind)) parts.push(readPart(reader));
  return parts.length === 1 ? first : { kind, parts };
}

function readNot(reader: Reader): Rule {
  if (skipWord(reader, 'not')) return nested(reader, () => ({ kind: 'not', part: readNot(reader) }));
  if (!skipSymbol(reader, '(')) return readComparison(reader);
  return nested(reader, () => {
    const rule = readOr(reader);
    if (!skipSymbol(reader, ')')) throw unexpected(reader, '"and", "or" or ")"');
    return rule;
  });
}

/** Recursion ends here, whatever the input. */
function nested(reader: Reader, read: () => Rule): Rule {
  reader.depth += 1;
  if (reader.depth > ruleLimits.depth) throw tooLarge('levels', ruleLimits.depth);
  const rule = read();
  reader.depth -= 1;
  return rule;
}

function readComparison(reader: Reader): Comparison {
  reader.comparisons += 1;
  if (reader.comparisons > ruleLimits.comparisons) throw tooLarge('comparisons', ruleLimits.comparisons);
  if (isWord(peek(reader), 'software') && isWord(peek(reader, 1), 'has')) {
    reader.position += 2;
    return { kind: 'comparison', attribute: softwareHas(reader), operator: 'exists', values: [] };
  }
  const { attribute, entry } = readAttribute(reader);
  const operator = readOperator(reader, entry);
  return { kind: 'comparison', attribute, operator, values: readValues(reader, entry, operator) };
}

function softwareHas(reader: Reader): Attribute {
  return { name: 'software', key: readText(reader, 'the name of a software') };
}

function readAttribute(reader: Reader): { attribute: Attribute; entry: AttributeEntry } {
  const token = peek(reader);
  if (token.kind !== 'word' || reservedWords.has(token.text.toLowerCase()))
    throw unexpected(reader, 'an attribute');
  reader.position += 1;
  const attribute = token.text.startsWith('property.')
    ? { name: 'property', key: token.text.slice('property.'.length) }
    : readKey(reader, token.text);
  const entry = attributeEntry(attribute);
  const hasKey = attribute.key !== undefined && attribute.key !== '';
  if (!entry || hasKey !== (entry.isKeyed ?? false)) {
    throw querySyntaxFailure(
      token.at,
      'an attribute such as name, os.id or software["nginx"].version',
      token.text,
    );
  }
  return { attribute, entry };
}

function readKey(reader: Reader, word: string): Attribute {
  if (!skipSymbol(reader, '[')) return { name: word };
  const token = peek(reader);
  if (token.kind !== 'string') throw unexpected(reader, 'a string');
  reader.position += 1;
  if (!skipSymbol(reader, ']')) throw unexpected(reader, '"]"');
  const field = peek(reader);
  if (field.kind !== 'word' || !field.text.startsWith('.')) return { name: word, key: token.text };
  reader.position += 1;
  return { name: `${word}${field.text}`, key: token.text };
}

function readOperator(reader: Reader, entry: AttributeEntry): ComparisonOperator {
  const token = peek(reader);
  const allowed = operatorsOf[entry.type];
  const operator = allowed.find((candidate) => candidate === token.text.toLowerCase());
  if (!operator || token.kind === 'string') throw unexpected(reader, `one of ${allowed.join(' ')}`);
  reader.position += 1;
  return operator;
}

function readValues(reader: Reader, entry: AttributeEntry, operator: ComparisonOperator): string[] {
  if (operator === 'exists') return [];
  if (operator !== 'in' || !skipSymbol(reader, '(')) return [readValue(reader, entry, operator)];
  const values = [readValue(reader, entry, operator)];
  while (skipSymbol(reader, ',')) values.push(readValue(reader, entry, operator));
  if (!skipSymbol(reader, ')')) throw unexpected(reader, '"," or ")"');
  return values;
}

function readValue(reader: Reader, entry: AttributeEntry, operator: ComparisonOperator): string {
  const token = peek(reader);
  const text = readText(reader, 'a value');
  const wanted = valueProblem(entry.type, operator, text);
  if (wanted !== undefined) throw querySyntaxFailure(token.at, wanted, token.text);
  return text;
}

function readText(reader: Reader, expected: string): string {
  const token = peek(reader);
  const isValue =
    token.kind === 'string' || (token.kind === 'word' && !reservedWords.has(token.text.toLowerCase()));
  if (!isValue) throw unexpected(reader, expected);
  reader.position += 1;
  return token.text;
}

const endToken: Token = { kind: 'end', text: '', at: 0 };

function peek(reader: Reader, ahead = 0): Token {
  return reader.tokens[reader.position + ahead] ?? endToken;
}

function isWord(token: Token, word: string): boolean {
  return token.kind === 'word' && token.text.toLowerCase() === word;
}

function skipWord(reader: Reader, word: string): boolean {
  if (!isWord(peek(reader), word)) return false;
  reader.position += 1;
  return true;
}

function skipSymbol(reader: Reader, symbol: string): boolean {
  const token = peek(reader);
  if (token.kind !== 'symbol' || token.text !== symbol) return false;
  reader.position += 1;
  return true;
}

function unexpected(reader: Reader, expected: string): Failure {
  const token = peek(reader);
  return querySyntaxFailure(token.at, expected, token.text);
}

function tooLarge(what: string, limit: number): Failure {
  return new Failure('query-too-large', { what, limit });
}
