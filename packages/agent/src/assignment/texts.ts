import type { Reason } from '@tenkai/domain';
import type { AssignmentSource, SourceStep } from '@tenkai/domain/assignment/assignment.ts';
import { propertyTexts } from '@tenkai/domain/assignment/failures.ts';
import type { FieldProblem } from '@tenkai/domain/failure.ts';
import { fill, type Language } from '../self-service/texts.ts';

type Pair = Readonly<Record<Language, string>>;

const sources: Readonly<Record<AssignmentSource, Pair>> = {
  given: { en: 'given on purpose', ja: '指定' },
  boundary: { en: 'boundary', ja: '境界' },
  directory: { en: 'directory (LDAP)', ja: 'ディレクトリ (LDAP)' },
  locator: { en: 'locator', ja: 'ロケーター' },
  dns: { en: 'DNS', ja: 'DNS' },
};

const verdicts: Readonly<Record<SourceStep['verdict'], Pair>> = {
  taken: { en: 'taken', ja: '採用' },
  nothing: { en: 'nothing found', ja: '該当なし' },
  refused: { en: 'refused', ja: '不採用' },
  'not-asked': { en: 'not asked', ja: '照会せず' },
};

/** Why a source was taken, had nothing, was refused or not asked. */
export const reasonTexts: Readonly<Record<string, Pair>> = {
  'assignment-taken': { en: 'the site answers at {url}', ja: '{url} のサイトが応答しました' },
  'assigned-already': {
    en: 'the site was found before ({source})',
    ja: '先にサイトが見つかりました ({source})',
  },
  'assignment-held': {
    en: 'assignment is held on this machine',
    ja: 'このマシンの割り当ては保留されています',
  },
  'root-key-not-pinned': {
    en: "the site's root key is not pinned; give ROOTFINGERPRINT=",
    ja: 'サイトのルート鍵が固定されていません。ROOTFINGERPRINT= を指定してください',
  },
  'management-point-not-given': {
    en: 'no management point was given (MP=)',
    ja: '管理ポイントの指定がありません (MP=)',
  },
  'boundaries-not-given': { en: 'the machine brings no boundaries', ja: 'マシンに境界の設定がありません' },
  'directory-not-given': {
    en: 'no directory was given (LDAP=)',
    ja: 'ディレクトリの指定がありません (LDAP=)',
  },
  'directory-no-container': {
    en: 'no site has published itself below {base}, or this machine may not read it',
    ja: '{base} の下にサイトの公開情報がないか、このマシンに読み取り権限がありません',
  },
  'directory-knows-no-site': {
    en: 'the site {siteCode} has not published a server there',
    ja: 'サイト {siteCode} のサーバーは公開されていません',
  },
  'directory-unreachable': {
    en: '{server} cannot be reached over TLS ({detail})',
    ja: '{server} に TLS で接続できません ({detail})',
  },
  'directory-refused': {
    en: '{server} has refused to {what} ({result})',
    ja: '{server} が要求を拒否しました ({result})',
  },
  'directory-answer-invalid': {
    en: '{server} did not answer as a directory does',
    ja: '{server} の応答がディレクトリのものではありません',
  },
  'directory-address-wrong': {
    en: '{value} is no address of a directory',
    ja: '{value} はディレクトリのアドレスではありません',
  },
  'secret-file-open': {
    en: 'the file {file} can be read by others',
    ja: 'ファイル {file} を他のユーザーが読み取れます',
  },
  'directory-file-unreadable': {
    en: 'the file {file} cannot be read',
    ja: 'ファイル {file} を読み取れません',
  },
  'locator-not-given': {
    en: 'no locator was given (LOCATOR=)',
    ja: 'ロケーターの指定がありません (LOCATOR=)',
  },
  'dns-suffix-not-given': {
    en: 'no DNS suffix was given (DNSSUFFIX=)',
    ja: 'DNS サフィックスの指定がありません (DNSSUFFIX=)',
  },
  'outside-boundaries': {
    en: 'no boundary holds an address of this machine ({addresses})',
    ja: 'このマシンのアドレスはどの境界にも含まれません ({addresses})',
  },
  'boundary-without-address': {
    en: 'the boundary {name} names no server',
    ja: '境界 {name} にサーバーの指定がありません',
  },
  'locator-knows-none': {
    en: 'the locator {url} knows no site for this machine ({addresses})',
    ja: 'ロケーター {url} にこのマシンのサイトがありません ({addresses})',
  },
  'dns-no-record': { en: 'there is no record {name}', ja: 'レコード {name} がありません' },
  'dns-record-unusable': {
    en: 'the {count} records {name} name no server',
    ja: 'レコード {name} ({count} 件) にサーバーの指定がありません',
  },
  'dns-failed': {
    en: 'the name service did not answer for {name} ({cause})',
    ja: '{name} の DNS 照会に失敗しました ({cause})',
  },
  'no-usable-address': { en: 'no address was named', ja: 'アドレスがありません' },
  'other-site': {
    en: 'it belongs to the site {siteCode}, not to {wanted}',
    ja: 'サイト {wanted} ではなく {siteCode} に属しています',
  },
  'name-unresolved': {
    en: 'this machine cannot resolve {host} ({detail})',
    ja: 'このマシンは {host} を解決できません ({detail})',
  },
  'site-unreachable': { en: '{url} cannot be reached ({detail})', ja: '{url} に接続できません ({detail})' },
  'site-certificate-time': {
    en: 'the certificate of {url} is not valid at {time}, the time of this machine',
    ja: '{url} の証明書は、このマシンの時刻 {time} では有効ではありません',
  },
  'site-root-mismatch': {
    en: '{url} has the root key {actual}, not the pinned one',
    ja: '{url} のルート鍵は {actual} で、固定した鍵と異なります',
  },
  'site-answer-invalid': {
    en: '{url} did not answer as a site does',
    ja: '{url} の応答がサイトのものではありません',
  },
  'site-refused': {
    en: '{url} has refused to answer (status {status})',
    ja: '{url} が応答を拒否しました (状態 {status})',
  },
};

