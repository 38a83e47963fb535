import { allFailures } from './failure.ts';
import type { Reason } from './scenario/frozen-step.ts';

const sentences: Record<string, string> = {};

/**
 * Adds the English sentences of one room's reasons, for CLI, API and logs; the console has its own in its
 * languages. `{name}` is replaced by the parameter of that name.
 * @throws Error when a code is already taken: a programming mistake, found at start-up.
 */
export function defineReasons<T extends Record<string, string>>(entries: T): T {
  for (const [code, sentence] of Object.entries(entries)) {
    if (sentences[code] !== undefined) throw new Error(`reason code defined twice: ${code}`);
    sentences[code] = sentence;
  }
  return entries;
}

/** All reason codes with their sentences, for documentation and for the console's completeness test. */
export function allReasons(): Readonly<Record<string, string>> {
  return sentences;
}

const words: Record<string, Readonly<Record<string, string>>> = {};

/**
 * Adds what the values of a parameter mean, where they are words of the system and not of people: `no-route` says
 * less to an administrator than what it means. The console has its own in its languages.
 * @throws Error when the parameter has words already: a programming mistake, found at start-up.
 */
export function defineWords(param: string, entries: Readonly<Record<string, string>>): void {
  if (words[param] !== undefined) throw new Error(`words defined twice: ${param}`);
  words[param] = entries;
}

/** All words of all parameters, for the console's completeness test. */
export function allWords(): Readonly<Record<string, Readonly<Record<string, string>>>> {
  return words;
}

/** The text of a parameter's value, or of several with commas between; a value without a word is itself. */
export function wordText(param: string, value: string): string {
  const known = words[param];
  if (!known) return value;
  const parts = value.split(', ');
  return parts.every((part) => Object.hasOwn(known, part))
    ? parts.map((part) => known[part]).join(', ')
    : value;
}

/**
 * What a reason says, in English. A refusal that ended a step is a reason with the failure's code. The bare code
 * where no sentence is known (a newer server's, for instance).
 */
export function reasonSentence(reason: Reason): string {
  const known = Object.hasOwn(sentences, reason.code) ? sentences[reason.code] : undefined;
  const sentence = known ?? allFailures()[reason.code]?.message;
  if (sentence === undefined) return reason.code;
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(reason.params, name) ? paramText(name, reason.params[name]) : whole,
  );
}

/** Times are written for people: `neededMs` 7500000 is `2 h 5 min`. */
function paramText(name: string, value: unknown): string {
  if (!name.endsWith('Ms') || typeof value !== 'number') return wordText(name, String(value));
  const minutes = Math.max(0, Math.round(value / 60_000));
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  if (hours === 0) return `${rest} min`;
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
}
