import type * as en from '../en/overview.ts';
import type { Localized } from '../localized.ts';

export const overview: Localized<typeof en.overview> = {
  machines: 'マシン: {total} 台',
  openDeployments: '進行中の展開',
  noDeployments: '進行中の展開はありません',
  noDeploymentsText: '展開の進み具合を、状態ごとにここに表示します。',
  allDeployments: '進行中の展開をすべて表示 ({total} 件)',
  targets_other: '{count, number} 台',
  problems: '最近の問題',
  noProblems: '問題はありません',
  waiting_other: '{count, number} 台のマシンが承認を待っています。',
  decide: '承認または拒否する',
};
