import { defineFailures, type FailureEntry } from '../failure.ts';

/** Refusals of installation properties: message and remedy in both languages, for agent, command line and console. */
export const propertyTexts = {
  'properties-invalid': {
    en: ['{count} of the properties cannot be used.', 'Correct what the detail names; nothing was changed.'],
    ja: [
      '{count} 個のプロパティが使用できません。',
      '詳細に示された値を直してください。何も変更していません。',
    ],
  },
  'property-malformed': {
    en: ['{word} is no NAME=VALUE.', 'Write a property as NAME=VALUE; a value with blanks in double quotes.'],
    ja: [
      '{word} は NAME=VALUE の形ではありません。',
      'NAME=VALUE の形で指定してください。空白を含む値は二重引用符で囲みます。',
    ],
  },
  'property-unknown': {
    en: ['There is no property {name}.', 'Known ones: {known}.'],
    ja: ['プロパティ {name} はありません。', '使用できるもの: {known}'],
  },
  'candidate-range-wrong': {
    en: [
      '{value} is no subnet and no range of addresses.',
      'Begin the line with 10.1.0.0/16 or 10.1.0.5-10.1.0.99.',
    ],
    ja: [
      '{value} はサブネットでもアドレス範囲でもありません。',
      '行の先頭に 10.1.0.0/16 や 10.1.0.5-10.1.0.99 を書いてください。',
    ],
  },
  'candidate-incomplete': {
    en: ['{name} is missing.', 'A candidate needs SITECODE= and MP=.'],
    ja: ['{name} がありません。', '候補には SITECODE= と MP= が必要です。'],
  },
  'candidate-property-unfit': {
    en: ['{name} has no place in a candidate.', 'It has these: {known}.'],
    ja: ['{name} は候補に指定できません。', '使用できるもの: {known}'],
  },
  'candidates-too-many': {
    en: ['There are more than {limit} candidates.', 'Use a locator, which knows any number.'],
    ja: ['候補が {limit} 個を超えています。', 'ロケーターを使用してください。'],
  },
  'property-twice': {
    en: ['{name} is given more than once.', 'Give it once; an old spelling is the same property.'],
    ja: ['{name} が複数回指定されています。', '1 回だけ指定してください。旧名称も同じプロパティです。'],
  },
  'property-too-long': {
    en: ['The value of {name} has more than {limit} characters.', 'Give a shorter one.'],
    ja: ['{name} の値が {limit} 文字を超えています。', 'もっと短い値を指定してください。'],
  },
  'property-control-character': {
    en: [
      'The value of {name} holds a character that cannot be seen.',
      'Type the value anew instead of copying it.',
    ],
    ja: ['{name} の値に制御文字が含まれています。', '値を貼り付けず、入力し直してください。'],
  },
  'property-site-code-wrong': {
    en: ['{value} is no site code.', 'Give three letters or digits, or AUTO.'],
    ja: ['{value} はサイト コードではありません。', '英数字 3 文字、または AUTO を指定してください。'],
  },
  'property-address-wrong': {
    en: ['{value} is no address of a server.', 'Give NAME, NAME:PORT or https://NAME:PORT.'],
    ja: [
      '{value} はサーバーのアドレスではありません。',
      'NAME、NAME:PORT、https://NAME:PORT のいずれかを指定してください。',
    ],
  },
  'property-address-plain-http': {
    en: ['{value} is not encrypted.', 'Give https:// or the name alone.'],
    ja: ['{value} は暗号化されていません。', 'https:// または名前だけを指定してください。'],
  },
  'property-address-has-user': {
    en: [
      'The address in {name} holds a user name.',
      'Leave out everything up to the @; nobody signs in there.',
    ],
    ja: [
      '{name} のアドレスにユーザー名が含まれています。',
      '@ までを取り除いてください。サインインは行いません。',
    ],
  },
  'property-address-has-path': {
    en: ['{value} has more than a name and a port.', 'Leave out what comes after the name and the port.'],
    ja: ['{value} に名前とポート以外のものが含まれています。', '名前とポートより後ろを取り除いてください。'],
  },
  'property-dns-suffix-wrong': {
    en: ['{value} is no DNS suffix.', 'Give the domain alone, such as example.org.'],
    ja: [
      '{value} は DNS サフィックスではありません。',
      'example.org のようにドメインだけを指定してください。',
    ],
  },
  'property-directory-wrong': {
    en: [
      '{value} is no address of a directory.',
      'Give ldaps://NAME/BASE or ldap://NAME/BASE, such as ldaps://dc1.example.org/dc=example,dc=org.',
    ],
    ja: [
      '{value} はディレクトリのアドレスではありません。',
      'ldaps://dc1.example.org/dc=example,dc=org のように、ldaps://名前/ベース または ldap://名前/ベース を指定してください。',
    ],
  },
  'property-directory-user-wrong': {
    en: ['{value} is no name of a user of a directory.', 'Give its distinguished name, or NAME@DOMAIN.'],
    ja: [
      '{value} はディレクトリのユーザー名ではありません。',
      '識別名、または 名前@ドメイン を指定してください。',
    ],
  },
  'property-fingerprint-wrong': {
    en: [
      'The root fingerprint is not 64 hexadecimal digits.',
      'Copy it from the console: Administration, Settings.',
    ],
    ja: [
      'ルート鍵フィンガープリントが 16 進数 64 桁ではありません。',
      'コンソールの [管理] - [設定] から写してください。',
    ],
  },
  'property-not-absolute': {
    en: [
      '{name} has to name a file from the root on, and does not.',
      'Give an absolute path; of a ticket never the secret itself.',
    ],
    ja: [
      '{name} は絶対パスでファイルを指定する必要があります。',
      '絶対パスを指定してください。チケットの値そのものは指定できません。',
    ],
  },
  'property-hold-wrong': {
    en: [
      '{name} is 1, or 0, and nothing else.',
      '1: nobody is asked until tenkai-agent assign --release; 0: it is released.',
    ],
    ja: [
      '{name} に指定できるのは 1 か 0 だけです。',
      '1: tenkai-agent assign --release まで、どこにも照会しません。0: 保留を解除します。',
    ],
  },
  'property-patch-list-empty': {
    en: [
      'PATCH names no file.',
      'Name client patches by their absolute paths, with semicolons between them.',
    ],
    ja: [
      'PATCH にファイルの指定がありません。',
      'クライアントのパッチを絶対パスで、セミコロンで区切って指定してください。',
    ],
  },
  'property-patch-list-long': {
    en: ['PATCH names {count} files; {most} at most.', 'Give fewer, or a newer package of the agent.'],
    ja: [
      'PATCH に {count} 個のファイルが指定されています。最大 {most} 個です。',
      '数を減らすか、新しいエージェントのパッケージを使用してください。',
    ],
  },
  'property-patch-not-msp': {
    en: ['{path} is no client patch.', 'Give files whose names end in .msp, or in .tkp on Linux.'],
    ja: [
      '{path} はクライアントのパッチではありません。',
      '名前が .msp (Linux では .tkp) で終わるファイルを指定してください。',
    ],
  },
  'property-patch-path-refused': {
    en: [
      '{path} is not an absolute path, a share or an https address without .. and control characters.',
      'Give the absolute path of the patch, or its id, such as TK1001.',
    ],
    ja: [
      '{path} は絶対パス、共有、https アドレスのいずれでもないか、.. や制御文字を含んでいます。',
      'パッチの絶対パスか ID (TK1001 など) を指定してください。',
    ],
  },
  'property-patch-twice': {
    en: ['{path} is named twice in PATCH.', 'Name each patch once, in the order in which they are applied.'],
    ja: ['PATCH に {path} が 2 回指定されています。', '適用する順に 1 回ずつ指定してください。'],
  },
  'property-host-unknown': {
    en: [
      'The name {host} in {name} is not known here.',
      'Correct the name or the name service; with --no-check it is taken as it is.',
    ],
    ja: [
      '{name} の名前 {host} を解決できません。',
      '名前または DNS を直してください。--no-check を付けると確認しません。',
    ],
  },
} as const satisfies Record<string, { en: readonly [string, string]; ja: readonly [string, string] }>;

type PropertyFailure = keyof typeof propertyTexts;

/** Message and remedy of all of them in one language, in the form of the console's table. */
export function propertySentences(language: 'en' | 'ja') {
  const entries = Object.entries(propertyTexts).map(([code, texts]) => {
    const [message, remedy] = texts[language];
    return [code, { message, remedy }];
  });
  return Object.fromEntries(entries) as Record<PropertyFailure, { message: string; remedy: string }>;
}

defineFailures(
  Object.fromEntries(
    Object.entries(propertySentences('en')).map(([code, texts]) => [
      code,
      { kind: 'invalid', ...texts } satisfies FailureEntry,
    ]),
  ),
);
