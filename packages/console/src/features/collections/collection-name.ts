import type { TFunction } from 'i18next';

/** The collection of all machines, which the site makes for itself and names in English. */
const allId = 'all';

/** The name of a collection in the language on the screen. */
export function collectionName(
  t: TFunction,
  { id, name }: { readonly id: string; readonly name: string },
): string {
  return id === allId ? t('collections.all') : name;
}
