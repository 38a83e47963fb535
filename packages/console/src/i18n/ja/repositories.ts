import type * as en from '../en/repositories.ts';
import type { Localized } from '../localized.ts';

export const repositories: Localized<typeof en.repositories> = {
  none: 'パッケージリポジトリはありません',
  noneText:
    'リポジトリは、任意の Web サーバーに置かれた署名付きのフォルダです。サイトはスケジュールに従ってパッケージを取り込みます。',
  new: '新しいリポジトリ',
  url: 'アドレス',
  urlText: 'index.json があるフォルダ。https://、http://、またはサーバー上のフォルダなら file:///。',
  nameText: 'パッケージの作成元として記録されます。後から変更できません。',
  fingerprint: '鍵のフィンガープリント (SHA-256)',
  fingerprintText: '公開者にネットワーク以外の手段で確認してください。この鍵だけを信頼します。',
  ca: '信頼する証明書 (PEM)',
  caText: '空欄の場合は、サーバーの OS が信頼するものを使います。',
  schedule: '取り込み',
  schedules: { manual: '指示したときだけ', interval: '一定間隔 (分)', daily: '毎日' },
  minutes: '分',
  at: '時刻',
  timeZone: 'タイムゾーン',
  everyMinutes_other: '{count} 分ごと',
  dailyAt: '毎日 {at} ({timeZone})',
  gate: '新しいパッケージ',
  gates: {
    automatic: 'すぐに登録する',
    hold: '承認まで保留する',
    lower: '緊急度を下げる',
  },
  gateTexts: {
    automatic: '緊急度はそのままです。緊急度が最高のものは自動的にマシンに配信されます。',
    hold: '取得だけを行い、承認されるまで何も配信しません。',
    lower: 'これより高い緊急度にはなりません。「高」より低いものは自動配信されません。',
  },
  lowerTo: '緊急度の上限',
  isEnabled: '使用する',
  disabled: '不使用',
  state: '状態',
  states: {
    pulling: '取り込み中',
    current: '最新',
    never: '未取り込み',
    waiting_other: '{count, number} 件が承認待ち',
    refused_other: '{count, number} 件を登録できません',
    failed: '取り込み失敗',
  },
  packages: 'パッケージ',
  noPackages: 'リポジトリにパッケージはありません',
  pulledAt: '最終取り込み',
  nextPullAt: '次回の取り込み',
  indexVersion: 'インデックス',
  expiresAt: 'インデックスの有効期限',
  pullNow: '今すぐ取り込む',
  edit: '変更',
  remove: 'リポジトリを削除',
  removeTitle: '{name} を削除',
  removeText: '以後、ここからは取り込みません。取り込んだパッケージは残ります。',
  offered: '公開番号',
  packageStates: {
    fetching: '取得待ち',
    waiting: '承認待ち',
    registered: '登録済み',
    rejected: '却下済み',
    refused: '登録できません',
  },
  withdrawn: '公開終了',
  changedHere: 'このサイトで変更されています。承認すると新しいリビジョンに置き換わります。',
  approve: '承認',
  reject: '却下',
  approveTitle: '{id} を承認',
  approveText:
    'パッケージをこのサイトに登録します。緊急度が最高または高の場合、自動更新によりマシンに配信されます。',
  rejectTitle: '{id} を却下',
  rejectText: 'この内容は登録しません。次に公開されたものは、改めて確認します。',
  asPublished: '公開時のまま',
};

