import type * as en from '../en/reasons.ts';
import type { Localized } from '../localized.ts';

export const reasons: Localized<typeof en.reasons> = {
  'named-directly': 'コレクション {collection} で名前が指定されています。',
  'query-matches': 'コレクション {collection} のクエリ「{rule}」に一致します。',
  'query-does-not-match': 'コレクション {collection} のクエリ「{rule}」に一致しません。',
  'query-unknown':
    'コレクション {collection} のクエリ「{rule}」は、マシンがまだ報告していない項目を使っています。',
  'query-limited':
    'コレクション {collection} のクエリ「{rule}」はコレクション {by} に限定されていますが、そこに入っていません。',
  'included-through': 'コレクション {collection} はコレクション {by} を含み、マシンはそこに入っています。',
  'not-in-included':
    'コレクション {collection} はコレクション {by} を含みますが、マシンはそこに入っていません。',
  'excluded-through': 'コレクション {collection} はコレクション {by} を除外し、マシンはそこに入っています。',
  'not-in-excluded':
    'コレクション {collection} はコレクション {by} を除外しますが、マシンはそこに入っていません。',
  'outside-limit':
    'コレクション {collection} はコレクション {by} に限定されていますが、マシンはそこに入っていません。',
  'not-named': 'コレクション {collection} で名前が指定されていません。',
  'no-rules': 'コレクション {collection} に規則がありません。',
  'inventory-missing': 'マシンはまだインベントリを報告していません。',
  'platform-operating-system': '対象は {wanted} ですが、マシンの OS は {actual} です。',
  'platform-version': '対象はバージョン {wanted} ですが、マシンは {actual} です。',
  'platform-language': '対象の言語は {wanted} ですが、マシンは {actual} です。',
  'platform-architecture': '対象は {wanted} ですが、マシンは {actual} です。',
  'platform-service-pack': '対象はサービスパック {wanted} ですが、マシンは {actual} です。',
  'platform-contained': 'マシンのサービスパック {level} にすでに含まれています。',
  'system-unlisted': '{system} ({architecture}) は対応 OS の一覧にありません。拒否も保証もしません。',
  'system-level-unlisted': '{system} のサービスパック {level} は対応 OS の一覧にありません。',
  'system-edition-unlisted': '{system} のエディション {edition} は対応 OS の一覧にありません。',
  'system-agent-runtime': '{system} ではエージェントが動作しません。実行環境がより新しい OS を必要とします。',
  'system-agent-planned': '{system} 用のエージェントは、この版にはありません。',
  'system-simulated-only': '{system} には模擬マシンだけがあります。',
  'system-imaging-planned': 'イメージとネットワークブートは、この版にはありません。',
  'system-agent-unseen':
    '{system} 用のエージェントはこのリリースに含まれ、Wine で試験済みです。{system} 自体での動作はまだ確認されていません。',
  'system-server-unseen':
    '{system} 用のサーバーはこのリリースに含まれ、Wine で試験済みです。{system} 自体での動作はまだ確認されていません。',
  'system-server-planned': '{system} 用のサーバは、この版にはありません。',
  'system-server-no-package': '{system} 用のサーバのパッケージはありません。ソースから実行します。',
  'system-server-client':
    '{system} は管理対象マシンとしてだけ使えます。サーバにはサーバ用のエディションが必要です。',
  'system-no-interpreter': '{system} では {interpreter} のスクリプトを実行できません。',
  'system-note-firewall-later':
    'エージェントのインストール後にファイアウォールを有効にすると、通信できなくなることがあります。その場合はポートを開放してください。',
  'system-note-boot-window':
    '起動からファイアウォールのサービスが始まるまで、すべてのポートが閉じています。命令はマシンが接続するまで保留し、アップグレードは再試行します。',
  'system-note-live-session':
    'ベンダーのモジュールには、適用中ずっとログオンしたままで、画面ロックもスクリーンセーバーも動いていない状態を必要とするものがあります。',
  'system-note-closes-ports':
    'インストールによってファイアウォールが有効になり、ほぼすべてのポートが閉じます。サービスパックを事前に準備するか、後から手動でポートを開放してください。',
  'system-note-trusted-site': 'ブラウザの信頼済みサイトにサーバのアドレスを登録する必要があります。',
  'system-note-pssu':
    'セットアップ後は、更新を適用するか、管理者がセキュリティ更新の画面を閉じるまで、受信がすべて遮断されます。',
  'system-note-nfs-ports': 'NFS のホストにする場合は、NFS のポートを開放する必要があります。',
  'system-note-dhcp-port': 'DHCP のホストにする場合は、UDP 67 を開放する必要があります。',
  'system-note-r2-shown':
    '旧製品では Server 2003 のサービスパック 1 と表示されていました。ここでは R2 のままです。',
  'system-note-sysprep-dialog':
    'Sysprep の実行中に Remote Desktop Help Session Manager (sessmgr.exe) のブロックが表示されることがありますが、しばらくすると先へ進み、問題はありません。',
  'system-note-server-core': 'Server Core には画面がありません。ファイアウォールはコマンドで開放します。',
  'system-note-csdversion': 'サービスパックは、製品の名前ではなく、マシンの CSDVersion の値で判定します。',
  'system-note-level-chain':
    '最新のサービスパックには、先に古いサービスパックが必要です。両方が登録されていれば、自動更新が順に配信します。',
  'system-note-old-server-host':
    '旧製品ではサーバのホストでした。この製品のサーバには、より新しい OS が必要です。',
  'system-note-managed-only': '管理対象マシンとしてだけ使われ、サーバのホストにはなりませんでした。',
  'system-note-old-product-version': '旧製品ではバージョン 6.11/6.12 から対応しています。',
  'system-note-winre-dynamic-disk':
    'WinRE が先頭以外のパーティションにあり、ディスクをダイナミックディスクに変換した場合、バックアップに WinRE が含まれず、復元したマシンにもないことがあります。',
  'system-note-bitlocker':
    'BitLocker が有効なマシンは、バックアップも復元もできません。先に無効にしてください。',
  'hotfix-unknown': '修正プログラム {id} はカタログにありません。',
  'hotfix-prerequisite': '{id} には次のいずれかが必要です: {wanted}。マシンは {actual} です。',
  'hotfix-superseded': '{id} は、インストール済みの {by} に置き換えられているため適用できません。',
  'hotfix-no-symptom': '問題のある証明書がないため、適用は不要です。',
  'hotfix-site-unpatched': 'サイト サーバー {site} に {id} がまだ適用されていません。',
  'hotfix-site-unknown': 'サイト {site} がサイト サーバーの一覧にありません。',
  'hotfix-client-unpatched': 'このマシンに {id} がまだ適用されていません。',
  'patch-list-empty': 'PATCH にファイルの指定がありません。',
  'patch-list-long': 'PATCH に {count} 個のファイルが指定されています。最大 {most} 個です。',
  'patch-not-msp':
    '{path} はクライアントのパッチではありません。名前は .msp (Linux では .tkp) で終わる必要があります。',
  'patch-path-refused':
    '{path} は、絶対パス、共有、https のアドレスのいずれでもないか、「..」または制御文字を含んでいます。',
  'patch-twice': '{path} が 2 回指定されています。',
  'condition-false': 'ステップ「{step}」の条件をこのマシンは満たしません。',
  'nothing-to-do': 'このマシンでシナリオが行うことはありません。',
  'machine-gone': 'マシンはサイトから削除されています。',
  'machine-has-not-fetched': 'マシンに通知しました。まもなく命令を取得します。',
  'machine-off': 'マシンに接続できません。接続すると実行が始まります。',
  'machine-off-meanwhile':
    '実行の途中でマシンの電源が切れたか、接続できなくなりました。マシンが戻ると続きから実行します。',
  'machine-waking': 'マシンの電源を ON にしています。',
  'earlier-run': 'このマシンの別の実行を先に行います。',
  'update-off': '自動更新は無効になっています。',
  'update-opted-out': 'このマシンは自動更新の対象外です。',
  'update-urgency': '{packageId} の緊急度「{urgency}」は、自動更新の対象外です。',
  'update-superseded': '{by} に置き換えられています。',
  'update-prerequisite-missing': '{packageId} には先に {wanted} が必要ですが、今は適用できません。',
  'update-prerequisite-not-registered': '{packageId} には先に {wanted} が必要ですが、登録されていません。',
  'update-condition-refused': '{packageId} の適用条件を、マシンが満たしていません。',
  'update-cycle': 'パッケージの前提が循環しています: {path}',
  'update-before': '先に {packageId} を適用します。',
  'update-set-time': '指定時刻に配信します。',
  'update-at-start': 'マシンの電源が入っていません。起動して接続したときに判定します。',
  'update-start-delay': 'マシンは起動したばかりです。負荷を分散するため、数分の間に順番が来ます。',
  'update-ring':
    'ほかのマシンへ先に配信しています (リング {open} / {rings})。このマシンはリング {ring} です。',
  'update-retry': '{attempts} 回目が失敗しました。もう一度試します。',
  'update-agents-off': 'このサイトでは、エージェントは自動では更新されません。',
  'agent-upgrade-pending':
    'エージェントの更新待ち: これまでに {attempts} 回失敗しました。成功するまで繰り返します。',
  'update-held-attempts': '{attempts} 回失敗しました。保留を解除するまで配信しません。',
  'update-held': '保留にされました: {note}',
  'update-package-held': 'パッケージはすべてのマシンで保留にされました: {note}',
  'update-halted': '配信を停止しました: リング {ring} で {ended} 台のうち {failed} 台が失敗しました。',
  'update-restart-pending': '適用済みです。再起動はメンテナンス期間を待っています。',
  'update-zone-unknown': 'タイムゾーン {timeZone} はありません。',
  'update-ring-twice': 'コレクション {collectionId} が 2 つのリングにあります。',
  'session-nobody': 'ロックされていないセッションが必要なため、サインインを待っています。',
  'session-locked': 'セッションのロックが解除されるのを待っています。',
  'session-screen-saver': 'スクリーンセーバーの終了を待っています。',
  'restart-postponed': '「{user}」が再起動を {until} まで延期しました (あと {timesLeft} 回)。',
  'next-start': '配信と検証が済みました。マシンの次回起動時に実行します。',
  'next-start-queued': 'マシンが起動しました。先に配信されたものから順に実行します。',
  'next-start-update': 'マシンは次回起動時用に配信されたものを実行中です。',
  'next-start-full': '次回起動待ちの実行が {count} 件あります (上限 {limit} 件)。マシンの再起動が必要です。',
  'runs-at-next-start': '先にデータを配信し、各マシンの次回起動時に実行します。',
  'next-start-outside-windows':
    'メンテナンス期間は配信に適用されます。実行はマシンの起動時に行うため、期間外になることがあります。',
  'restart-is-the-start': '開始時の再起動には、実行が待つマシンの次回起動を充てます。',
  'power-off-after-delivery': '配信が完了するとマシンの電源をOFFにします。更新は次回起動時に行います。',
  'power-off-after-update': '更新の後にマシンの電源をOFFにします。',
  'not-requested': '任意の展開です。まだ要求されていません。',
  'slot-site': 'サイトの同時実行可能台数 {limit} 台がすべて使用中です。',
  'slot-deployment': '展開の同時実行可能台数 {limit} 台がすべて使用中です。',
  'more-than-concurrency':
    '{count} 台が対象ですが、同時に実行できるのは {concurrency} 台です。残りは順番を待ちます。',
  'windows-ignored': 'メンテナンス期間を無視します。',
  'forecast-group': '同じグループの他のマシンを待ちます。',
  'forecast-too-far': '順番が回ってくる日時は、予測の範囲より先です。',
  'group-waiting': 'グループの待ち合わせ中です。{wanted} 台中 {ready} 台の準備ができています。',
  'group-waiting-for-time': 'グループの待ち合わせ中です。{ready} 台の準備ができています。',
  'group-over-site-limit':
    '最大ターゲット数は {maxTargets} 台ですが、サイトの同時実行可能台数は {limit} 台です。超えた分は順番を待ちます。',
  'group-over-deployment-limit':
    '最大ターゲット数は {maxTargets} 台ですが、この展開の同時実行可能台数は {limit} 台です。超えた分は順番を待ちます。',
  'group-without-longest-wait':
    '最大待ち時間がありません。準備ができたマシンは、{maxTargets} 台そろうか、残りのすべてがそろうまで待ちます。',
  'ignored-with-unicast': 'ユニキャストでは各マシンが個別に受信するため、この設定は無視されます。',
  'unicast-chosen': '展開の設定によりユニキャストで配信します。',
  'unicast-left-group': 'グループから外れて単独で開始するため、ユニキャストで配信します。',
  'unicast-went-unicast': 'オペレーターの指示によりユニキャストで配信します。',
  'unicast-alone': '他のマシンを待たないため、ユニキャストで配信します。',
  'unicast-no-multicast': 'このサイトはマルチキャストで送信しないため、ユニキャストで配信します。',
  'multicast-chosen': '展開の設定によりマルチキャストで配信します。',
  'multicast-group': 'グループでまとめてマルチキャストで配信します。',
  'unicast-multicast-unfit':
    'サイトがマルチキャストで送信できないため、ユニキャストで配信します ({problem}: {detail})。',
  'unicast-pool-empty':
    'マルチキャスト用のアドレス ({sessions} 組) がすべて使用中のため、ユニキャストで配信します。',
  'unicast-address-used':
    'マルチキャストアドレス {address} を別の配信が使用中のため、ユニキャストで配信します。',
  'unicast-address-invalid':
    '{address} は配信に使えるマルチキャストアドレスではないため、ユニキャストで配信します。',
  'unicast-other-network': 'マシンがサイトのネットワーク {network} にないため、ユニキャストで配信します。',
  'unicast-nobody-else': '同じ波でこのコンテンツを必要とする他のマシンがないため、ユニキャストで配信します。',
  'unicast-alone-in-subnet':
    '同じ波でこのコンテンツを必要とする他のマシンがネットワーク {network} にないため、ユニキャストで配信します。',
  'unicast-no-representative':
    'ネットワーク {network} に代表となれるマシンがないため、ユニキャストで配信します ({problem})。',
  'unicast-represents':
    'ネットワーク {network} の代表としてユニキャストで取得し、隣の {neighbours} 台へマルチキャストで送信しました。',
  'multicast-subnet': 'ネットワーク {network} の代表 {representative} からマルチキャストで受信しました。',
  'unicast-agent-cannot':
    'このマシンのエージェントがマルチキャストに対応していないため、ユニキャストで配信しました。',
  'unicast-nothing-to-fetch': 'すべてマシンにあったため、何も送信しませんでした。',
  'unicast-cannot-join':
    'マシンがマルチキャストに参加できないため、ユニキャストで配信しました ({problem}: {detail})。',
  'unicast-not-heard': '{seconds} 秒以内に {group} から何も届かなかったため、ユニキャストで配信しました。',
  'unicast-left-session':
    'マルチキャスト配信がこのマシンを除いて進んだため、ユニキャストで配信しました ({cause})。',
  'unicast-session-ended':
    '何も受信しないうちにマルチキャスト配信が終わったため、ユニキャストで配信しました。',
  'multicast-and-unicast':
    'マルチキャストで {multicastBytes} バイト、残り {unicastBytes} バイトをユニキャストで配信しました ({cause})。',
  'already-installed': 'すでにインストールされています。',
  'already-on': 'すでに電源ONです',
  'condition-not-met': 'パッケージの条件をこのマシンは満たしません。',
  'restart-not-needed': '再起動は必要ありません。',
  'nothing-since-restart': '前回の再起動の後に実行したものはありません。',
  cancelled: '中止されました。',
  'cancelled-without-answer': '中止しました。マシンからの応答はありません。',
  'rolled-back': '元の状態に戻しました: {cause}',
  'exit-code': 'プログラムが終了コード {exitCode} で終了しました。',
  'time-limit': '制限時間を超えたため終了させました。',
  interrupted: '終了する前に {by} により中断されました。',
  'machine-stayed-on': '再起動を指示しましたが、マシンは再起動しませんでした。',
  'not-detected': 'インストーラーは正常に終了しましたが、パッケージが適用されていません ({found})。',
  'not-verified': '最後の再起動の後、ステップ {step} を再確認していません。',
  'step-failed': 'ステップが失敗しました。',
  'step-without-result': 'ステップ {step} の結果がありません。',
  'timed-out': 'ステップの制限時間を超えて、マシンから報告がありません。',
  refused: 'マシンが命令を拒否しました。',
  'order-expired': 'マシンが取得する前に、命令の期限が切れました。',
  'order-for-another-machine': '別のマシン宛ての命令です。',
  'order-not-understood': 'エージェントが古いため、命令を理解できません。',
  'order-signature-invalid': '命令がサイトの鍵で署名されていません。',
  'power-not-supported': 'マシンに{action}のためのコマンドがありません。',
  'program-failed': '{program} を実行できませんでした: {cause}',
  'session-wait-over':
    '{minutes} 分間待ちましたが、プログラムに必要なセッションがありませんでした ({state})。',
  'session-state-unknown':
    'このマシンではセッションがロックされているかどうかが分からないため、プログラムを実行できません。',
  'parameters-unbalanced': 'セットアップパラメータの引用符が閉じていません。',
  'executable-missing': 'パッケージにファイル {path} がありません。',
  'interpreter-missing': 'マシンに {interpreter} がありません。',
  'copy-target-relative': 'コピー先 {path} は絶対パスではありません。',
  'copy-target-link': '{path} はシンボリックリンクです。ファイルが別の場所に置かれてしまいます。',
  'copy-source-missing': 'パッケージにフォルダ {path} がありません。',
  'rights-missing': 'エージェントが管理者権限で動作していません。',
  'journal-corrupt': '実行の記録が {line} 行目で破損しています。',
  'groups-too-deep': 'グループの入れ子が {limit} 段を超えています。',
  'step-id-twice': '2 つのステップの ID が同じです ({id})。',
  'query-wrong': '条件のクエリを読み取れません: {problem}',
  'package-without-content':
    'ステップにはファイルが必要ですが、パッケージ {packageId} にコンテンツがありません。',
  'package-not-placed':
    'パッケージ {packageId} のコンテンツがどの配布ポイントにもありません。マシンは取得できません。',
  'urgency-also-automatic':
    'パッケージ {packageId} の緊急度は「{urgency}」のため、自動更新でも配信されます。適用されるのは一度だけです。',
  'window-closed': 'メンテナンス期間ではありません。',
  'window-too-little-left':
    '現在のメンテナンス期間の残りは {remainingMs}で、最長の所要時間 {neededMs}に足りません。',
  'window-never-fits':
    'どのメンテナンス期間にも収まりません。最長の所要時間は {neededMs}、最も長い期間は {longestMs}です。',
  'window-none-left': '今後のメンテナンス期間がありません。',
  'condition-file-exists': 'ファイル {subject}: 条件 {expected}、実際 {actual}',
  'condition-package-installed': 'パッケージ {subject}: 条件 {expected}、実際 {actual}',
  'condition-package-version': 'パッケージ {subject} のバージョン: 条件 {expected}、実際 {actual}',
  'condition-registry': 'レジストリ {subject}: 条件 {expected}、実際 {actual}',
  'condition-os-release': 'os-release の {subject}: 条件 {expected}、実際 {actual}',
  'machine-not-enrolled': 'マシンが登録されていません。コレクションに入るのは登録済みのマシンだけです。',
  'held-until-check-in': '次に接続するまで保留します',
  'already-off': 'すでに電源OFFです',
  'no-mac-address': '電源を ON にするための MAC アドレスが不明です',
  'run-in-progress': 'シナリオを実行中です',
  'not-enrolled': '登録されていません',
  'not-found': '存在しないか、操作できる範囲の外です',
  'no-error': 'エラー状態ではありません',
  'already-enrolled': 'すでに登録済みです',
  'already-refused': 'すでに拒否済みです',
  'run-has-ended': '実行はすでに終了しています',
  'run-has-not-failed': '実行は失敗していません',
  'run-is-not-offered': 'この実行は提供されていません',
  'run-waits-for-no-group': 'グループの待ち合わせ中ではありません',
  'run-has-begun': '実行はすでに始まっています',
};

export const objects: Localized<typeof en.objects> = {
  'API token': 'API トークン',
  collection: 'コレクション',
  content: 'コンテンツ',
  deployment: '展開',
  'distribution point': '配布ポイント',
  file: 'ファイル',
  machine: 'マシン',
  package: 'パッケージ',
  run: '実行',
  scenario: 'シナリオ',
  push: 'プッシュ',
  'push key': 'プッシュ用の鍵',
  'host key': 'ホスト鍵',
  repository: 'リポジトリ',
  'the manifest': 'マニフェスト',
  ticket: 'チケット',
  user: 'ユーザー',
  characters: '文字数',
  comparisons: '条件の数',
  levels: '入れ子の段数',
};

export const found: Localized<typeof en.found> = {
  folder: 'フォルダー',
  'no such file': 'ファイルがありません',
  'not a file': 'ファイルではありません',
  'nothing printed': '出力がありません',
  present: '存在する',
  absent: '存在しない',
  'not-windows': 'Windows ではない',
  'no registry on this system': 'このシステムにレジストリはない',
  missing: '存在しない',
};
