import type { TFunction } from 'i18next';

/** A service pack by its number, 0 being none. */
export function levelText(t: TFunction, level: number): string {
  return level === 0 ? t('systems.noServicePack') : `SP${level}`;
}
