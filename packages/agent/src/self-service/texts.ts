import type { AgentComponent } from '@tenkai/domain';
import type { Language } from '@tenkai/domain/language.ts';
import { componentReasons } from '../components.ts';
import type { OfferState } from './door-words.ts';

export { type Language, languageOf } from '@tenkai/domain/language.ts';

/** Sentences for the people of a machine; the page and the commands have the same. */
export interface Texts {
  readonly title: string;
  readonly intro: string;
  readonly available: string;
  readonly nothing: string;
  readonly install: string;
  readonly again: string;
  readonly state: string;
  readonly states: Readonly<Record<OfferState, string>>;
  readonly asked: string;
  readonly done: string;
  readonly stale: string;
  readonly never: string;
  readonly until: string;
  readonly restart: string;
  readonly noRestart: string;
  readonly restartAt: string;
  readonly restartFor: string;
  readonly latest: string;
  readonly postponedBy: string;
  readonly notPostponable: string;
  readonly postpone: string;
  readonly postponeBy: string;
  readonly now: string;
  readonly nowSure: string;
  readonly postponed: string;
  readonly restarting: string;
  readonly lost: string;
  readonly components: string;
  readonly componentNames: Readonly<Record<string, string>>;
  readonly componentStates: Readonly<Record<AgentComponent['state'], string>>;
  /** By the sentence that the agent tells. */
  readonly componentReasons: Readonly<Record<string, string>>;
  readonly site: string;
  readonly noSite: string;
  readonly minutes: string;
  readonly hours: string;
  readonly reasons: Readonly<Record<string, string>>;
  /** By code: message and remedy; English ones are in the table of failures. */
  readonly problems: Readonly<Record<string, readonly [string, string]>>;
}

const en: Texts = {
  title: 'Software for this machine',
  intro: 'What your administrator offers for this machine, and its next restart.',
  available: 'Available software',
  nothing: 'Nothing is available to this machine.',
  install: 'Install',
  again: 'Try again',
  state: 'State',
  states: {
    available: 'available',
    asked: 'asked for',
    waiting: 'waiting',
    installing: 'in progress',
    installed: 'installed',
    failed: 'failed',
  },
  asked: '{name} was asked for.',
  done: '{name} is installed.',
  stale:
    'The site cannot be reached. This is what it offered on {time}; what you ask for is sent when it is back.',
  never: 'The site has not been reached yet.',
  until: 'not before {time}',
  restart: 'Restart',
  noRestart: 'No restart is announced.',
  restartAt: 'This machine restarts on {time}.',
  restartFor: 'For: {name}',
  latest: 'It can be postponed {times} more times, until {time} at the latest.',
  postponedBy: 'Postponed by {user}.',
  notPostponable: 'It cannot be postponed any further. Please save your work.',
  postpone: 'Postpone',
  postponeBy: 'Postpone by',
  now: 'Restart now',
  nowSure: 'Restart this machine now? Unsaved work is lost.',
  postponed: 'The restart was postponed until {time}.',
  restarting: 'The machine restarts now.',
  components: 'Components of the agent',
  componentNames: {
    core: 'Core',
    'status-reporting': 'Status reports',
    inventory: 'Inventory',
    content: 'Content',
    'scenario-engine': 'Scenario engine',
    power: 'Power',
    notification: 'Notification',
  },
  componentStates: { enabled: 'enabled', disabled: 'disabled', installed: 'installed' },
  componentReasons: {},
  site: 'Currently assigned site code: {code} ({name})',
  noSite: 'Currently assigned site code: none',
  lost: 'The agent of this machine does not answer. Open this page anew with: tenkai-agent self-service',
  minutes: '{count} minutes',
  hours: '{count} h',
  reasons: {
    'earlier-run': 'Something else is being done on this machine first.',
    'slot-site': 'Other machines come first.',
    'slot-deployment': 'Other machines come first.',
    'machine-has-not-fetched': 'It is about to begin.',
    'next-start': 'It begins when the machine is restarted.',
    'window-closed': 'It begins in the maintenance window.',
    'window-too-little-left': 'It begins in the next maintenance window.',
    'group-waiting': 'It begins together with other machines.',
    'restart-postponed': 'It goes on after the restart.',
    'exit-code': 'The installer ended with an error.',
    'not-detected': 'The installer ended, but the software was not found.',
    'timed-out': 'It took too long.',
  },
  problems: {},
};

