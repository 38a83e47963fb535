import type { Problem } from '@tenkai/protocol/problem.ts';
import i18next from 'i18next';
import { useTranslation } from 'react-i18next';
import { formatsFor } from './format.ts';
import type { Language } from './language.ts';

export interface ProblemTexts {
  readonly message: string;
  readonly remedy: string;
}

/**
 * The sentences of a refusal in the language on the screen. A code that this console does not know (an older
 * console, a newer site) keeps the site's own sentence.
 */
export function problemTexts(problem: Problem): ProblemTexts {
  return {
    message: sentence(`failures.${problem.code}.message`, problem.params) ?? problem.message,
    remedy: sentence(`failures.${problem.code}.remedy`, problem.params) ?? problem.remedy,
  };
}

/** Why something waits, failed or does not apply. An unknown code shows the site's sentence, or itself. */
export function reasonText(
  reason: { code: string; params?: Record<string, unknown> },
  siteSentence?: string,
): string {
  return (
    sentence(`reasons.${reason.code}`, reason.params) ??
    sentence(`failures.${reason.code}.message`, reason.params) ??
    siteSentence ??
    reason.code
  );
}

/** A status message or a line of a timeline. */
export function statusText(message: {
  code: string;
  message?: string;
  params: Record<string, unknown>;
}): string {
  return sentence(`statusMessages.${message.code}`, message.params) ?? message.message ?? message.code;
}

function sentence(key: string, params: Record<string, unknown> | undefined): string | undefined {
  if (!i18next.exists(key)) return undefined;
  // `replace`: a parameter called `count` or `context` must not be taken for an option of the library.
  return i18next.t(key as never, { replace: localParams(params ?? {}) } as never) as unknown as string;
}

/** What a detection rule found, where it is one of the agent's own words. */
export function foundText(found: string): string {
  return sentence(`found.${found}`, {}) ?? found;
}

/** Renders again when the language changes. */
export function useSentences() {
  useTranslation();
  return { problemTexts, reasonText, statusText, problemSentenceText };
}

/** The sentence of one thing that is wrong with a draft; its code is one of a failure or of a reason. */
export function problemSentenceText(problem: {
  code: string;
  params: Record<string, unknown>;
  message?: string;
}): string {
  return (
    sentence(`failures.${problem.code}.message`, problem.params) ??
    sentence(`reasons.${problem.code}`, problem.params) ??
    problem.message ??
    problem.code
  );
}

/** Parameters that are words of the system, not of people, in the language on the screen. */
function localParams(params: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, localParam(name, value, params)]),
  );
}

const tables: Readonly<Record<string, string>> = {
  what: 'objects',
  urgency: 'packages.urgencies',
  action: 'machines.acts',
  role: 'roles',
  waveCause: 'deployments.waveCauses',
  expected: 'found',
  actual: 'found',
  found: 'found',
  cause: 'multicast.causes',
  problem: 'multicast.problems',
};

function localParam(name: string, value: unknown, all: Readonly<Record<string, unknown>>): unknown {
  if (typeof value === 'number' && name.endsWith('Bytes')) {
    return formatsFor(i18next.language as Language).bytes(value);
  }
  if (typeof value === 'number' && name.endsWith('Ms')) {
    return formatsFor(i18next.language as Language).duration(value);
  }
  if (name === 'reason' && typeof value === 'string') {
    const { reason: _reason, ...params } = all;
    return sentence(`reasons.${value}`, params) ?? sentence(`failures.${value}.message`, params) ?? value;
  }
  const table = tables[name];
  return table === undefined ? value : wordsText(table, String(value), value);
}

/** One word of the system, or several with commas between; what is none of them stays as it is. */
function wordsText(table: string, text: string, value: unknown): unknown {
  const words = text.split(', ').map((word) => sentence(`${table}.${word}`, {}));
  return words.includes(undefined) ? value : words.join(', ');
}
