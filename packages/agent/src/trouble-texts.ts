import { fill } from './self-service/texts.ts';
import type { Trouble } from './trouble-text.ts';

const ticket = '新しいチケットを作成するか、チケットなしで登録し、コンソールで承認してください。';

/** What may stand in the way to a site, with its way out, in Japanese; the English ones come with the refusal. */
export const troubleTexts: Readonly<Record<string, string>> = {
  'agent-failed': 'エージェントで問題が発生しました。データ フォルダーの log/agent.log を確認してください。',
  'agent-not-running':
    'このマシンでエージェントのサービスが動作していません。起動してください: systemctl start tenkai-agent (Windows では sc.exe start TenkaiAgent)。',
  'agent-not-configured':
    'エージェントにサイトが設定されていません。tenkai-agent enroll --server URL --root-fingerprint HEX --ticket-file FILE を実行してください。',
  'agent-settings-invalid': '設定ファイル {file} を使用できません。ファイルの内容を修正してください。',
  'assignment-none':
    'このマシンのサイトが見つかりません。tenkai-agent assign --explain で理由を確認してください。',
  'directory-file-unreadable':
    'ファイル {file} を読み取れません。LDAPSECRET= と LDAPCA= の値と、ファイルの権限を確認してください。',
  'site-address-invalid':
    '{url} はサイトのアドレスではありません。https://tenkai.example:8443 のように指定してください。',
  'site-root-mismatch':
    'サイト {url} のルート鍵は {actual} で、固定された {expected} と異なります。コンソールのフィンガープリントと比べてください。異なる場合は別のサイトです。以前のサイトの鍵が残っている場合は、tenkai-agent trust purge の後、新しいフィンガープリントで登録し直してください。',
  'site-unreachable':
    'サイト {url} に接続できません。アドレス、ネットワーク、サイトの動作を確認してください。エージェントは自動的に再試行します。',
  'site-certificate-time':
    'このマシンの時刻 {time} では、{url} の証明書が有効ではありません。まずマシンの時計を確認してください: timedatectl (Windows では w32tm /query /status)。時刻が正しくなれば、エージェントは自動的に再開します。時計が正しい場合は、サイトの証明書を更新してください。',
  'name-unresolved':
    'このマシンは名前 {host} を解決できません。マシンやイメージに設定した名前と DNS を確認してください: tenkai-agent assign --explain。',
  'site-answer-invalid':
    'サイト {url} の応答を理解できません。エージェントとサイトのバージョンを比べてください。',
  'site-signature-invalid':
    'サイトの署名が正しくありません。何も実行していません。通信の改変か、サイトの再作成がないか確認してください。',
  'enrollment-refused':
    'サイトはこのマシンを受け入れません ({status})。コンソールで承認するか、新しいチケットで登録し直してください。',
  'ticket-missing':
    '{file} に登録チケットがありません。コンソールでチケットを作成し、そのファイルに入れてください。',
  'ticket-unknown':
    '登録チケットがサイトに登録されていません。チケットとサイトのアドレスを確認してください。',
  'ticket-expired': `登録チケット {name} は期限切れです。${ticket}`,
  'ticket-revoked': `登録チケット {name} は失効しています。${ticket}`,
  'ticket-used-up': `登録チケット {name} は使用回数の上限 ({uses} 回) に達しています。${ticket}`,
  'secret-file-open': 'ファイル {file} を他のユーザーが読み取れます。権限を外してください: chmod 600 {file}',
  'identity-key-broken':
    '{file} にあるこのマシンの鍵が破損しています。バックアップから戻すか、サービスを停止して tenkai-agent cert purge を実行し、登録し直してください。',
  'identity-key-foreign':
    '{file} の鍵は別の Windows で保護されたものです。ディスクを複製した場合は、サービスを停止して tenkai-agent cert purge を実行し、登録し直してください。',
  'agent-key-invalid':
    'エージェントの {which} 鍵を使用できません。サービスを停止して tenkai-agent cert purge を実行し、起動し直すと新しい鍵が作成されます。',
  'agent-key-known':
    'エージェントの新しい鍵は、サイトがすでに知っている鍵です。identity フォルダーにある next フォルダーを削除し、もう一度更新してください。',
  'agent-key-replaced':
    'このマシンの鍵は更新済みで、これは古い鍵です。古い状態に戻したマシンか複製です。サービスを停止して tenkai-agent cert purge を実行し、別のマシンとして登録してください。',
  'agent-proof-invalid':
    '署名鍵を持っていることを証明できませんでした。エージェントは自動的に再試行します。繰り返す場合は、鍵を削除して登録し直してください。',
  'agent-token-invalid':
    'エージェントのトークンが無効です。エージェントが自動的に取り直します。繰り返す場合は、このマシンとサイトの時計を確認してください。',
  'challenge-invalid':
    'サイトとの認証に失敗しました。エージェントは自動的に再試行します。繰り返す場合は、サーバーの時計を確認してください。',
  'machine-unknown': 'サイトはこのマシンを知りません。削除された可能性があります。登録し直してください。',
  'machine-pending':
    'このマシンは管理者の承認を待っています。コンソールで承認するか、チケットで登録してください。',
  'machine-refused':
    'このマシンは管理者に拒否されました。コンソールで承認するか、コンソールから削除して登録し直してください。',
  'machine-quarantined':
    'このマシンは隔離されています。同じ鍵が 2 台のマシンで使われました。複製側の鍵を削除して別のマシンとして登録し (サービスを停止して tenkai-agent cert purge)、元のマシンをコンソールで隔離から解除してください。',
  'machine-key-shared':
    'このマシンは隔離されています。2 つのエージェントが同時に同じ鍵を使ったため、一方は複製です。複製を停止するか、複製側の鍵を削除して別のマシンとして登録し (サービスを停止して tenkai-agent cert purge)、元のマシンをコンソールで隔離から解除してください。',
  'too-many-pending':
    '承認待ちのマシンが多すぎます ({limit} 台)。待っているマシンを承認または拒否するか、チケットで登録してください。',
  'too-many-requests': 'サイトへの要求が多すぎます。エージェントは {seconds} 秒待って自動的に再試行します。',
  'not-a-tenkai-answer':
    'サーバーの応答が Tenkai のものではありません。アドレスと、間にプロキシがないかを確認してください。',
};

/** For a terminal of Japanese; what has no text there is told as it came. */
export function troubleInJapanese({ trouble, troubleCode, troubleParams }: Trouble): string {
  const known = troubleCode !== null && Object.hasOwn(troubleTexts, troubleCode);
  return known ? fill(troubleTexts[troubleCode] ?? '', troubleParams) : trouble;
}
