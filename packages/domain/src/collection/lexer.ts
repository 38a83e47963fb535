import { querySyntaxFailure } from './collection-failures.ts';

/** `end` closes every list of tokens. `text` of a string is its meaning, without quotes and escapes. */
export interface Token {
  readonly kind: 'word' | 'string' | 'symbol' | 'end';
  readonly text: string;
  /** Index of its first character in the query. */
  readonly at: number;
}

const pattern = /\s*(?:("(?:[^"\\]|\\.)*")|(!=|<=|>=|[=<>()[\],])|([\p{L}\p{N}_.:/*?+~^%-]+))/suy;

/** @throws Failure query-syntax for a character or a string that begins no token. */
export function tokenize(query: string): Token[] {
  const tokens: Token[] = [];
  const end = query.trimEnd().length;
  pattern.lastIndex = 0;
  for (let from = 0; from < end; from = pattern.lastIndex) {
    const match = pattern.exec(query);
    if (!match) throw unreadable(query, from);
    tokens.push(tokenOf(match));
  }
  tokens.push({ kind: 'end', text: '', at: end });
  return tokens;
}

function tokenOf(match: RegExpExecArray): Token {
  const [whole, string, symbol, word] = match;
  const text = string ?? symbol ?? word ?? '';
  const at = match.index + whole.length - text.length;
  if (string === undefined) return { kind: symbol === undefined ? 'word' : 'symbol', text, at };
  try {
    return { kind: 'string', text: String(JSON.parse(string)), at };
  } catch {
    throw querySyntaxFailure(at, 'a string with the escapes of JSON', string);
  }
}

function unreadable(query: string, from: number): Error {
  const at = from + (/^\s*/.exec(query.slice(from))?.[0].length ?? 0);
  const character = query.slice(at, at + 1);
  if (character === '"') return querySyntaxFailure(at, 'a closing quotation mark', query.slice(at));
  return querySyntaxFailure(at, 'a word, a string or an operator', character);
}
