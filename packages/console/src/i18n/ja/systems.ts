import type { systems as en } from '../en/systems.ts';
import type { Localized } from '../localized.ts';

export const systems: Localized<typeof en> = {
  search: '名前、エディション、アーキテクチャ',
  capability: '機能',
  verdict: '判定',
  none: '条件に合う OS はありません',
  servicePacks: 'サービスパック',
  needs: 'SP{level} の前提',
  noServicePack: 'なし',
  or: ' または ',
  firewall: 'ファイアウォール',
  firewallByHand: 'ファイアウォールの手動設定',
  firewallGuides: {
    'windows-xp':
      'コントロール パネル、セキュリティ センター、Windows ファイアウォール、[例外] の [ポートの追加] で各ポートを追加し、[詳細設定] の ICMP の設定で [エコー要求の着信を許可する] を選びます。コマンド: tenkai firewall plan --for windows-xp --role agent',
    'windows-vista':
      'コントロール パネル、セキュリティ、[Windows ファイアウォールによるプログラムの許可] で各ポートを追加し、エコー要求は受信の規則 (カスタム) で許可します。コマンド: tenkai firewall plan --for windows --role agent',
    windows:
      '管理ツール、[セキュリティが強化された Windows ファイアウォール]、[受信の規則]、[新しい規則] で各ポートを許可し、エコー要求はサイトのアドレスに限ったカスタム規則で許可します。コマンド: tenkai firewall plan --for windows --role agent',
    linux:
      'マシン上で root として tenkai-agent firewall open を実行します (nftables、firewalld、ufw)。tenkai-agent firewall plan はコマンドを表示するだけです。',
    none: 'この OS にはファイアウォールがないため、設定は不要です。',
  },
  firewalls: { on: 'インストール直後は有効', off: 'インストール直後は無効', none: '付属しない' },
  since: 'エージェントの対応版',
  what: 'できること',
  notes: '注意事項',
  noNotes: '注意事項はありません',
  onlyAt: '{levels} の場合',
  ofMachine: 'この OS でできること',
  unlisted: '一覧外',
  capabilities: {
    agent: 'エージェント',
    server: 'サーバ',
    'package-deployment': 'パッケージ配信',
    power: '電源操作',
    multicast: 'マルチキャスト',
    'image-backup': 'イメージのバックアップ',
    'image-restore': 'イメージの復元',
    netboot: 'ネットワークブート',
  },
  verdicts: {
    supported: '対応',
    planned: '予定',
    simulated: '模擬のみ',
    unsupported: '非対応',
  },
};
