import type * as en from '../en/deployments.ts';
import type { Localized } from '../localized.ts';

export const runs: Localized<typeof en.runs> = {
  status: {
    planned: '予定',
    waiting: '待機中',
    delivering: '配信中',
    executing: '実行中',
    restarting: '再起動中',
    verifying: '検証中',
    succeeded: '成功',
    failed: '失敗',
    'not-applicable': '対象外',
    cancelled: '中止',
  },
};
