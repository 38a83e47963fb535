import type * as en from '../en/status.ts';
import type { Localized } from '../localized.ts';

export const status: Localized<typeof en.status> = {
  none: 'メッセージはありません',
  component: 'コンポーネント',
  components: 'コンポーネント (過去 24 時間)',
  allComponents: 'すべてのコンポーネント',
  oldestFirst: '古い順',
  severityAll: 'すべての重要度',
  counts: 'エラー {errors}、警告 {warnings}、情報 {infos}',
};
