import type { pushFailures as en } from '../en/push-failures.ts';
import type { Localized } from '../localized.ts';

/** プッシュ インストールの拒否と失敗の文。 */
export const pushFailures: Localized<typeof en> = {
  'push-host-invalid': {
    message: '「{host}」はマシンの名前でもアドレスでもありません。',
    remedy: 'ホスト、ホスト:ポート、ユーザー@ホスト、または [IPv6アドレス]:ポート の形で入力してください。',
  },
  'push-host-twice': {
    message: '「{host}」が一覧に重複しています。',
    remedy: 'どちらか一方を取り除いてください。',
  },
  'push-hosts-none': {
    message: 'マシンが指定されていません。',
    remedy: '1 台以上指定してください。',
  },
  'push-hosts-too-many': {
    message: '一覧のマシンが {most} 台を超えています。',
    remedy: '複数のプッシュに分けてください。',
  },
  'push-user-invalid': {
    message: '「{user}」はユーザー名として使えません。',
    remedy: '英数字と「_」「-」「.」で入力してください。',
  },
  'push-property-own': {
    message: '{name} はプッシュが自動で渡します。',
    remedy: '取り除いてください。マシンごとのチケットとこのサイトのルート鍵は自動で渡されます。',
  },
  'push-property-hold': {
    message: '{name} はマシンをサイトから遠ざけます。プッシュはマシンをサイトに登録するためのものです。',
    remedy: '取り除いてください。保留はインストール時か tenkai-agent assign --hold で行えます。',
  },
  'push-site-key-missing': {
    message: 'サイトにプッシュ用の鍵がありません。',
    remedy:
      '鍵を作成し、公開鍵を対象マシンの authorized_keys に登録するか、パスワードまたは秘密鍵を入力してください。',
  },
  'push-site-keys-enough': {
    message: 'サイトのプッシュ用の鍵はすでに 2 つあります。',
    remedy: 'どのマシンでも使わなくなった鍵を削除してください。',
  },
  'push-key-unreadable': {
    message: '秘密鍵を読み取れません。',
    remedy:
      'ssh-keygen が書き出したファイル全体を入力してください。パスフレーズがある場合は、それも入力してください。',
  },
  'push-secret-needed': {
    message: 'このプッシュのパスワードまたは鍵は、すでに保持されていません。',
    remedy: 'もう一度入力してください。',
  },
  'push-host-keys-other': {
    message: '{host} は、このフィンガープリントの確認を待っていません。',
    remedy: 'プッシュを読み込み直し、現在表示されている内容を確認してください。',
  },
  'push-act-impossible': {
    message: '指定したマシンの中に、この操作ができる状態のものがありません。',
    remedy: 'プッシュを読み込み直してください。',
  },
  'push-unreachable': {
    message: 'マシンが SSH に応答しません。',
    remedy:
      '電源が入っているか、このポートで sshd が動いているか、途中にファイアウォールがないかを確認して、再試行してください。',
  },
  'push-host-key-wrong': {
    message: 'マシンが、確認済みのものとは異なるホスト鍵を提示しました。マシンには何も送信していません。',
    remedy:
      '両方のフィンガープリントをマシン本体のものと照合してください。OS を入れ直したことが確かであれば、確認済みの鍵を破棄して再試行してください。',
  },
  'push-host-key-unconfirmed': {
    message: 'このマシンのホスト鍵は、まだ誰も確認していません。',
    remedy: 'フィンガープリントをマシン本体のものと照合し、承認してから再試行してください。',
  },
  'push-host-key-refused': {
    message: '提示されたホスト鍵は、このマシンのものではないと判断されました。',
    remedy: 'このアドレスで応答しているのが何かを調べてから、再試行してください。',
  },
  'push-sign-in-refused': {
    message: 'マシンが、このユーザーと鍵またはパスワードでのサインインを拒否しました。',
    remedy:
      'ユーザー名を確認し、公開鍵を authorized_keys に登録するか、正しいパスワードを入力して、再試行してください。',
  },
  'push-rights-missing': {
    message: 'このユーザーには、マシンにパッケージをインストールする権限がありません。',
    remedy:
      'root でサインインするか、パスワードなしで sudo を使えるようにするか、sudo のパスワードを入力してください。',
  },
  'push-system-unknown': {
    message: 'このマシンの OS は、.deb にも .rpm にも対応していません。',
    remedy: 'このマシンには、エージェントを手動でインストールしてください。',
  },
  'push-package-missing': {
    message: 'この OS とアーキテクチャ用のエージェント パッケージがありません。',
    remedy:
      'このバージョンのパッケージをサーバーのエージェント用フォルダー (TENKAI_AGENTS) に置いて、再試行してください。',
  },
  'push-package-damaged': {
    message: 'パッケージが完全な形で届きませんでした。',
    remedy: 'マシンの /var/tmp の空き容量と回線を確認して、再試行してください。',
  },
  'push-package-manager-busy': {
    message: 'マシンで別のインストールが実行中です。',
    remedy: '終わるのを待ってから再試行してください。',
  },
  'push-install-failed': {
    message: 'マシンのパッケージ マネージャーが失敗しました。',
    remedy: '出力を読み、原因を取り除いてから再試行してください。',
  },
  'push-assigned-elsewhere': {
    message: 'このマシンのエージェントは、別のサイトに属しています。',
    remedy: 'マシン側でエージェントをデータごと削除するか、このサイトに割り当て直してください。',
  },
  'push-not-enrolled': {
    message: 'エージェントはインストールされましたが、時間内に登録されませんでした。',
    remedy:
      'マシンで「tenkai-agent doctor」を実行し、サイトのアドレスに到達できるかを確認してください。エージェントは登録を試み続けます。',
  },
  'push-interrupted': {
    message:
      'サーバーが再起動しました。このプッシュのために入力されたパスワードまたは鍵は、どこにも保存していないため失われました。',
    remedy: 'もう一度入力して再試行してください。',
  },
  'push-broken': {
    message: 'このマシンへのプッシュは、サーバー内部のエラーで失敗しました。',
    remedy: 'サーバーのログを確認してから、再試行してください。',
  },
  'push-program-missing': {
    message: 'プッシュを実行するコンピューターに OpenSSH のプログラムがありません。',
    remedy:
      'OpenSSH クライアント (ssh、ssh-keyscan、ssh-keygen、ssh-agent) をインストールしてから、再試行してください。',
  },
};
