import { Failure } from '@tenkai/domain/failure.ts';

/**
 * Splits the parameters of a program into arguments, byte for byte what an administrator wrote (BPKG-25): blanks
 * separate, single quotes keep everything, double quotes and backslashes keep what they keep in a shell (POSIX.1
 * Shell Command Language, 2.2). Nothing else of a shell happens. A scenario variable stands for itself outside of
 * single quotes and is never split again; a name that is none stays as it is written.
 * @throws Failure parameters-unbalanced
 */
export function splitParameters(text: string, variables: Readonly<Record<string, string>>): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    const blank = /^[ \t\r\n]+/.exec(rest)?.[0];
    if (blank) {
      if (word !== null) words.push(word);
      word = null;
      at += blank.length;
      continue;
    }
    const { value, length } = part(rest, variables);
    word = (word ?? '') + value;
    at += length;
  }
  if (word !== null) words.push(word);
  return words;
}

interface Part {
  readonly value: string;
  /** Characters of the text that it stands for. */
  readonly length: number;
}

function part(rest: string, variables: Readonly<Record<string, string>>): Part {
  if (rest.startsWith("'")) return singleQuoted(rest);
  if (rest.startsWith('"')) return doubleQuoted(rest, variables);
  if (rest.startsWith('\\'))
    return { value: rest[1] === '\n' ? '' : (rest[1] ?? '\\'), length: Math.min(2, rest.length) };
  return variable(rest, variables) ?? { value: rest[0] ?? '', length: 1 };
}

function singleQuoted(rest: string): Part {
  const end = rest.indexOf("'", 1);
  if (end < 0) throw new Failure('parameters-unbalanced', {}, { detail: rest.slice(0, 80) });
  return { value: rest.slice(1, end), length: end + 1 };
}

function doubleQuoted(rest: string, variables: Readonly<Record<string, string>>): Part {
  let value = '';
  for (let at = 1; at < rest.length; ) {
    if (rest[at] === '"') return { value, length: at + 1 };
    const inner = insideQuotes(rest.slice(at), variables);
    value += inner.value;
    at += inner.length;
  }
  throw new Failure('parameters-unbalanced', {}, { detail: rest.slice(0, 80) });
}

function insideQuotes(rest: string, variables: Readonly<Record<string, string>>): Part {
  const [escaped, character] = /^\\([$`"\\\n])/.exec(rest) ?? [];
  if (escaped) return { value: character === '\n' ? '' : (character ?? ''), length: escaped.length };
  return variable(rest, variables) ?? { value: rest[0] ?? '', length: 1 };
}

function variable(rest: string, variables: Readonly<Record<string, string>>): Part | null {
  const [whole, name] = /^\$\{([A-Za-z_][A-Za-z0-9_]*)\}/.exec(rest) ?? [];
  if (!whole || !name || !Object.hasOwn(variables, name)) return null;
  return { value: variables[name] ?? '', length: whole.length };
}
