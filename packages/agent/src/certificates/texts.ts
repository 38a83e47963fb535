import type { FindingCode } from '@tenkai/certificates/index.ts';
import { findingTable } from '@tenkai/certificates/index.ts';
import type { CertificateRow, IdentityList, KeyRow } from './list.ts';
import type { Purge } from './purge.ts';

type Language = 'en' | 'ja';

const words = {
  en: {
    head: ['STORE', 'PURPOSE', 'THUMBPRINT', 'FRIENDLY NAME', 'VALID UNTIL', 'KEY', 'STATE'],
    purposes: { signing: 'signing', encryption: 'encryption' },
    keys: { file: 'file', container: 'Windows', none: 'none' },
    noCertificates: 'There are no certificates.',
    broken: 'cannot be opened',
    guarded: 'for this Windows alone',
    good: 'good',
    would: 'would be removed',
    removed: 'removed',
    nothing: 'There is nothing to remove.',
    key: 'key',
  },
  ja: {
    head: ['ストア', '用途', '拇印', 'フレンドリ名', '有効期限', 'キー', '状態'],
    purposes: { signing: '署名', encryption: '暗号化' },
    keys: { file: 'ファイル', container: 'Windows', none: 'なし' },
    noCertificates: '証明書はありません。',
    broken: '開けません',
    guarded: 'この Windows 専用',
    good: '正常',
    would: '削除予定',
    removed: '削除済み',
    nothing: '削除するものはありません。',
    key: 'キー',
  },
} as const;

/** What is asked before something is removed for ever (IDENT-05). */
export const questions = {
  en: {
    certificates: 'Delete the certificates and keys of this machine permanently?',
    trust: 'Forget the trusted root keys of this machine permanently?',
  },
  ja: {
    certificates: 'このコンピューターの証明書とキーを永久的に削除しますか?',
    trust: 'このコンピューターの信頼されたルート キーを永久的に削除しますか?',
  },
} as const;

export function identityText({ certificates, keys }: IdentityList, language: Language): string {
  const { head, noCertificates } = words[language];
  const rows = certificates.map((row) => cellsOf(row, language));
  const list = rows.length === 0 ? noCertificates : table([head, ...rows]);
  return [list, ...keys.map((key) => keyText(key, language))].join('\n');
}

function cellsOf(row: CertificateRow, language: Language): string[] {
  const { purposes, keys, good } = words[language];
  const faults = row.faults.map((code) => findingTable[code as FindingCode]?.[language] ?? code);
  return [
    row.store,
    row.purposes.map((each) => purposes[each]).join(', ') || '-',
    row.thumbprint,
    row.friendlyName || '-',
    row.validTo?.slice(0, 10) ?? '-',
    keys[row.key],
    faults.join('; ') || good,
  ];
}

function keyText({ file, publicKey, state, isProtected }: KeyRow, language: Language): string {
  const { key, broken, guarded } = words[language];
  const said = state === 'broken' ? broken : `SHA-256 ${publicKey}`;
  return `${key} ${file}: ${said}${isProtected ? ` (${guarded})` : ''}`;
}

const moved = {
  en: {
    exported: 'Exported to {file}: {thumbprints}. Keep the password apart from it.',
    imported: 'This machine has the identity of the bundle now: {thumbprints}. Start the agent.',
    present: 'This machine had the identity of the bundle already: {thumbprints}.',
  },
  ja: {
    exported: '{file} にエクスポートしました: {thumbprints}。パスワードは別に保管してください。',
    imported:
      'このコンピューターはバンドルの ID を持ちました: {thumbprints}。エージェントを起動してください。',
    present: 'このコンピューターはすでにバンドルの ID を持っています: {thumbprints}。',
  },
} as const;

/** What became of a bundle. */
export function bundleText(
  what: keyof (typeof moved)['en'],
  { file = '', thumbprints }: { file?: string; thumbprints: readonly string[] },
  language: Language,
): string {
  return moved[language][what].replace('{file}', file).replace('{thumbprints}', thumbprints.join(', '));
}

