import type { Language } from './self-service/texts.ts';

/** What `tenkai-agent status` calls the facts that it shows. */
export interface StatusLabels {
  readonly general: string;
  readonly components: string;
  readonly actions: string;
  readonly site: string;
  readonly version: string;
  readonly machine: string;
  readonly notEnrolled: string;
  readonly service: string;
  readonly running: string;
  readonly notRunning: string;
  readonly connected: string;
  readonly runs: string;
  readonly pending: string;
  readonly pendingOne: string;
  readonly pendingMany: string;
  readonly trouble: string;
  readonly last: string;
  readonly never: string;
  readonly assigned: string;
  readonly code: string;
  readonly name: string;
  readonly server: string;
  readonly rootFingerprint: string;
  readonly foundBy: string;
  readonly held: string;
  readonly noSite: string;
  readonly yes: string;
  readonly no: string;
  readonly none: string;
  /** How the site is found, by the names of the settings. */
  readonly properties: Readonly<Record<string, string>>;
}

const en: StatusLabels = {
  general: 'General',
  components: 'Components',
  actions: 'Actions',
  site: 'Site',
  version: 'version',
  machine: 'machine',
  notEnrolled: 'not enrolled',
  service: 'service',
  running: 'running',
  notRunning: 'not running',
  connected: 'connected',
  runs: 'runs',
  pending: 'pending',
  pendingOne: '1 run at the next start',
  pendingMany: '{count} runs at the next start',
  trouble: 'trouble',
  last: 'last {at}',
  never: 'never',
  assigned: 'assigned',
  code: 'code',
  name: 'name',
  server: 'server',
  rootFingerprint: 'root fingerprint',
  foundBy: 'found by',
  held: 'held',
  noSite: 'no site',
  yes: 'yes',
  no: 'no',
  none: 'none',
  properties: {
    siteCode: 'site code',
    managementPoint: 'management point',
    locator: 'locator',
    dnsSuffix: 'dns suffix',
    fallbackStatusPoint: 'fallback status point',
    patch: 'patch',
  },
};

const ja: StatusLabels = {
  general: '全般',
  components: 'コンポーネント',
  actions: '操作',
  site: 'サイト',
  version: 'バージョン',
  machine: 'マシン',
  notEnrolled: '未登録',
  service: 'サービス',
  running: '動作中',
  notRunning: '停止中',
  connected: 'サイトに接続',
  runs: '実行中',
  pending: '次回起動待ち',
  pendingOne: '1 件',
  pendingMany: '{count} 件',
  trouble: '問題',
  last: '前回 {at}',
  never: '未実施',
  assigned: '割り当て済み',
  code: 'サイト コード',
  name: 'サイト名',
  server: 'サーバー',
  rootFingerprint: 'ルート鍵のフィンガープリント',
  foundBy: '検出元',
  held: '割り当ての保留',
  noSite: 'サイトがない理由',
  yes: 'はい',
  no: 'いいえ',
  none: 'なし',
  properties: {
    siteCode: '指定サイト コード',
    managementPoint: '管理ポイント',
    locator: 'ロケーター',
    dnsSuffix: 'DNS サフィックス',
    fallbackStatusPoint: 'フォールバック ステータス ポイント',
    patch: '修正プログラム (PATCH=)',
  },
};

export const statusLabels: Readonly<Record<Language, StatusLabels>> = { en, ja };
