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
  toReview_other: 'パッケージが更新された {count, number} 件の展開で、対象の確認が必要です:',
  waiting_other: '{count, number} 台のマシンが承認を待っています。',
  decide: '承認または拒否する',
  health: {
    title: 'サイトの状態',
    states: {
      open: 'ファイアウォール: 許可',
      closed: 'ファイアウォール: 遮断',
      'not-checked': 'ファイアウォール: 未確認',
    },
    open: 'サーバーのホストのファイアウォール ({firewalls}) は、サイトに必要な通信を許可しています。',
    noFirewall: 'サーバーのホストで有効なファイアウォールはありません。',
    closed:
      'サーバーのホストのファイアウォール ({firewalls}) が、{since} からサイトに必要な通信を遮断しています。不足している規則:',
    repair: '修復するには、サーバーのホストで root として次のコマンドを実行してください:',
    checked: '確認',
    causes: {
      off: 'サーバーのホストのファイアウォールは確認の対象外です。',
      never: 'サーバーのホストのファイアウォールは、まだ確認されていません。',
      'too-old':
        'サーバーのホストのファイアウォールが確認されなくなりました。タイマー tenkai-firewall-check が有効か確かめてください。',
      unreadable: 'サーバーのホストのファイアウォールの確認結果を読み取れません。',
    },
    contactLost: '接続断',
    lost: '{since} に、{of, number} 台中 {machines, number} 台のマシンとの接続が切れました。',
    byFirewall: 'サーバーのホストのファイアウォールが {rules} を遮断しています。',
    unknownCause: 'ほぼ同時に応答がなくなっています。まずサーバー側のネットワークを確かめてください。',
  },
};