const ja: Texts = {
  title: 'このマシンのソフトウェア',
  intro: '管理者がこのマシンに用意したソフトウェアと、次の再起動です。',
  available: '利用できるソフトウェア',
  nothing: 'このマシンで利用できるソフトウェアはありません。',
  install: 'インストール',
  again: 'もう一度試す',
  state: '状態',
  states: {
    available: '利用可能',
    asked: '要求済み',
    waiting: '待機中',
    installing: '実行中',
    installed: 'インストール済み',
    failed: '失敗',
  },
  asked: '{name} を要求しました。',
  done: '{name} をインストールしました。',
  stale: 'サイトに接続できません。{time} 時点の内容です。要求は接続が戻ったときに送信します。',
  never: 'サイトにまだ接続していません。',
  until: '{time} 以降',
  restart: '再起動',
  noRestart: '再起動の予定はありません。',
  restartAt: 'このマシンは {time} に再起動します。',
  restartFor: '対象: {name}',
  latest: 'あと {times} 回、最長 {time} まで延期できます。',
  postponedBy: '{user} が延期しました。',
  notPostponable: 'これ以上延期できません。作業中の内容を保存してください。',
  postpone: '延期する',
  postponeBy: '延期する時間',
  now: '今すぐ再起動',
  nowSure: 'このマシンを今すぐ再起動しますか? 保存していない内容は失われます。',
  postponed: '再起動を {time} まで延期しました。',
  restarting: 'マシンを再起動します。',
  components: 'エージェントのコンポーネント',
  componentNames: {
    core: '本体',
    'status-reporting': '状態の報告',
    inventory: 'インベントリ',
    content: 'コンテンツの取得',
    'scenario-engine': 'シナリオの実行',
    power: '電源操作',
    notification: '通知',
  },
  componentStates: { enabled: '有効', disabled: '無効', installed: 'インストール済み' },
  componentReasons: {
    [componentReasons.stopped]: 'エージェントのサービスが動作していません',
    [componentReasons.noPower]: 'このマシンには再起動やシャットダウンを行うコマンドがありません',
    [componentReasons.unassigned]: 'サイトに割り当てられていません',
    [componentReasons.unconnected]: 'サイトに接続していません',
  },
  site: '現在の割り当てサイト コード: {code} ({name})',
  noSite: '現在の割り当てサイト コード: なし',
  lost: 'このマシンのエージェントが応答しません。tenkai-agent self-service でページを開き直してください。',
  minutes: '{count} 分',
  hours: '{count} 時間',
  reasons: {
    'earlier-run': 'このマシンの別の処理を先に行います。',
    'slot-site': '他のマシンの順番を待っています。',
    'slot-deployment': '他のマシンの順番を待っています。',
    'machine-has-not-fetched': 'まもなく始まります。',
    'next-start': 'マシンを再起動すると始まります。',
    'window-closed': 'メンテナンス期間に始まります。',
    'window-too-little-left': '次のメンテナンス期間に始まります。',
    'group-waiting': '他のマシンと一緒に始まります。',
    'restart-postponed': '再起動のあとに続行します。',
    'exit-code': 'インストーラーがエラーで終了しました。',
    'not-detected': 'インストーラーは終了しましたが、ソフトウェアが見つかりません。',
    'timed-out': '時間がかかりすぎました。',
  },
  problems: {
    'agent-not-running': ['このマシンのエージェントが動作していません。', '管理者に連絡してください。'],
    'agent-no-answer': ['エージェントが応答しません。', 'しばらくしてからもう一度試してください。'],
    'asked-too-often': ['要求の回数が多すぎます。', '1 分ほど待ってからもう一度試してください。'],
    'user-not-proven': ['要求したユーザーを確認できません。', '/tmp に書き込めることを確認してください。'],
    'not-available': ['このマシンでは {name} を利用できません。', '一覧: tenkai-agent available'],
    'offer-ambiguous': [
      '{name} という名前が複数あります。',
      'ID を指定してください: tenkai-agent available --json',
    ],
    'install-failed': [
      '{name} をインストールできませんでした。',
      'あとでもう一度試すか、管理者に連絡してください。',
    ],
    'restart-none': ['再起動の予定はありません。', '何もする必要はありません。'],
    'restart-not-postponable': ['この再起動は延期できません。', '作業中の内容を保存してください。'],
    'restart-postponed-enough': ['延期できる回数を超えています。', '作業中の内容を保存してください。'],
    'restart-not-later': [
      '再起動の予定 ({restartAt}) より後ではありません。',
      'もっと長い時間を選んでください。',
    ],
    'restart-too-late': ['再起動を延期できるのは {latestAt} までです。', 'もっと短い時間を選んでください。'],
    'restart-has-begun': ['再起動が始まりました。', '作業中の内容を保存してください。'],
    'restart-others-signed-in': [
      '他のユーザーがサインインしています: {users}',
      '予定の時刻まで待ってください。',
    ],
  },
};

export const texts: Readonly<Record<Language, Texts>> = { en, ja };

export function fill(text: string, params: Readonly<Record<string, unknown>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in params ? String(params[name]) : whole));
}
