import i18next, { type i18n } from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { Texts } from './en/index.ts';
import { type Language, storeLanguage } from './language.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'console';
    resources: { console: Texts };
    interpolationPrefix: '{';
    interpolationSuffix: '}';
  }
}

const load: Record<Language, () => Promise<{ texts: unknown }>> = {
  en: () => import('./en/index.ts'),
  ja: () => import('./ja/index.ts'),
};

/** Starts i18next with one language; the other is fetched when somebody asks for it. */
export async function startTexts(language: Language): Promise<i18n> {
  const { texts } = await load[language]();
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    defaultNS: 'console',
    ns: ['console'],
    resources: { [language]: { console: texts as never } },
    // The same braces as in the domain's table of failures; React escapes what it shows.
    interpolation: { prefix: '{', suffix: '}', escapeValue: false },
    returnNull: false,
    saveMissing: true,
    missingKeyHandler: (_languages, _namespace, key) => reportMissing(key),
  });
  document.documentElement.lang = language;
  return i18next;
}

/** Tests look for this line in the browser's console. */
function reportMissing(key: string): void {
  console.error(`missing text: ${key}`);
}

export async function changeLanguage(language: Language): Promise<void> {
  if (!i18next.hasResourceBundle(language, 'console')) {
    const { texts } = await load[language]();
    i18next.addResourceBundle(language, 'console', texts);
  }
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
  storeLanguage(language);
}

export function currentLanguage(): Language {
  return i18next.language as Language;
}
