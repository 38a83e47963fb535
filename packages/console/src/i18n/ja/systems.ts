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