export const repositoryFailures: Localized<typeof en.repositoryFailures> = {
  'repository-unreachable': {
    message: 'リポジトリから {path} を取得できません: {reason}',
    remedy: 'アドレス、ネットワーク、Web サーバーを確認してください。次回は続きから取り込みます。',
  },
  'repository-missing': {
    message: '{folder} にリポジトリはありません。',
    remedy: '作成してください: tenkai repository init {folder}',
  },
  'repository-exists': {
    message: 'フォルダ {folder} は空でないか、すでにリポジトリがあります。',
    remedy: '空のフォルダを指定してください。既存のリポジトリへは tenkai package publish で公開します。',
  },
  'repository-invalid': {
    message: 'リポジトリのファイル {path} の形式が正しくありません。',
    remedy: 'このサイトを更新するか、公開者に tenkai repository verify の実行を依頼してください。',
  },
  'repository-key-unknown': {
    message: 'リポジトリの署名は {found} によるもので、ここで信頼する鍵 {fingerprint} ではありません。',
    remedy: 'ネットワーク以外の手段で、公開者に鍵のフィンガープリントを確認してください。',
  },
  'repository-signature': {
    message: 'リポジトリのインデックスの署名が正しくありません。署名後に変更されています。',
    remedy:
      '何も使用していません。公開者に元のフォルダで tenkai repository verify を実行してもらってください。',
  },
  'repository-expired': {
    message: 'リポジトリのインデックス {version} は {expiresAt} に期限切れになりました。',
    remedy:
      '公開者に tenkai repository refresh の実行を依頼してください。実行済みなら、新しいインデックスが届かないようにされています。このサイトの時計も確認してください。',
  },
  'repository-rolled-back': {
    message: 'リポジトリのインデックスは {version} ですが、以前に {known} を確認しています。',
    remedy:
      '古いコピーが置かれています。現在のものを置き直してください。元を失った場合は、番号が {known} を超えるまで公開し直してください。',
  },
  'repository-forked': {
    message: '同じ番号 {version} で、以前と異なるインデックスが公開されています。',
    remedy:
      '2 か所で別々に公開されたか、鍵が漏れています。1 つのフォルダから公開し直すか、鍵を替えてください。',
  },
  'repository-file-wrong': {
    message: 'リポジトリのファイル {path} が、署名されたインデックスと一致しません。',
    remedy: '使用していません。公開者にリポジトリ全体をコピーし直してもらってください。',
  },
  'repository-key-inside': {
    message: '鍵 {path} がリポジトリの中に置かれ、一緒に公開されてしまいます。',
    remedy: '鍵は別の場所、できればネットワークにつながらないマシンに置いてください。',
  },
  'repository-key-open': {
    message: '鍵 {path} を他のユーザーが読み取れます。',
    remedy: '本人だけが読めるようにしてください: chmod 600 {path}。読まれた恐れがあれば鍵を替えてください。',
  },
  'repository-key-file': {
    message: '鍵 {path} を使用できません: {reason}',
    remedy: 'tenkai repository init が作成したファイルを --key で指定してください。',
  },
  'repository-url': {
    message:
      '「{url}」はリポジトリのアドレスではありません。https://、http://、file:/// のいずれかで、ユーザー名、クエリ、フラグメントは使えません。',
    remedy: 'index.json があるフォルダのアドレスを指定してください。',
  },
  'repository-ca': {
    message: 'PEM 形式の証明書ではありません。',
    remedy: '証明書ファイルの内容を貼り付けるか、OS が信頼する認証局を使う場合は空欄にしてください。',
  },
  'repository-time-zone': {
    message: 'タイムゾーン「{timeZone}」はありません。',
    remedy: 'Asia/Tokyo や UTC のような名前を指定してください。',
  },
  'repository-name': {
    message: 'リポジトリの名前に使えるのは英数字と「-」「_」「.」です。',
    remedy: '短い名前を付けてください。パッケージの作成元として記録されます。',
  },
  'repository-disabled': {
    message: 'リポジトリ {name} は使用しない設定です。',
    remedy: '先に「使用する」にしてください。',
  },
  'repository-package-newer': {
    message: 'パッケージ {id} には、このバージョンの Tenkai が知らない項目があります。',
    remedy: 'このサイトを更新してください。',
  },
  'repository-package-older': {
    message: 'パッケージ {id} は {offered} として公開されていますが、以前に {known} を取り込んでいます。',
    remedy: '公開者にパッケージを公開し直してもらってください。古いものには置き換えません。',
  },
  'repository-not-waiting': {
    message: 'パッケージ {id} はこの操作の対象ではありません (状態: {state})。',
    remedy: '一覧を読み込み直してください。',
  },
  'repository-pull-broken': {
    message: '取り込みに失敗しました: {reason}',
    remedy: 'サーバーのログを確認してください。次回の取り込みで再試行します。',
  },
  'package-of-other-origin': {
    message: 'パッケージ {id} はすでにありますが、作成元が異なります ({origin})。',
    remedy: 'そのパッケージを削除するか、公開者に別の ID にしてもらってください。',
  },
};

export const repositoryMessages: Localized<typeof en.repositoryMessages> = {
  pulled:
    'リポジトリ {name} のインデックス {version} を取り込みました。新規または変更されたパッケージ: {changed} 件。',
  'pull-failed': 'リポジトリ {name} を取り込めませんでした: {reason}',
  registered: 'リポジトリ {name} のパッケージ {packageId} をリビジョン {revision} として登録しました。',
  waiting: 'リポジトリ {name} のパッケージ {packageId} が承認を待っています。',
  refused: 'リポジトリ {name} のパッケージ {packageId} を登録できません: {reason}',
  rejected: '{by} がリポジトリ {name} のパッケージ {packageId} を却下しました。',
};
