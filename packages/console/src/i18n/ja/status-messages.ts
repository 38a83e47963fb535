import type * as en from '../en/status-messages.ts';
import type { Localized } from '../localized.ts';
import { repositoryMessages } from './repositories.ts';

export const statusMessages: Localized<typeof en.statusMessages> = {
  repository: repositoryMessages,
  site: {
    started: 'サイトサーバー {version} を開始しました。',
    stopped: 'サイトサーバーを停止しました。',
    'firewall-closed':
      'サーバーのホストのファイアウォール ({firewalls}) がサイトに必要な通信を遮断しています: {rules}。対処 (root で実行): {repair}',
    'firewall-open': 'サーバーのホストのファイアウォールは、サイトに必要な通信を許可しています。',
    'firewall-unchecked':
      'サーバーのホストのファイアウォールが確認されなくなりました。Linux ではタイマー tenkai-firewall-check が確認します。',
    'contact-lost':
      '{of, number} 台中 {machines, number} 台のマシンとの接続がほぼ同時に切れました。まずサーバー側のネットワークを確かめてください。',
    'contact-lost-by-firewall':
      '{of, number} 台中 {machines, number} 台のマシンとの接続が切れました。サーバーのホストのファイアウォールが {rules} を遮断しています。',
    'contact-back': '接続が切れていたマシンから、再び応答があります。',
  },
  job: { failed: 'バックグラウンド処理 {job} が失敗しました: {error}' },
  machine: {
    on: 'マシンの電源が ON になり、エージェントが接続しました。',
    off: 'マシンがシャットダウンしました。',
    booting: 'マシンが起動中です。',
    restarting: 'マシンが再起動します。',
    unreachable: 'エージェントもネットワークも応答しません。',
    'agent-silent': 'ネットワークは応答しますが、エージェントが応答しません。',
    'wake-sent': '{macs} 個のネットワークカード宛てに、{targets} か所へ電源ON のパケットを送りました。',
    'command-held': '{by} の命令「{action}」を、マシンが接続するまで保留します。',
    'command-done': 'エージェントが命令「{action}」を受け付けました。',
    'command-refused': 'エージェントが命令「{action}」を拒否しました: {reason}',
    'not-reachable': 'マシンが {minutes} 分以内に接続しなかったため、命令「{action}」を取りやめました。',
    'power-answered': 'マシンが応答しました。電源は ON です。',
    'report-rejected': '報告 {number} ({kind}) を受け付けられませんでした: {reason}',
    'inventory-changed':
      'インベントリが変わりました: {sections}。ソフトウェアの追加 {added}、変更 {changed}、削除 {removed}',
    'firewall-closed':
      'ファイアウォール ({firewalls}) がサイトに必要な通信を遮断しています: {rules}。対処: tenkai-agent firewall open',
    'firewall-open': 'ファイアウォールはサイトに必要な通信を許可しています。',
    'agent-property-changed':
      'エージェント {version} のプロパティ {name} が {from} から {to} に変わりました ({origin})。',
    'agent-property-lost':
      'エージェント {version} のプロパティ {name} が失われました。以前の値は {from} です ({origin})。',
    'properties-changed': '{by} がマシンのプロパティを変更しました。',
  },
  fallback: {
    'machine-lost': '{name} と名乗るマシン ({address}) がサイトに入れません: {reason} ({kind})',
  },
  enrollment: {
    enrolled: 'マシン {name} がチケット {ticket} で登録されました。',
    pending: 'マシン {name} が登録を求め、承認を待っています。',
    approved: '{by} がマシン {name} を承認しました。',
    refused: '{by} がマシン {name} を拒否しました。',
    clone:
      'マシン {name} の鍵が別のハードウェアで使われました ({known} ではなく {foreign})。複製または基板の交換です。鍵を隔離しました。',
    shared:
      'マシン {name} の鍵を、2 つのエージェントが同時に使っています。ハードウェアは同じに見えますが、一方は複製です。鍵を隔離しました。',
    released: '{by} がマシン {name} を隔離から解除しました。',
    renewed: 'マシン {name} が鍵を更新しました ({before} から {after} へ)。古い鍵は受け付けません。',
    revoked: '{by} がマシン {name} の鍵を失効させました。再び承認されるまで締め出されます。',
  },
  push: {
    'host-done': '{host} にエージェント {version} をプッシュしました。',
    'host-failed': '{host} にエージェントをプッシュできませんでした: {reason}',
  },
  'run-succeeded': '実行が成功し、検証されました。',
  'run-failed': '実行が失敗しました: {reason}',
  'run-not-applicable': 'この展開はマシンの適用対象外です: {reason}',
  'run-cancelled': '実行を中止しました。',
  'run-retried': '実行をやり直します。',
  'run-requested': 'マシンのユーザー「{user}」が展開を要求しました。',
  'run-restart-postponed': '「{user}」が再起動を {until} まで延期しました。',
  'run-staged': '配信が完了しました。マシンの次回起動時に実行します。',
  'run-machine-off':
    '実行の途中でマシンの電源が切れたか、接続できなくなりました。その間、他のマシンの実行を進めます。',
  'run-error-cleared': 'エラー状態を解除しました。',
  'deployment-review-asked':
    'パッケージ {packageId} が {from} から {to} に上がりました。展開 {name} は引き続き使われます。対象を確認してください。',
  'wave-started': '第 {wave} 波が {machines} 台で始まりました ({waveCause})。',
  'multicast-session-ended':
    '{group} へのマルチキャスト配信が終わりました: {complete} 台が完了、{left} 台はユニキャストで続けます。',
  'multicast-straggler':
    '{group} へのマルチキャスト配信がこのマシンを除いて進みました ({cause})。残りはユニキャストで配信します。',
  'multicast-session-failed':
    '{group} へのマルチキャスト配信に失敗しました: {detail}。マシンへはユニキャストで配信します。',
  'multicast-representative':
    'このマシンがネットワーク {network} の代表として {bytes} バイトを取得し、隣の {members} 台へ送信します (選定理由: {chosenBy})。',
  'multicast-representative-lost':
    'このマシンはネットワーク {network} の隣のマシンへの送信をやめました ({cause})。別のマシンが引き継ぎます。',
  'multicast-unfit':
    'サイトはマルチキャストで送信できません ({problem}: {detail})。ユニキャストで配信を続けます。',
  update: {
    begun: '自動更新が {packageId} を適用します。',
    'begun-for': '自動更新が、{goalId} に先に必要な {packageId} を適用します。',
    applied: '自動更新が {packageId} を適用しました ({attempts} 回目)。',
    held: '{packageId} は {attempts} 回失敗したため、このマシンで保留にしました。',
    halted: '{packageId} の配信を停止しました: リング {ring} で {ended} 台のうち {failed} 台が失敗しました。',
    'ring-opened': '{packageId} の配信がリング {ring} に進みました。',
    'restart-deferred': '更新後の再起動はメンテナンス期間を待っています。',
    'restart-cancelled': '更新後の再起動が取り消されました。更新はマシンの次の再起動で完了します。',
  },
};
