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
    en: ['The patch {file} is not here.', 'Give the absolute path of the patch, or its https address.'],
    ja: ['パッチ {file} がありません。', 'パッチの絶対パスか https のアドレスを指定してください。'],
  },
  'agent-patch-properties': {
    en: [
      'Properties cannot be changed together with {file}.',
      'Apply the patch without them; properties of the agent are changed by tenkai-agent assign.',
    ],
    ja: [
      '{file} と同時にプロパティは変更できません。',
      'プロパティなしでパッチを適用してください。エージェントのプロパティは tenkai-agent assign で変更します。',
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

defineFailures(
  Object.fromEntries(
    Object.entries(agentPatchSentences('en')).map(([code, texts]) => [
      code,
      { kind: code.endsWith('tampered') ? 'forbidden' : 'invalid', ...texts } satisfies FailureEntry,
    ]),
  ),
);
