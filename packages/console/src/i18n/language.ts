export const languages = ['en', 'ja'] as const;
export type Language = (typeof languages)[number];

/** Each in itself, so that who cannot read the current one finds the way out. */
export const languageNames: Readonly<Record<Language, string>> = { en: 'English', ja: '日本語' };

const storageKey = 'tenkai.language';

/** What the user chose before, else the first language of the browser that we have, else English. */
export function preferredLanguage(stored: string | null, browserLanguages: readonly string[]): Language {
  const wanted = [stored ?? '', ...browserLanguages].map((tag) => tag.toLowerCase().split('-')[0]);
  const found = wanted.find((tag) => languages.includes(tag as Language));
  return (found as Language | undefined) ?? 'en';
}

export function readStoredLanguage(): string | null {
  try {
    return localStorage.getItem(storageKey);
  } catch {
    // A browser that forbids storage still shows the console, in its own language.
    return null;
  }
}

export function storeLanguage(language: Language): void {
  try {
    localStorage.setItem(storageKey, language);
  } catch {
    // As above: the choice then holds for this page only.
  }
}
