import type { masterFailures as en } from '../en/master-failures.ts';
import type { Localized } from '../localized.ts';

export const masterFailures: Localized<typeof en> = {
  'master-step-skipped': {
    message: '手順 {wanted} は、手順 {next} より先に実行できません。',
    remedy: 'tenkai-agent master prepare を実行してください。',
  },
  'master-prepared-before': {
    message: 'このマシンは以前に準備され、その後に使用されています。',
    remedy: '取り込みをやり直す場合: tenkai-agent master prepare --re-capture',
  },
  'master-never-prepared': {
    message: 'このマシンは、ここで準備したイメージから作られたものではありません。',
    remedy: '--re-capture を付けずに実行してください。',
  },
  'master-online': {
    message:
      'このマシンはネットワークに接続され、エージェントが通信できます。準備中にサイトへ登録されるおそれがあります。',
    remedy:
      'ネットワークを切り離すか、エージェントを停止し、自動起動も止めてください: systemctl disable --now tenkai-agent（Windows では sc.exe config TenkaiAgent start= demand の後に sc.exe stop TenkaiAgent）',
  },
  'master-assigned': {
    message: 'このマシンはサイト {site} に属しています。イメージも同じサイトに属することになります。',
    remedy: 'サイトから外す場合: tenkai-agent master prepare --unassign',
  },
  'master-site-values-missing': {
    message: 'プロファイル {profile} のマシンは、自分でサイトを見つけられません。',
    remedy: '--locator 名前 または --dns-suffix サフィックス のどちらか一方を指定してください。',
  },
  'master-site-value-malformed': {
    message: '{value} は完全修飾名ではありません。',
    remedy: '展開先のマシンが名前解決できる、mp1.example.org のような名前を指定してください。',
  },
  'master-needs-root': {
    message: '取り込みの準備には管理者の権限が必要です。',
    remedy: '同じコマンドを root で、Windows では管理者のコマンド プロンプトで実行してください。',
  },
  'master-linux-only': {
    message: '{what} は Linux 専用です。',
    remedy:
      'Windows マシン上で tenkai-agent master prepare を実行してください。保護機能は Windows に組み込まれています。',
  },
  'master-image-not-found': {
    message: '{folder} にはインストール済みのシステムがありません。',
    remedy: 'イメージのルート ファイル システムをマウントしたフォルダーを --root で指定してください。',
  },
  'master-step-failed': {
    message: '手順 {step} を実行しましたが、まだ残っています: {findings}',
    remedy: '詳細に従って修正し、同じコマンドをもう一度実行してください。この手順から再開します。',
  },
  'master-audit-failed': {
    message: 'このマシンは取り込めません。問題が {count} 件あります。',
    remedy: 'tenkai-agent master prepare をもう一度実行してください。手順 {step} から始まります。',
  },
  'master-key-unusable': {
    message: '{file} に PEM 形式の P-256 の {what} 鍵がありません。',
    remedy: '作成方法: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out audit.key',
  },
  'master-manifest-invalid': {
    message: '{file} は、その鍵で署名されたこのイメージの監査結果ではありません: {reason}。',
    remedy: 'イメージを展開しないでください。もう一度監査し、署名してください。',
  },
  'master-manifest-findings': {
    message: 'このイメージの監査には {count} 件の指摘があります。',
    remedy: '参照コンピューターを準備し直すか、--accept-findings を付けてください。',
  },
  'master-definitions-missing': {
    message: '準備が完了していません。定義がありません: {kinds}',
    remedy:
      'tenkai-agent master definitions ファイル... で取り込み、同じコマンドをもう一度実行してください。',
  },
  'master-definitions-invalid': {
    message: '{file} は、取り込める定義パッケージではありません。',
    remedy: 'ファイルを入手し直してください。問題点は詳細にあります。',
  },
};