export function purgeText({ certificates, files, isDryRun }: Purge, language: Language): string {
  const { nothing, would, removed } = words[language];
  const lines = [...certificates.map(({ store, thumbprint }) => `${store}: ${thumbprint}`), ...files];
  if (lines.length === 0) return nothing;
  return lines.map((line) => `${isDryRun ? would : removed}: ${line}`).join('\n');
}

/** Columns as wide as their widest cell; letters of East Asia take two places. */
export function table(rows: readonly (readonly string[])[]): string {
  const width = (text: string) =>
    [...text].reduce(
      (sum, letter) =>
        sum + (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]/.test(letter) ? 2 : 1),
      0,
    );
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => width(row[column] ?? ''))));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - width(cell))).join('  ');
  return rows.map((row) => line(row).trimEnd()).join('\n');
}

/** Message and remedy by code, for terminals in Japanese; the English ones are in the table of failures. */
export const problemTexts: Readonly<Record<string, readonly [string, string]>> = {
  'identity-key-broken': [
    '{file} にあるこのコンピューターのキーが壊れています。',
    'バックアップから戻すか、サービスを停止して tenkai-agent cert purge を実行し、登録し直してください。',
  ],
  'identity-key-foreign': [
    '{file} のキーは別の Windows で保護されたか、Windows が開けません: {reason}。',
    'ディスクを複製した場合は、サービスを停止して tenkai-agent cert purge を実行し、登録し直してください。',
  ],
  'identity-in-use': [
    'エージェントが動作中 (プロセス {pid}) で、すぐに新しいキーを作るため、何も変更していません。',
    '先に停止してください: systemctl stop tenkai-agent、Windows では sc.exe stop TenkaiAgent。',
  ],
  'identity-left': [
    '削除後もまだ {count} 個残っています: {what}。',
    '残っているものの権限を確認し、もう一度実行してください。',
  ],
  'purge-not-confirmed': [
    '削除は永久的です。確認がないため、何も削除していません。',
    '--dry-run で確認してから --yes を付けてください。',
  ],
  'identity-missing': [
    'エクスポートできるキーがこのコンピューターにありません。',
    'エージェントを一度起動するか、キーのあるコンピューターで実行してください。',
  ],
  'identity-not-enrolled': [
    'このコンピューターは、新しいキーを受け取るサイトに登録されていません。何も変更していません。',
    'tenkai-agent status で確認してください。サイトのないコンピューターのキーは tenkai-agent cert purge で新しくなります。',
  ],
  'identity-password-weak': [
    '{file} の 1 行目は 12 文字以上のパスワードではありません。',
    '長い無作為なパスワードだけをそのファイルに入れてください。',
  ],
  'identity-bundle-exists': [
    'ファイル {file} はすでにあります。',
    '別の名前を指定するか、そのファイルを削除してください。唯一の控えかもしれません。',
  ],
  'identity-bundle-foreign': [
    '{file} はこの版の ID バンドルではありません: {reason}。',
    '作成方法: tenkai-agent cert export FILE --password-file FILE',
  ],
  'identity-bundle-refused': [
    'ID バンドル {file} は受け付けられません ({importCode})。何も変更していません。',
    '修復してからインポートしてください: tenkai-agent certfix --path {file} --password-file FILE',
  ],
  'identity-present': [
    'このコンピューターには別のキーがあります。何も変更していません。',
    'バンドルのコンピューターにするには、tenkai-agent cert purge の後でインポートしてください。',
  ],
  'identity-site-other': [
    'バンドルのサイトのルート キーは、このコンピューターが信頼するものと異なります。何も変更していません。',
    'コンソールのフィンガープリントと比べ、バンドルが正しければ tenkai-agent trust purge を実行してください。',
  ],
  'trust-held': [
    'このコンピューターは信頼されたルート キーを {count} 個持っています。',
    'イメージを取る前に: tenkai-agent trust purge。',
  ],
};
