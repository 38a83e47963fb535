import { type Language, languageOf } from '@tenkai/domain/language.ts';
import type { CertfixItem, CertfixSummary } from './certfix.ts';
import { escaped, type Finding, findingTable } from './findings.ts';

export { languageOf };

/** What was found in one entry, as a person reads it. */
export function findingsText(findings: readonly Finding[], language: Language): string {
  return [...new Set(findings.map(({ code }) => findingTable[code][language]))].join('; ');
}

/** Thumbprints are long: the place of a file says enough. */
export function placeText({ store, place }: CertfixItem): string {
  return store === place || place.startsWith(store) ? escaped(place) : `${escaped(store)}: ${escaped(place)}`;
}

const outcomes: Readonly<Record<Language, Readonly<Record<CertfixItem['outcome'], string>>>> = {
  en: { good: 'good', repaired: 'repaired', 'would-repair': 'would repair', left: 'left' },
  ja: { good: '正常', repaired: '修復済み', 'would-repair': '修復対象', left: '未修復' },
};

export function outcomeText({ outcome }: CertfixItem, language: Language): string {
  return outcomes[language][outcome];
}

/** The last line: what was done, in one sentence. */
export function summaryText(summary: CertfixSummary & { omitted: number }, language: Language): string {
  const { stores, checked, repaired, left, isDryRun, omitted } = summary;
  return language === 'ja'
    ? [
        stores.length === 0 ? 'この端末に証明書ストアはありません。' : `${checked} 件を確認しました。`,
        repaired === 0
          ? '修復するものはありません。'
          : `${repaired} 件${isDryRun ? 'を修復します。' : 'を修復しました。'}`,
        ...(left === 0 ? [] : [`${left} 件に問題が残っています。`]),
        ...(omitted === 0 ? [] : [`ほか ${omitted} 件はログにあります。`]),
      ].join('')
    : [
        stores.length === 0 ? 'This machine has no certificate store.' : `${checked} checked.`,
        repaired === 0 ? 'Nothing to fix.' : `${repaired} ${isDryRun ? 'would be repaired.' : 'repaired.'}`,
        ...(left === 0 ? [] : [`${left} not in order.`]),
        ...(omitted === 0 ? [] : [`${omitted} more in the log.`]),
      ].join(' ');
}
