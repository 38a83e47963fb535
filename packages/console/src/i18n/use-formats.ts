import { useTranslation } from 'react-i18next';
import { type Formats, formatsFor } from './format.ts';
import type { Language } from './language.ts';

/** The formatters of the language on the screen, in the time zone of the browser. */
export function useFormats(): Formats {
  const { i18n } = useTranslation();
  return formatsFor(i18n.language as Language);
}