/** Refusals of this room in Japanese; the English ones are in the tables of failures. */
const problems: Readonly<Record<string, readonly [string, string]>> = {
  'assignment-none': [
    'このマシンのサイトが見つかりません: {why}',
    '照会先ごとの結果: tenkai-agent assign --explain',
  ],
  'name-unresolved': [
    'このマシンは名前 {host} を解決できません。',
    '設定した名前 (イメージのものも) と DNS を確認してください。',
  ],
};

/** Message and remedy of a refusal in Japanese; undefined: it is not of this room. */
export function problemText(code: string): readonly [string, string] | undefined {
  return Object.hasOwn(propertyTexts, code)
    ? propertyTexts[code as keyof typeof propertyTexts].ja
    : problems[code];
}

/** One line for each property that was refused, with what was probably meant. */
export function problemsText(problems: readonly FieldProblem[], language: Language): string {
  return problems
    .map(({ field, code, params, suggestion }) => {
      const [message = code, remedy = ''] = Object.hasOwn(propertyTexts, code)
        ? propertyTexts[code as keyof typeof propertyTexts][language].map((text) => fill(text, params))
        : [];
      return `  ${field}: ${message} ${suggestion === undefined ? remedy : `${suggestion}?`}`;
    })
    .join('\n');
}

export function reasonText({ code, params }: Reason, language: Language): string {
  const text = Object.hasOwn(reasonTexts, code) ? reasonTexts[code]?.[language] : undefined;
  return text === undefined ? code : fill(text, params).replace(' ()', '');
}

export const sourceText = (source: AssignmentSource, language: Language) => sources[source][language];

/** Why there is no site, in one line: what was asked, or that nothing was. */
export function whyNot(steps: readonly SourceStep[], language: Language): string {
  const asked = steps.filter(({ verdict }) => verdict !== 'not-asked');
  const telling = asked.length > 0 ? asked : steps.slice(0, 1);
  return telling
    .map(({ source, reason }) => `${sourceText(source, language)}: ${reasonText(reason, language)}`)
    .join('; ');
}

/** Each source in its order: what was asked, what came of it, and each address that was tried. */
export function explanation(steps: readonly SourceStep[], language: Language): string {
  return steps
    .flatMap(({ source, verdict, reason, input, candidates }, index) => [
      `${index + 1}. ${sourceText(source, language)}${input === '' ? '' : ` [${input}]`}`,
      `   ${verdicts[verdict][language]}: ${reasonText(reason, language)}`,
      ...(candidates.length > 1
        ? candidates.map(({ url, reason: why }) => `     ${url}: ${reasonText(why, language)}`)
        : []),
    ])
    .join('\n');
}
