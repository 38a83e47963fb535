import { table } from '../certificates/texts.ts';
import type { Trust } from './held-trust.ts';

type Language = 'en' | 'ja';

const words = {
  en: {
    head: ['PLACE', 'ROOT KEY (SHA-256)', 'SITE', 'SERVER', 'VALID UNTIL'],
    status: {
      'never-contacted': 'never contacted',
      clean: 'clean',
      'holds-keys': { one: 'holds 1 key', other: 'holds {count} keys' },
    },
  },
  ja: {
    head: ['場所', 'ルート キー (SHA-256)', 'サイト', 'サーバー', '有効期限'],
    status: {
      'never-contacted': 'サイトと通信したことがありません',
      clean: '残っていません',
      'holds-keys': { one: '1 個のキーがあります', other: '{count} 個のキーがあります' },
    },
  },
} as const;

export function statusText({ status, keys }: Trust, language: Language): string {
  if (status !== 'holds-keys') return words[language].status[status];
  const form = keys.length === 1 ? 'one' : 'other';
  return words[language].status[status][form].replace('{count}', String(keys.length));
}

export function trustText(trust: Trust, language: Language): string {
  if (trust.keys.length === 0) return statusText(trust, language);
  const rows = trust.keys.map(({ place, fingerprint, siteCode, server, validTo }) => [
    place,
    fingerprint ?? '-',
    siteCode ?? '-',
    server ?? '-',
    validTo?.slice(0, 10) ?? '-',
  ]);
  return table([words[language].head, ...rows]);
}
