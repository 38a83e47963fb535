import { defineFailures, type FailureEntry } from '../failure.ts';

/** Refusals of patches of the agent: message and remedy in both languages, for agent, command line and console. */
export const agentPatchTexts = {
  'agent-patch-unreadable': {
    en: ['{file} is no patch of the agent: {reason}.', 'Make or fetch the patch anew; nothing was changed.'],
    ja: [
      '{file} はエージェントのパッチではありません: {reason}。',
      'パッチを作成または取得し直してください。何も変更していません。',
    ],
  },
  'agent-patch-tampered': {
    en: [
      'The patch {id} was altered: {name} is not what was signed.',
      'Fetch the patch anew from where it was made; nothing was changed.',
    ],
    ja: [
      'パッチ {id} は改変されています。{name} が署名された内容と異なります。',
      '作成元からパッチを取得し直してください。何も変更していません。',
    ],
  },
  'agent-patch-missing': {
    en: [
      'The patch {file} is not here.',
      'Give the absolute path of the patch, its https address, or the id under which the site has it.',
    ],
    ja: [
      'パッチ {file} がありません。',
      'パッチの絶対パス、https のアドレス、サイトに登録されている ID のいずれかを指定してください。',
    ],
  },
  'agent-patch-file-only': {
    en: [
      'On Windows a patch is given by its file, not by its id {id}: a site gives by their id patches for Linux alone.',
      'Give the absolute path or the https address of the .msp file; its signature (.msp.sig) lies beside it.',
    ],
    ja: [
      'Windows では、パッチを ID ({id}) ではなくファイルで指定します。サイトが ID で提供するのは Linux 用のパッチだけです。',
      '.msp ファイルの絶対パスまたは https のアドレスを指定してください。署名 (.msp.sig) は同じ場所に置きます。',
    ],
  },
  'agent-patch-unfetched': {
    en: [
      'The patch {file} could not be fetched: {cause}.',
      "See that a certificate below the site's root key answers there; then name the patch again. Nothing was changed.",
    ],
    ja: [
      'パッチ {file} を取得できません: {cause}。',
      'サイトのルート鍵の証明書で応答していることを確認し、パッチをもう一度指定してください。何も変更していません。',
    ],
  },
  'agent-patch-not-at-site': {
    en: [
      'The site has no patch {id}.',
      'See which it has: tenkai package list; register it: tenkai agent patch register.',
    ],
    ja: [
      'サイトにパッチ {id} がありません。',
      'サイトのパッチを確認するか (tenkai package list)、登録してください (tenkai agent patch register)。',
    ],
  },
  'agent-patch-no-site': {
    en: [
      'The patch {id} is to come from the site, and no site was found: {why}.',
      'Give MP= and ROOTFINGERPRINT= together with it, or the path of the patch.',
    ],
    ja: [
      'パッチ {id} の取得元となるサイトが見つかりません: {why}。',
      'MP= と ROOTFINGERPRINT= を一緒に指定するか、パッチのパスを指定してください。',
    ],
  },
  'agent-patch-held': {
    en: [
      'The patch {file} would have to be fetched, and this machine is held: nobody is asked.',
      'Give a file of this machine, or release it first: tenkai-agent assign --release',
    ],
    ja: [
      'パッチ {file} は取得が必要ですが、このマシンは保留中のため、どこにも照会しません。',
      'このマシンのファイルを指定するか、先に保留を解除してください: tenkai-agent assign --release',
    ],
  },
  'agent-patch-other': {
    en: [
      'What came for {id} is the patch {actual}.',
      'See which file the package of {id} has on the site; nothing was changed.',
    ],
    ja: [
      '{id} として取得したものはパッチ {actual} です。',
      'サイトの {id} のパッケージのファイルを確認してください。何も変更していません。',
    ],
  },
  'agent-patch-unsigned': {
    en: [
      'The patch {file} comes without its signature: {signature} is not beside it.',
      'Bring both files, as tenkai agent patch sign has made them; nothing was changed.',
    ],
    ja: [
      'パッチ {file} の署名がありません。同じ場所に {signature} が必要です。',
      'tenkai agent patch sign で作成した 2 つのファイルを揃えてください。何も変更していません。',
    ],
  },
  'agent-patch-root-unknown': {
    en: [
      'The patch is not signed by the site whose root key is pinned on this machine.',
      'Give ROOTFINGERPRINT= together with PATCH=, or use a patch of the site of this machine.',
    ],
    ja: [
      'パッチは、このマシンに固定されたルート鍵のサイトの署名ではありません。',
      'PATCH= とともに ROOTFINGERPRINT= を指定するか、このマシンのサイトのパッチを使用してください。',
    ],
  },
  'agent-patch-line': {
    en: [
      '{id} is for version {wanted} of the agent; this machine has {actual}.',
      'Use the patch of that version; nothing was changed.',
    ],
    ja: [
      '{id} はエージェントのバージョン {wanted} 用です。このマシンは {actual} です。',
      'そのバージョンのパッチを使用してください。何も変更していません。',
    ],
  },
  'agent-patch-system': {
    en: ['{id} is for {wanted}; this machine is {actual}.', 'Use the patch of this system.'],
    ja: ['{id} は {wanted} 用です。このマシンは {actual} です。', 'このシステムのパッチを使用してください。'],
  },
  'agent-patch-prerequisite': {
    en: ['{id} needs {wanted}, which is not applied here.', 'Apply {wanted} first.'],
    ja: ['{id} には先に {wanted} が必要です。', '先に {wanted} を適用してください。'],
  },
  'agent-patch-superseded': {
    en: [
      '{id} is superseded by {by}, which is applied: not applicable.',
      'Nothing is to be done; nothing was changed.',
    ],
    ja: [
      '{id} は、適用済みの {by} に置き換えられているため適用できません。',
      '対応は不要です。何も変更していません。',
    ],
  },
  'agent-patch-not-applicable': {
    en: [
      '{file} is for another version of the agent, or what is installed here is newer.',
      'Nothing was changed by it; use the patch of the version that is installed.',
    ],
    ja: [
      '{file} は別のバージョンのエージェント用か、インストール済みのものの方が新しいため適用できません。',
      'このパッチでは何も変更していません。インストール済みのバージョン用のパッチを使用してください。',
    ],
  },
  'agent-patch-not-removed': {
    en: [
      'Windows Installer has not taken {id} back (exit code {status}).',
      'See its log: msiexec.exe /i {product} MSIPATCHREMOVE={patch} /qn /l*v C:\\Windows\\Temp\\patch.log. Properties and records were not changed.',
    ],
    ja: [
      'Windows インストーラーが {id} を元に戻しませんでした (終了コード {status})。',
      'ログを確認してください: msiexec.exe /i {product} MSIPATCHREMOVE={patch} /qn /l*v C:\\Windows\\Temp\\patch.log。プロパティと記録は変更していません。',
    ],
  },
  'agent-patch-not-latest': {
    en: ['{id} cannot be taken back before {later}.', 'Take {later} back first.'],
    ja: ['{later} より先に {id} を戻すことはできません。', '先に {later} を戻してください。'],
  },
  'agent-patch-unknown': {
    en: ['The patch {id} is not applied here.', 'See what is: tenkai-agent patch list'],
    ja: ['パッチ {id} は適用されていません。', '適用済みのパッチ: tenkai-agent patch list'],
  },
  'agent-patch-not-installed': {
    en: [
      'The programs of the agent are not in {folder}.',
      'Patches are for an agent that was installed from its package.',
    ],
    ja: [
      '{folder} にエージェントのプログラムがありません。',
      'パッチはパッケージからインストールしたエージェントに適用します。',
    ],
  },
} as const satisfies Record<string, { en: readonly [string, string]; ja: readonly [string, string] }>;

type AgentPatchFailure = keyof typeof agentPatchTexts;

/** Message and remedy of all of them in one language, in the form of the console's table. */
export function agentPatchSentences(language: 'en' | 'ja') {
  const entries = Object.entries(agentPatchTexts).map(([code, texts]) => {
    const [message, remedy] = texts[language];
    return [code, { message, remedy }];
  });
  return Object.fromEntries(entries) as Record<AgentPatchFailure, { message: string; remedy: string }>;
}

function kindOf(code: string): FailureEntry['kind'] {
  if (code.endsWith('tampered')) return 'forbidden';
  return code.endsWith('not-at-site') ? 'not-found' : 'invalid';
}

defineFailures(
  Object.fromEntries(
    Object.entries(agentPatchSentences('en')).map(([code, texts]) => [
      code,
      { kind: kindOf(code), ...texts } satisfies FailureEntry,
    ]),
  ),
);
