export type Language = 'en' | 'ja';

/**
 * The language in which people are spoken to: TENKAI_LANGUAGE, else that of the terminal in POSIX's order of the variables
 * (Base Definitions, 8.2). English unless it is Japanese.
 */
export function languageOf(env: Readonly<Record<string, string | undefined>>): Language {
  const wanted = env.TENKAI_LANGUAGE || env.LC_ALL || env.LC_MESSAGES || env.LANG || '';
  return /^ja([-_.@]|$)/i.test(wanted) ? 'ja' : 'en';
}
