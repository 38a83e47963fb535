import { agentPatchSentences } from '@tenkai/domain/agent-patch/failures.ts';
import { propertySentences } from '@tenkai/domain/assignment/failures.ts';
import type * as en from '../en/failures.ts';
import type { Localized } from '../localized.ts';
import { masterFailures } from './master-failures.ts';
import { pushFailures } from './push-failures.ts';
import { repositoryFailures } from './repositories.ts';

export const failures: Localized<typeof en.failures> = {
  ...masterFailures,
  ...pushFailures,
  ...repositoryFailures,
  ...propertySentences('ja'),
  ...agentPatchSentences('ja'),
  'boundary-range-wrong': {
    message: '{range} はサブネットでもアドレス範囲でもありません。',
    remedy:
      '10.1.0.0/16、2001:db8::/32、または 10.1.0.5-10.1.0.99 のように小さい方から両端を指定してください。',
  },
  'boundary-server-wrong': {
    message: '{address} は管理ポイントのアドレスではありません。',
    remedy: 'https://NAME:PORT を指定してください。このサイト自身の場合は空にします。',
  },
  'boundary-site-unknown': {
    message: 'サイト {siteCode} の場所が指定されていません。',
    remedy: 'その管理ポイントのアドレスを指定してください。省略できるのはこのサイト自身だけです。',
  },
  'directory-unreachable': {
    message: 'ディレクトリ {server} に TLS で接続できません。',
    remedy: '名前、ポート、証明書を確認してください。独自の認証局はファイルで指定します。',
  },
  'directory-refused': {
    message: 'ディレクトリ {server} が要求を拒否しました: {result}',
    remedy: '指定した名前とシークレット、その名前の権限、スキーマを確認してください。',
  },
  'directory-answer-invalid': {
    message: 'ディレクトリ {server} の応答がディレクトリのものではありません。',
    remedy: 'そこで待ち受けているのが LDAP サーバーか確認してください。',
  },
  'directory-address-wrong': {
    message: '{value} はディレクトリのアドレスではありません。',
    remedy:
      'ldaps://dc1.example.org/dc=example,dc=org のように、ldaps://名前/ベース または ldap://名前/ベース を指定してください。',
  },
  'boundary-taken': {
    message: '境界 {name} が同じアドレスを割り当てています。',
    remedy: 'その境界を変更するか、別の範囲を指定してください。',
  },
  'boundaries-too-many': {
    message: '境界がすでに {limit} 個あります。',
    remedy: '隣り合う範囲をまとめてください。',
  },
  'netfw-broken': {
    message: 'netfw.inf の {line} 行目が壊れています: {text}',
    remedy: '各行は HKLM で始まる 1 行です。途中で改行された行をつないでください。',
  },
  'netfw-section-missing': {
    message: 'セクション [{section}] がありません。netfw.inf ではないようです。',
    remedy: '先に展開してください: expand /r フォルダー\\i386\\ip\\netfw.in_',
  },
  'netfw-off-unconfirmed': {
    message: '適用するすべてのマシンでファイアウォールを無効にするには、確認が必要です。',
    remedy: 'プログラムだけを開く（既定）か、--disable-firewall --yes で確認してください。',
  },
  'doctor-found-faults': {
    message: '異常があります: {parts}',
    remedy:
      '最初に示された異常から直してください。各異常の下に対処方法があります。その後、同じコマンドを再度実行してください。',
  },
  'firewall-needs-root': {
    message: 'このマシンのファイアウォールを確認・変更するには管理者権限が必要です。',
    remedy: '同じコマンドを root で実行してください: sudo {command}',
  },
  'firewall-refused': {
    message: 'ファイアウォールがコマンドを受け付けませんでした。何も変更していません: {command}',
    remedy: '詳細の内容を修正し、同じコマンドをもう一度実行してください。',
  },
  'firewall-half': {
    message: 'ファイアウォールがコマンドを受け付けず、それまでの変更も元に戻せませんでした: {command}',
    remedy: '詳細のコマンドを手動で実行するか、tenkai firewall close を実行してください。',
  },
  'firewall-not-open': {
    message: 'ファイアウォールはコマンドを受け付けましたが、次の規則がありません: {rules}',
    remedy: '構成管理など、ファイアウォールを元に戻すプログラムがないか確認してください。',
  },
  'firewall-not-closed': {
    message: 'ファイアウォールはコマンドを受け付けましたが、Tenkai の規則が {count} 個残っています。',
    remedy: '構成管理など、ファイアウォールを元に戻すプログラムがないか確認してください。',
  },
  'firewall-agent-folder-unreadable': {
    message: '現在のコードページでは、エージェントのインストール先フォルダーの名前を読み取れません: {folder}',
    remedy: '--agent-folder PATH でフォルダーを指定してください。',
  },
  'firewall-rules-missing': {
    message: 'サイトに必要な通信が許可されていません: {rules}',
    remedy: '{remedy}',
  },
  'invalid-request': {
    message: '要求の形式が正しくありません。',
    remedy: '詳細に示された項目を修正し、もう一度送信してください。',
  },
  'draft-invalid': {
    message: '{what}を保存できません。{count} 個の項目が規則に合っていません。',
    remedy: '示された項目を修正してください。何も変更されていません。',
  },
  'not-found': {
    message: '{what} {id} が見つかりません。',
    remedy: '識別子を確認してください。削除された可能性があります。',
  },
  'already-exists': {
    message: '{what} {id} はすでに存在します。',
    remedy: '別の名前を指定するか、既存のものを修正してください。',
  },
  'changed-meanwhile': {
    message: '{what} {id} は、その間に別のユーザーによって変更されました。',
    remedy: '読み込み直してから、もう一度変更してください。',
  },
  'in-use': {
    message: '{what} {id} は {by} で使用中です。',
    remedy: '先にその使用をやめてください。',
  },
  'not-signed-in': {
    message: 'サインインまたは有効なトークンが必要です。',
    remedy: 'もう一度サインインするか、期限内の API トークンを使用してください。',
  },
  'certificates-good': {
    message: 'certfix で修復できる証明書を報告したマシンはありません。',
    remedy: '対応は不要です。マシンはインベントリのたびに報告します。ほかの状態には別の対処が必要です。',
  },
  'not-allowed': {
    message: 'このロールでは許可されていません ({permission})。',
    remedy: '必要なロールまたは範囲を管理者に依頼してください。',
  },
  unexpected: {
    message: 'Tenkai の内部で問題が発生しました。',
    remedy: 'サーバーのログで ID {id} を探し、報告してください。',
  },
  'no-such-address': {
    message: '{method} {path} は存在しません。',
    remedy: '/api/v1/openapi.json の API 仕様でアドレスを確認してください。',
  },
  'method-not-allowed': {
    message: '{path} では {method} を使えません。使えるもの: {allowed}',
    remedy: '示されたメソッドを使用してください。',
  },
  'unsupported-media-type': {
    message: 'この要求の本文は {expected} でなければなりません。',
    remedy: 'content-type ヘッダーを設定し、対応する本文を送信してください。',
  },
  'malformed-request': {
    message: '要求を読み取れません。',
    remedy: '正しい HTTP と JSON の本文を送信してください。',
  },
  'body-too-large': {
    message: '要求の本文が、ここで許される大きさを超えています。',
    remedy: '一度に送る量を減らしてください。ファイルはアップロード用のアドレスで送ります。',
  },
  stopping: {
    message: 'サーバーを停止しています。',
    remedy: '1 分後にもう一度試してください。',
  },
  'agent-token-invalid': {
    message: 'エージェントのトークンがないか、改変されているか、期限切れです。',
    remedy: 'エージェントが自動的に取り直します。繰り返す場合は、双方の時計を確認してください。',
  },
  'csrf-missing': {
    message: '要求に、セッションの偽造防止トークンがありません。',
    remedy: 'コンソールを再読み込みしてください。プログラムからは API トークンを使用してください。',
  },
  'too-many-attempts': {
    message: '失敗が多すぎます。{seconds} 秒待ってください。',
    remedy: '待ってから正しいパスワードで試してください。管理者は新しいパスワードを設定できます。',
  },
  'agents-only': {
    message: 'これはエージェント用のアドレスです。',
    remedy: 'ユーザーのセッションまたは API トークンで、/api/v1 以下の API を使用してください。',
  },
  overloaded: {
    message: 'サイトの処理が追いついていません。',
    remedy: 'エージェントは自動的に再接続します。繰り返す場合は、サーバーのプロセッサを増やしてください。',
  },
  'site-process-away': {
    message: 'サイトのプロセスが応答しません。',
    remedy: '再起動中の可能性があります。1 分後に試し、サーバーのログを確認してください。',
  },
  'sign-in-refused': {
    message: 'ユーザー名またはパスワードが正しくないか、ユーザーが無効になっています。',
    remedy: '両方を確認してください。管理者は新しいパスワードの設定や、一度限りのリンクの作成ができます。',
  },
  'link-invalid': {
    message: 'この一度限りのリンクは使用済みか、期限切れか、不完全です。',
    remedy:
      '新しいリンクを依頼してください。最初の管理者の場合は、サーバーを再起動すると新しいリンクが表示されます。',
  },
  'setup-done': {
    message: 'このサイトには、すでに最初の管理者がいます。',
    remedy: 'サインインするか、管理者にユーザーの作成を依頼してください。',
  },
  'last-administrator': {
    message: 'サイト全体の最後の管理者です。',
    remedy: '先に、コレクションの制限のない別の管理者を作成してください。',
  },
  'role-too-high': {
    message: 'トークンにユーザー自身より強い権限は与えられません: {role}',
    remedy: '自分の持つロールを選んでください。',
  },
  'scenario-name-empty': {
    message: 'シナリオ名が必要です。',
    remedy: 'シナリオの目的がわかる名前を付けてください。',
  },
  'variable-twice': {
    message: '変数 {name} が 2 回定義されています。',
    remedy: 'どちらかを削除してください。',
  },
  'scenario-built-in': {
    message: 'シナリオ {id} は Tenkai 標準のもので、変更できません。',
    remedy: '独自のシナリオを作成してください。',
  },
  'machine-not-admitted': {
    message: 'サイトはマシン {id} の報告を受け付けません。削除、拒否、または隔離されています。',
    remedy: 'エージェントは新しいトークンを求め、そこで理由を受け取ります。',
  },
  'too-many-properties': {
    message: '1 台のマシンに付けられるプロパティは {limit} 個までです。',
    remedy: '使われていないプロパティを削除してください。',
  },
  'inventory-digest-mismatch': {
    message: 'インベントリのダイジェストが報告と一致しません。',
    remedy: 'エージェントがインベントリ全体を送り直します。繰り返す場合は、エージェントを更新してください。',
  },
  'machine-has-no-mac': {
    message: 'マシン {id} の MAC アドレスが不明なため、電源を ON にするパケットを送れません。',
    remedy: '電源を ON にする前に、一度インベントリを報告させてください。',
  },
  'ticket-unknown': {
    message: 'この登録チケットは、ここでは知られていません。',
    remedy: 'チケットとサイトのアドレスを確認するか、新しいチケットを作成してください。',
  },
  'ticket-expired': {
    message: '登録チケット {name} は期限切れです。',
    remedy: '新しいチケットを作成するか、チケットなしで登録し、コンソールで承認してください。',
  },
  'ticket-revoked': {
    message: '登録チケット {name} は失効しています。',
    remedy: '新しいチケットを作成するか、チケットなしで登録し、コンソールで承認してください。',
  },
  'ticket-used-up': {
    message: '登録チケット {name} は、許された回数 ({uses} 回) まで使用されました。',
    remedy: '新しいチケットを作成するか、チケットなしで登録し、コンソールで承認してください。',
  },
  'agent-key-invalid': {
    message: 'エージェントの {which} 鍵は P-256 の公開鍵ではありません。',
    remedy: 'エージェントの鍵を削除して起動し直すと、新しい鍵が作られます。',
  },
  'agent-proof-invalid': {
    message: 'エージェントは、署名鍵を持っていることを証明できませんでした。',
    remedy: 'エージェントが自動的にやり直します。繰り返す場合は、鍵を削除して登録し直してください。',
  },
  'agent-key-replaced': {
    message: 'マシン {id} の鍵は更新済みで、これは古い鍵です。',
    remedy:
      'マシンの古い状態か、その複製です。サービスを停止して tenkai-agent cert purge を実行し、別のマシンとして登録してください。',
  },
  'agent-key-known': {
    message: 'エージェントの新しい鍵は、サイトがすでに知っている鍵です。',
    remedy: 'エージェントの identity フォルダーにある next フォルダーを削除し、もう一度更新してください。',
  },
  'challenge-invalid': {
    message: 'チャレンジが改変されているか、期限切れか、応答済みです。',
    remedy: 'エージェントが新しいチャレンジを求めます。繰り返す場合は、サーバーの時計を確認してください。',
  },
  'machine-unknown': {
    message: 'サイトはマシン {id} を知りません。削除された可能性があります。',
    remedy: 'マシンを登録し直してください。',
  },
  'machine-pending': {
    message: 'マシン {id} は承認待ちです。',
    remedy: 'コンソールの「マシンの登録」で承認するか、チケットで登録してください。',
  },
  'machine-refused': {
    message: 'マシン {id} は管理者によって拒否されました。',
    remedy: 'コンソールで承認するか、削除してから登録し直してください。',
  },
  'machine-quarantined': {
    message: 'マシン {id} は隔離されています。同じ鍵が 2 台のマシンで使われました。',
    remedy: '複製側の鍵を削除して別のマシンとして登録し、元のマシンをコンソールで隔離から解除してください。',
  },
  'machine-key-shared': {
    message: 'マシン {id} は隔離されています。2 つのエージェントが同時に同じ鍵を使ったため、一方は複製です。',
    remedy:
      '複製を停止するか、複製側の鍵を削除して別のマシンとして登録し、その後、元のマシンをコンソールで隔離から解除してください。',
  },
  'too-many-pending': {
    message: '承認待ちのマシンが多すぎます ({limit} 台)。',
    remedy: '待っているマシンを承認または拒否するか、チケットで登録してください。',
  },
  'database-busy': {
    message: '現在データベースが混み合っています。変更はありません。',
    remedy: '{seconds} 秒後にもう一度お試しください。続く場合は PostgreSQL の負荷を確認してください。',
  },
  'too-many-requests': {
    message: 'このアドレスからの要求が多すぎます。{seconds} 秒待ってください。',
    remedy: 'お待ちください。エージェントは自動的に待ちます。',
  },
  'site-busy': {
    message: 'サイトは現在これ以上の要求を受け付けません。{seconds} 秒待ってください。',
    remedy: 'お待ちください。エージェントは自動的に待ちます。',
  },
  'query-syntax': {
    message: 'クエリの {position} 文字目を読み取れません。期待: {expected}、実際: {found}',
    remedy: 'その箇所を修正してください。項目と比較演算子の一覧はマニュアルにあります。',
  },
  'query-too-large': {
    message: 'クエリの {what} が {limit} を超えています。',
    remedy: '分割してください。1 つのコレクションの複数の規則は「または」で結ばれます。',
  },
  'collection-cycle': {
    message: 'コレクションが互いに循環して参照しています: {path}',
    remedy: '示された参照のどれかを削除してください。',
  },
  'collection-too-deep': {
    message: 'コレクションの参照が {limit} 段を超えています。',
    remedy: '最後のコレクションを直接参照してください。',
  },
  'collection-missing': {
    message: 'コレクション {by} が、存在しないコレクション {id} を参照しています。',
    remedy: '{by} から参照を外すか、別のコレクションを選んでください。',
  },
  'package-missing': {
    message: 'パッケージ {packageId} は存在しません。',
    remedy: 'パッケージを登録するか、シナリオからステップを外してください。',
  },
  'program-missing': {
    message: 'パッケージ {packageId} にプログラム {program} はありません。',
    remedy: 'パッケージのプログラムから選んでください。',
  },
  'dependency-cycle': {
    message: 'プログラムが互いに循環して前提となっています: {path}',
    remedy: '示された前提のどれかを削除してください。',
  },
  'schedule-instant': {
    message: '「{text}」は日時ではありません。',
    remedy: '2026-04-01T22:00:00+09:00 の形式、または UTC の場合は Z を付けて書いてください。',
  },
  'schedule-time-zone': {
    message: 'タイムゾーン {timeZone} は存在しません。',
    remedy: 'Asia/Tokyo のような IANA 名を選んでください。',
  },
  'schedule-end': {
    message: '開始より前に終了するスケジュールは使えません。',
    remedy: '終了日時を後にするか、指定をやめてください。',
  },
  'schedule-rule': {
    message: '曜日は週ごと、日付は月ごとのスケジュールで使います。このスケジュールの単位は {every} です。',
    remedy: '日の指定を外すか、別の間隔を選んでください。',
  },
  'package-id-empty': {
    message: 'パッケージIDは必ず入力してください。',
    remedy: '半角英数字、「-」、「_」で指定してください。',
  },
  'package-id-characters': {
    message: 'パッケージIDに使えるのは半角英数字、「-」、「_」だけです。「{id}」にはほかの文字があります。',
    remedy: 'ほかの文字を取り除いてください。',
  },
  'option-mandatory': {
    message: 'プログラム「{program}」のオプション {option} は {value} でなければなりません。',
    remedy: '値を元に戻してください。変更が必要な場合は、必須の指定を外して保存してから変更してください。',
  },
  'package-id-fixed': {
    message: 'パッケージIDは変更できません ({id})。',
    remedy: 'IDをそのままにするか、別のパッケージを作成してください。',
  },
  'too-many-bytes': {
    message: 'UTF-8 で {limit} バイト以内で入力してください (現在 {bytes} バイト)。',
    remedy: '短くしてください。ASCII 以外の文字は 2～4 バイトになります。',
  },
  'release-date': {
    message: 'リリース日付は実在する日付を YYYY/MM/DD の形式で入力してください (「{date}」)。',
    remedy: '提案された日付を使用してください。',
  },
  'required-for-service-pack': {
    message: 'サービスパックには、メジャーバージョンとマイナーバージョンが必要です。',
    remedy: '両方を入力してください。0 も有効な値です。',
  },
  'program-name-twice': {
    message: '1 つのパッケージに「{name}」という名前のプログラムを 2 つ作ることはできません。',
    remedy: 'どちらかの名前を変えてください。',
  },
  'program-empty': {
    message: 'プログラム「{name}」に実行ファイルもコマンドラインもありません。',
    remedy: 'パッケージのファイルを選ぶか、コマンドラインを入力してください。',
  },
  'program-needs-itself': {
    message: 'プログラム「{name}」が自分自身を前提としています。',
    remedy: '前提を削除してください。',
  },
  'program-executable-outside': {
    message: '実行ファイル「{executable}」は、追加されたフォルダの中にありません。',
    remedy: '追加したフォルダの中のファイルを「フォルダ/ファイル」の形式で選んでください。',
  },
  'program-executable-ambiguous': {
    message: '「{executable}」に一致するファイルがパッケージ内に {count} 個あります。',
    remedy: '1 個のファイルだけに一致するパターンを指定してください。',
  },
  'exit-code-twice': {
    message: '終了コード {exitCode} を成功と再起動の両方に指定することはできません。',
    remedy: 'どちらか一方に指定してください。',
  },
  'detection-required': {
    message: 'インストール後に存在を確かめる検証規則が必要です。',
    remedy:
      'ファイル、パッケージ名、スクリプトのいずれかを追加してください。タイプ「ツール」だけは省略できます。',
  },
  'registry-key-without-hive': {
    message: 'レジストリキー「{key}」がハイブ名で始まっていません。',
    remedy: 'HKEY_LOCAL_MACHINE（短縮形 HKLM）と円記号で始めてください。',
  },
  'registry-name-missing': {
    message: 'レジストリキー {key} のデータを問う条件に、値の名前がありません。',
    remedy: '値の名前を指定するか、キーの存在だけを条件にしてください。',
  },
  'registry-not-comparable': {
    message:
      'レジストリの値を「{operator} {data}」で比較することはできません。数値でもバージョンでもないか、種類に合っていません。',
    remedy: '整数（16、0x10）、または数字とドットのバージョンを指定するか、「等しい」で比較してください。',
  },
  'detection-version-incomplete': {
    message: '検証規則の比較とバージョンは、両方を指定するか、両方を省略してください。',
    remedy: '規則を完成させてください。',
  },
  'detection-path-relative': {
    message: '検証規則のパス「{path}」は絶対パスではありません。',
    remedy: '「/」またはドライブから始めてください。',
  },
  'target-twice': {
    message: '同じ OS、言語、アーキテクチャの組み合わせが 2 回指定されています ({target})。',
    remedy: 'どちらかを削除してください。',
  },
  'condition-too-large': {
    message: '条件は {leaves} 個まで、入れ子は {depth} 段までです。',
    remedy: '条件を簡単にしてください。',
  },
  'text-unprintable': {
    message: '制御文字、または壊れた Unicode 文字が含まれています。',
    remedy: '入力し直してください。別の場所から貼り付けた可能性があります。',
  },
  'path-not-ascii': {
    message:
      'パス「{path}」に 2 バイト文字が含まれています ({count} 件)。インストーラーによっては失敗することがあります。',
    remedy:
      'インストーラーが対応していると確認できない場合は、フォルダまたはファイルの名前を変えてください。',
  },
  'urgency-automatic': {
    message: '緊急度「{urgency}」のパッケージは、自動更新でも配信されます。',
    remedy: 'シナリオだけで配信する場合は「一般」または「低」を選択してください。',
  },
  'service-pack-without-prerequisite': {
    message:
      'レベル {level} のサービスパックには通常、以前のサービスパックが必要です。指定がないため、適用されていないマシンにも試みます。',
    remedy: '依存情報、対象のサービスパック、または必要なパッケージを指定してください。',
  },
  'relation-to-itself': {
    message: 'パッケージ自身を前提または置き換え対象にすることはできません。',
    remedy: '一覧からこのパッケージの ID を外してください。',
  },
  'package-relation-cycle': {
    message: 'パッケージの関係 ({relation}) が循環しています: {path}',
    remedy: '経路にある関係のいずれかを外してください。',
  },
  'archive-beside-contents': {
    message:
      '圧縮ファイル「{archive}」({archiveBytes}) と、それを展開したと思われるファイル ({besideBytes}) が一緒にあります。同じ内容を 2 回送ることになります。',
    remedy: '圧縮ファイルをフォルダから除くか、圧縮ファイルだけを登録してください。',
  },
  'no-restart-switch-missing': {
    message:
      'プログラム「{program}」に {switch} がありません。インストーラーがマシンを再起動することがあります。',
    remedy: 'セットアップパラメータに {switch} を追加してください。',
  },
  'quiet-switch-choice': {
    message: 'プログラム「{program}」には {choices} のどれか 1 つだけを指定してください。',
    remedy:
      'どちらもない場合、インストーラーはユーザーの操作を待ちます。両方ある場合の動作は定まっていません。',
  },
  'release-date-corrected': {
    message: 'リリース日付「{given}」を {stored} に修正しました。',
    remedy: '意図した日付かどうか確認してください。',
  },
  'schedule-wrong': {
    message: 'このスケジュールは使えません ({problem})。',
    remedy: 'スケジュールの時刻、タイムゾーン、または日の指定を修正してください。',
  },
  'schedule-in-the-past': {
    message: 'スケジュールに、これから実行する時刻が残っていません。',
    remedy: '後の日時を選ぶか、すぐに実行してください。',
  },
  'scenario-not-ready': {
    message: 'シナリオ {name} は今は展開できません ({problem})。',
    remedy: '詳細に示されたステップを直してから、もう一度展開してください。',
  },
  'power-off-before-run': {
    message: '配信後すぐに実行する場合、配信と実行の間に電源をOFFにすることはできません。',
    remedy: '次回起動時に実行するか、更新の後に電源をOFFにしてください。',
  },
  'deployment-ended': {
    message: '展開 {id} は中止されています。',
    remedy: '新しい展開を作成してください。',
  },
  'deployment-of-updates': {
    message: '展開 {name} は自動更新のものです。',
    remedy:
      'パッケージをすべてのマシンで止めるには、自動更新で保留にしてください。それでも展開を中止すると、まだ終わっていないマシンではそのパッケージが保留になり、メンテナンス期間を待っている再起動は行われません。後から加わるマシンには別の展開が作られます。',
  },
  'group-empty': {
    message: '展開 {id} には、待ち合わせ中のマシンがありません。',
    remedy: '各マシンが何を待っているかは、展開の実行状況で確認してください。',
  },
  'multicast-range-wrong': {
    message: 'マルチキャスト配信に {first} から {last} までのアドレスは使えません。',
    remedy:
      '224.0.1.0 から 239.255.255.255 までの範囲で、小さい方を先にして 65,536 個以内で指定してください。',
  },
  'delivery-address-wrong': {
    message: '{address} はマルチキャストのアドレスではありません。',
    remedy:
      '224.0.1.0 から 239.255.255.255 までの IPv4 アドレス (例: 239.255.1.1) を指定するか、空欄にしてください。',
  },
  'point-url': {
    message:
      '「{url}」は Web サーバーのアドレスではありません。http:// または https:// で始まり、ユーザー名、クエリ、フラグメントを含まないものが必要です。',
    remedy: 'エージェントが objects/ と manifests/ を取得するアドレスを指定してください。',
  },
  'point-folder': {
    message: 'フォルダ {folder} にコンテンツを置けません: {reason}',
    remedy: 'サーバー上に、データフォルダの外のフォルダを作成し、サーバーが書き込めるようにしてください。',
  },
  'point-file-view': {
    message: '通常のファイルを置けるのは、サーバーがフォルダに書き込む場合だけです。',
    remedy: 'フォルダを指定するか、通常のファイルの設定を外してください。',
  },
  'point-built-in': {
    message: 'サイト自体のアドレス、フォルダ、通常のファイルの設定は変更できません。',
    remedy: '変更できるのは、名前、順序、使用するかどうかだけです。',
  },
  'point-unknown': {
    message: '配布ポイント {id} は存在しません。',
    remedy: '一覧を確認してください。削除された可能性があります。',
  },
  'upload-corrupt': {
    message: '届いたデータが {sha256} のものと一致しません。',
    remedy: 'ディスクから読み直し、その部分をもう一度送ってください。',
  },
  'range-outside': {
    message: '要求された範囲がファイルの外にあります。',
    remedy: '先に大きさを確認してください。',
  },
  'collection-built-in': {
    message: 'コレクション {name} はサイト標準のもので、変更できません。',
    remedy: '独自のコレクションを作成し、必要ならこのコレクションで制限してください。',
  },
  'window-invalid': {
    message: 'メンテナンス期間 {name} は使えません: {problem}',
    remedy: 'その期間のスケジュールを修正してください。',
  },
  'content-manifest-invalid': {
    message: 'コンテンツのマニフェストの形式が正しくありません。',
    remedy:
      'このバージョンの Tenkai でパッケージを作り直してください。変更されたマニフェストは使用されません。',
  },
  'content-manifest-mismatch': {
    message: 'コンテンツのマニフェストが、要求したもの ({contentId}) ではありません。',
    remedy: '配布ポイントのマニフェストをサイトのものと比べ、配置し直してください。',
  },
  'content-path-empty': {
    message: 'コンテンツのパスが空か、空の部分があります。',
    remedy: '重複した、または先頭や末尾の「/」を取り除いてください。',
  },
  'content-path-absolute': {
    message: 'パス {path} は絶対パスです。',
    remedy: 'パッケージからの相対パスを使用してください。',
  },
  'content-path-traversal': {
    message: 'パス {path} はフォルダの外に出ます。',
    remedy: '「.」と「..」を取り除いてください。',
  },
  'content-path-drive': {
    message: 'パス {path} にドライブ名があります。',
    remedy: 'パッケージからの相対パスを使用してください。',
  },
  'content-path-backslash': {
    message: 'パス {path} に「\\」が含まれています。',
    remedy: 'フォルダは「/」で区切ってください。',
  },
  'content-path-character': {
    message: 'パス {path} に、システムによっては使えない文字が含まれています。',
    remedy: '制御文字と < > : " | ? * を使わない名前に変えるか、圧縮ファイルに入れてください。',
  },
  'content-path-reserved': {
    message: 'パス {path} に、Windows の予約名が使われています。',
    remedy: 'CON、PRN、AUX、NUL、COM1、LPT1 などの名前を変えるか、圧縮ファイルに入れてください。',
  },
  'content-path-ending': {
    message: 'パス {path} の一部が、Windows では失われる「.」または空白で終わっています。',
    remedy: 'フォルダまたはファイルの名前を変えてください。',
  },
  'content-path-too-long': {
    message: 'パス {path} が {limitBytes} を超えています。',
    remedy: 'フォルダまたはファイルの名前を短くしてください。',
  },
  'content-path-not-normal': {
    message: 'パス {path} が Unicode 正規化形式 C ではありません。',
    remedy: 'マニフェストは Tenkai で作成してください。名前を正規化します。',
  },
  'content-path-not-unicode': {
    message: '名前 {path} は正しい Unicode ではありません。',
    remedy: 'ファイル名を変えてください。古い文字コードの名前です。',
  },
  'content-path-duplicate': {
    message: 'パス {path} と {other} は、Windows では同じものになります。',
    remedy: 'どちらかの名前を変えてください。大文字と小文字以外の違いが必要です。',
  },
  'content-symlink': {
    message: '{path} はシンボリックリンクまたはジャンクションです。',
    remedy: 'リンクを、指している実際のファイルに置き換えてください。',
  },
  'content-special-file': {
    message: '{path} はファイルでもフォルダでもありません。',
    remedy: 'デバイス、ソケット、パイプをフォルダから取り除いてください。',
  },
  'content-folder-missing': {
    message: 'フォルダ {path} はありません。',
    remedy: 'パスを確認し、ファイルではなくフォルダを指定してください。',
  },
  'content-empty': {
    message: '指定されたフォルダにファイルがありません。',
    remedy: 'パッケージのファイルが入ったフォルダを追加してください。',
  },
  'content-changed': {
    message: '{path} が、読み込み中に変更されました。',
    remedy: '書き込んでいるプログラムを止めてから、やり直してください。',
  },
  'content-too-many-files': {
    message: 'コンテンツのファイルが {limit} 個を超えています。',
    remedy: '小さなファイルを、インストーラーが展開する圧縮ファイルにまとめてください。',
  },
  'content-too-large': {
    message: 'コンテンツが {limitBytes} を超えています。',
    remedy: 'パッケージを分けるか、上限を上げてください。',
  },
  'content-chunk-corrupt': {
    message: '{source} から届いた {path} の部分 {chunk} が、マニフェストと一致しません。',
    remedy: 'その配布ポイントで検証を行ってください。破損した部分は修復されます。',
  },
  'content-chunk-missing': {
    message: 'コンテンツの部分 {sha256} がありません。',
    remedy: 'コンテンツをこの配布ポイントに配置し直してください。',
  },
  'content-unreachable': {
    message: '{sources} か所のどこからも {what} を取得できませんでした。',
    remedy: '配布ポイントとネットワークを確認してください。取得は中断した所から続きます。',
  },
  'content-refused': {
    message: '{source} は {what} を拒否しました (状態 {status})。',
    remedy: '配布ポイントのアクセス権と、マシンのトークンを確認してください。',
  },
  'content-target-exists': {
    message: 'フォルダ {path} はすでに存在します。',
    remedy: '別の場所を選ぶか、フォルダを削除してください。',
  },
  'content-in-use': {
    message: 'コンテンツ {contentId} は {owners} が使用しています。',
    remedy: '使用している実行が終わるまで待ってください。',
  },
  'multicast-no-group': {
    message: 'このマシンは、アドレス {address} ではマルチキャストグループ {group} に参加できません。',
    remedy:
      'アドレス、マルチキャストの経路、他のプログラムが使うポートを確認してください。その間はユニキャストで配信されます。',
  },
  'multicast-address-invalid': {
    message: '{address} は配信に使えるマルチキャストアドレスではありません。',
    remedy:
      '239.0.0.0 から 239.255.255.255 までのアドレスを指定するか、空欄にしてください。空欄なら自動で選ばれます。',
  },
  'multicast-address-used': {
    message: '実行中の配信が {address}、またはネットワークカードが区別できないアドレスを使っています。',
    remedy: '空欄にすると空いているアドレスが選ばれます。または、その配信が終わるまで待ってください。',
  },
  'multicast-pool-empty': {
    message: '{sessions} 件のマルチキャスト配信のアドレスとポートがすべて使用中です。',
    remedy: '配信が終わるまで待つか、サイトの設定で範囲を広げてください。',
  },
  'content-cache-full': {
    message:
      'コンテンツには {neededBytes} が必要ですが、キャッシュの上限は {limitBytes} で、{pinnedBytes} が使用中です。',
    remedy: 'このマシンのコンテンツキャッシュの大きさを増やしてください。',
  },
  'content-upload-rejected': {
    message: 'アップロードしたコンテンツ {contentId} に対し、サーバーは {answered} と応答しました。',
    remedy: 'クライアントとサーバーのバージョンが異なります。両方を更新してください。',
  },
  'disk-full': {
    message: '{path} のディスクの空きは {freeBytes} ですが、{neededBytes} が必要です。',
    remedy: 'このマシンのディスクを空けてください。処理は中断した所から続きます。',
  },
  'archive-unknown': {
    message: '{path} は展開できる圧縮ファイルではありません。',
    remedy: '.zip、.tar、.tar.gz、.tar.zst のいずれかを使用してください。',
  },
  'archive-broken': {
    message: '圧縮ファイル {path} は破損しています。',
    remedy: '作り直すか、コピーし直してください。',
  },
  'archive-encrypted': {
    message: '圧縮ファイル {path} は暗号化されています。',
    remedy: 'パスワードなしで作成してください。',
  },
  'archive-bomb': {
    message: '圧縮ファイル {path} を展開すると、大きさに比べて極端に大きくなります。',
    remedy: '信頼できる場合は、自分で展開してフォルダを登録してください。',
  },
  'site-address-invalid': {
    message: '{url} はサイトのアドレスではありません。',
    remedy: 'https://tenkai.example:8443 のようなアドレスを指定してください。',
  },
  'site-root-mismatch': {
    message: 'サイト {url} のルートキーは {actual} で、信頼された {expected} と異なります。',
    remedy:
      'コンソールのルートキーと比べてください。異なる場合は、別のサイトです。コンピューターが別のサイトのキーを持っている場合は、tenkai-agent trust purge の後、新しいフィンガープリントで登録し直してください。',
  },
  'core-unreachable': {
    message: 'ゲートウェイからサイトサーバー本体に接続できません。',
    remedy: '自動的に再試行します。続く場合は、サーバーのログを確認してください。',
  },
  'site-unreachable': {
    message: 'サイトに接続できません。',
    remedy: 'ネットワークと、サイトが動作しているかを確認してください。自動的に再試行します。',
  },
  'site-certificate-time': {
    message: 'マシンの時刻 {time} では、{url} の証明書が有効ではありません。',
    remedy:
      'まずマシンの時計を確認してください: timedatectl (Windows では w32tm /query /status)。時刻が正しくなれば、エージェントは自動的に再開します。時計が正しい場合は、サイトの証明書を更新する必要があります。',
  },
  'name-unresolved': {
    message: 'マシンが名前 {host} を解決できません。',
    remedy: 'マシンやイメージに設定した名前と、マシンの DNS を確認してください。',
  },
  'site-answer-invalid': {
    message: 'サイト {url} の応答を、このエージェントは理解できません。',
    remedy: 'エージェントとサイトのバージョンを比べてください。',
  },
  'site-signature-invalid': {
    message: 'サイトの署名が正しくありません。',
    remedy: '何も実行していません。通信が改変されているか、サイトが作り直された可能性があります。',
  },
  'enrollment-refused': {
    message: 'サイトはこのマシンを受け入れません ({status})。',
    remedy: 'コンソールでマシンを確認し、承認するか、新しいチケットで登録し直してください。',
  },
  'console-defect': {
    message: 'コンソール自体で問題が発生しました。',
    remedy: 'ページを再読み込みし、Tenkai の不具合として報告してください。',
  },
  'not-a-tenkai-answer': {
    message: 'サーバーの応答が Tenkai のものではありません。',
    remedy: 'アドレスと、間にプロキシがないかを確認してください。',
  },
  'name-empty': { message: '名前を入力してください。', remedy: '名前を入力してください。' },
};
