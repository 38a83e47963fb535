import type { Diagnosis, DiagnosisPart, Finding } from './diagnosis.ts';

export type DiagnosisLanguage = 'en' | 'ja';
type Both = Readonly<Record<DiagnosisLanguage, string>>;

/** What was found, and what to do about it. `{name}` is replaced by the parameter of that name. */
interface Sentence {
  readonly message: Both;
  readonly remedy: Both;
}

const none: Both = { en: '', ja: '' };

export const diagnosisTexts: Readonly<Record<string, Sentence>> = {
  'doctor-not-reached': {
    message: {
      en: 'not looked at: put right what is named first',
      ja: '未確認 (先に上の問題を解決してください)',
    },
    remedy: none,
  },
  'doctor-unassigned': {
    message: { en: 'This machine belongs to no site.', ja: 'このマシンはサイトに割り当てられていません。' },
    remedy: {
      en: 'Run: tenkai-agent assign --explain, or tenkai-agent enroll --server URL --root-fingerprint HEX',
      ja: 'tenkai-agent assign --explain、または tenkai-agent enroll --server URL --root-fingerprint HEX を実行してください。',
    },
  },
  'doctor-agent-stopped': {
    message: { en: 'The agent service is not running here.', ja: 'エージェントサービスが動作していません。' },
    remedy: {
      en: 'Start it: systemctl start tenkai-agent (Windows: sc start TenkaiAgent). Its log tells why it ended.',
      ja: 'systemctl start tenkai-agent (Windows では sc start TenkaiAgent) で起動してください。停止した理由はログにあります。',
    },
  },
  'doctor-agent-silent': {
    message: {
      en: 'The host {address} answers, but its agent has no connection with the site.',
      ja: 'ホスト {address} は応答しますが、エージェントがサイトに接続していません。',
    },
    remedy: {
      en: 'Run on the machine: tenkai-agent doctor. It says whether the service has stopped, or what keeps it from the site.',
      ja: 'そのマシンで tenkai-agent doctor を実行してください。サービスの停止か、接続を妨げている原因が分かります。',
    },
  },
  'doctor-machine-silent': {
    message: {
      en: 'Neither the host {address} nor its agent answers.',
      ja: 'ホスト {address} もエージェントも応答しません。',
    },
    remedy: {
      en: 'Look whether the machine is on (tenkai machine power wake NAME) and in the network; then run there: tenkai-agent doctor',
      ja: '電源 (tenkai machine power wake 名前) とネットワーク接続を確認し、そのマシンで tenkai-agent doctor を実行してください。',
    },
  },
  'doctor-not-enrolled': {
    message: {
      en: 'The machine is not let in: {enrollment}.',
      ja: 'マシンはまだ承認されていません: {enrollment}。',
    },
    remedy: {
      en: 'Approve it: tenkai machine approve NAME',
      ja: 'tenkai machine approve 名前 で承認してください。',
    },
  },
  'doctor-no-address': {
    message: { en: 'The site knows no address of the machine.', ja: 'マシンのアドレスが分かりません。' },
    remedy: {
      en: 'It tells its address with its first inventory; run there: tenkai-agent doctor',
      ja: '最初のインベントリで通知されます。そのマシンで tenkai-agent doctor を実行してください。',
    },
  },
  'doctor-connected': {
    message: { en: 'the agent is connected', ja: 'エージェントは接続しています' },
    remedy: none,
  },
  'doctor-from-machine': {
    message: {
      en: 'can be looked at on the machine only: tenkai-agent doctor',
      ja: 'マシン側で tenkai-agent doctor を実行すると確認できます',
    },
    remedy: none,
  },
  'doctor-name-unknown': {
    message: { en: 'The name {name} is not known here.', ja: '名前 {name} を解決できません。' },
    remedy: {
      en: 'Add {name} to the DNS (or the hosts file), or correct the name servers of this machine.',
      ja: 'DNS (または hosts ファイル) に {name} を登録するか、このマシンの DNS サーバーの設定を直してください。',
    },
  },
  'doctor-no-route': {
    message: {
      en: 'There is no route to {address} ({detail}).',
      ja: '{address} への経路がありません ({detail})。',
    },
    remedy: {
      en: 'Look at cable, address and default gateway: ip route get {address} (Windows: route print).',
      ja: 'ケーブル、アドレス、デフォルトゲートウェイを確認してください: ip route get {address} (Windows では route print)。',
    },
  },
  'doctor-host-silent': {
    message: {
      en: 'Nothing at {address} answers, neither at port {port} nor to echo requests.',
      ja: '{address} はポート {port} にもエコー要求にも応答しません。',
    },
    remedy: {
      en: 'Look whether the server is on, and at the routers and firewalls on the way to it.',
      ja: 'サーバーの電源と、途中のルーターおよびファイアウォールを確認してください。',
    },
  },
  'doctor-port-closed': {
    message: {
      en: 'At {address} nothing listens at TCP port {port}.',
      ja: '{address} の TCP ポート {port} で待ち受けているものがありません。',
    },
    remedy: {
      en: 'Start the server (systemctl start tenkai-server), or correct the port of the site: tenkai-agent status',
      ja: 'サーバーを起動する (systemctl start tenkai-server) か、サイトのポートを直してください: tenkai-agent status',
    },
  },
  'doctor-port-blocked': {
    message: {
      en: 'A firewall swallows TCP port {port} on the way to {address}: the host answers, the port does not.',
      ja: 'ファイアウォールが {address} への TCP ポート {port} を遮断しています (ホストは応答し、ポートは応答しません)。',
    },
    remedy: {
      en: 'Open TCP {port} on the server (tenkai firewall open) and on the firewalls in between.',
      ja: 'サーバー (tenkai firewall open) と途中のファイアウォールで TCP {port} を開放してください。',
    },
  },
  'doctor-port-own-firewall': {
    message: {
      en: 'The firewall of this machine does not let it out to {address}, TCP port {port}.',
      ja: 'このマシンのファイアウォールが {address} の TCP ポート {port} への送信を拒否しています。',
    },
    remedy: { en: 'Allow outgoing TCP {port}.', ja: 'TCP {port} への送信を許可してください。' },
  },
  'doctor-other-root': {
    message: {
      en: 'At {url} answers a site with another root key than the trusted one.',
      ja: '{url} で応答するサイトのルートキーが、信頼されたルートキーと異なります。',
    },
    remedy: {
      en: 'Compare the root fingerprint with: tenkai site show. If the site was set up anew: tenkai-agent enroll; if not, somebody answers in its place.',
      ja: 'tenkai site show でルートキーの指紋を確認してください。サイトを作り直した場合は tenkai-agent enroll を実行します。そうでなければ別のものがなりすましています。',
    },
  },
  'doctor-other-name': {
    message: {
      en: 'The certificate of the server is not for the name in {url}.',
      ja: 'サーバー証明書が {url} の名前のものではありません。',
    },
    remedy: {
      en: 'Add the name to TENKAI_NAMES of the server and start it again.',
      ja: 'サーバーの TENKAI_NAMES に名前を加えて再起動してください。',
    },
  },
  'doctor-clock': {
    message: {
      en: 'The certificate of {url} is not valid at the time of this machine ({detail}).',
      ja: 'このマシンの時刻では {url} の証明書が有効ではありません ({detail})。',
    },
    remedy: {
      en: 'Look at the clock of this machine first: timedatectl (Windows: w32tm /query /status).',
      ja: 'まずこのマシンの時計を確認してください: timedatectl (Windows では w32tm /query /status)。',
    },
  },
  'doctor-no-tls': {
    message: {
      en: 'What answers at {url} is no Tenkai server, or something in between breaks TLS ({detail}).',
      ja: '{url} で応答するのは Tenkai サーバーではないか、途中で TLS が妨げられています ({detail})。',
    },
    remedy: {
      en: 'Look for a proxy that inspects TLS, and exempt the site from it; or correct the address of the site.',
      ja: 'TLS を検査するプロキシからこのサイトを除外するか、サイトのアドレスを直してください。',
    },
  },
  'doctor-site-refuses': {
    message: {
      en: 'The site does not take this machine: {code}.',
      ja: 'サイトがこのマシンを受け付けません: {code}。',
    },
    remedy: {
      en: 'Look at the machine in the console; removed machines enroll again by themselves.',
      ja: 'コンソールでマシンの状態を確認してください。削除されたマシンは自動的に再登録されます。',
    },
  },
  'doctor-multicast-off': {
    message: { en: 'the site sends nothing by multicast', ja: 'サイトはマルチキャストを使用しません' },
    remedy: none,
  },
  'doctor-multicast-busy': {
    message: {
      en: 'not looked at: the site has no time or no address for a test ({problem})',
      ja: '未確認: サイトがテストを送信できません ({problem})',
    },
    remedy: none,
  },
  'doctor-multicast-rule': {
    message: {
      en: 'Multicast does not come in: the firewall {firewall} lacks the rule {rule}.',
      ja: 'マルチキャストが届きません。ファイアウォール {firewall} に規則 {rule} がありません。',
    },
    remedy: { en: 'Run: {remedy}', ja: '実行してください: {remedy}' },
  },
  'doctor-multicast-silent': {
    message: {
      en: 'What the site sends to {group}, UDP port {port}, does not arrive.',
      ja: 'サイトが {group} の UDP ポート {port} へ送ったものが届きません。',
    },
    remedy: {
      en: 'Open the port in the firewall (tenkai-agent firewall open); look whether switches forward the group (IGMP snooping needs a querier) and routers do (multicastTtl of the site). Until then content comes by unicast.',
      ja: 'ファイアウォールでポートを開放し (tenkai-agent firewall open)、スイッチ (IGMP スヌーピングにはクエリアが必要) とルーター (サイトの multicastTtl) を確認してください。それまではユニキャストで配信されます。',
    },
  },
  'doctor-echo-rule': {
    message: {
      en: 'Echo requests of the site do not come in: the firewall {firewall} lacks the rule {rule}.',
      ja: 'サイトからのエコー要求が届きません。ファイアウォール {firewall} に規則 {rule} がありません。',
    },
    remedy: { en: 'Run: {remedy}', ja: '実行してください: {remedy}' },
  },
  'doctor-echo-silent': {
    message: {
      en: 'The machine does not answer echo requests (ICMP) of the site at {address}.',
      ja: 'マシンは {address} 宛てのサイトからのエコー要求 (ICMP) に応答しません。',
    },
    remedy: {
      en: 'Run on the machine: tenkai-agent firewall open. Only the power state of a machine whose agent is silent needs it.',
      ja: 'マシンで tenkai-agent firewall open を実行してください。エージェントが応答しないマシンの電源状態の判定にだけ必要です。',
    },
  },
};

export const partNames: Readonly<Record<DiagnosisPart, Both>> = {
  agent: { en: 'agent process', ja: 'エージェントプロセス' },
  name: { en: 'name', ja: '名前解決' },
  route: { en: 'route', ja: '経路' },
  port: { en: 'TCP port', ja: 'TCP ポート' },
  trust: { en: 'TLS and trust', ja: 'TLS と信頼' },
  site: { en: 'site', ja: 'サイト' },
  multicast: { en: 'UDP multicast', ja: 'UDP マルチキャスト' },
  echo: { en: 'ICMP echo', ja: 'ICMP エコー' },
};

const states: Readonly<Record<Finding['state'], Both>> = {
  ok: { en: 'ok', ja: '正常' },
  fault: { en: 'FAULT', ja: '異常' },
  skipped: { en: '-', ja: '-' },
};

const fill = (text: string, params: Finding['params']) =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => params[name] ?? whole);

/** Message and remedy of a finding; empty where all is well, the bare code where a newer program found it. */
export function findingTexts(
  { code, params }: Finding,
  language: DiagnosisLanguage,
): { message: string; remedy: string } {
  if (code === null) return { message: '', remedy: '' };
  const found = diagnosisTexts[code];
  if (!found) return { message: code, remedy: '' };
  return { message: fill(found.message[language], params), remedy: fill(found.remedy[language], params) };
}

/** One line for each part, with the way out below each fault. */
export function diagnosisText({ findings }: Diagnosis, language: DiagnosisLanguage): string {
  return findings
    .flatMap((finding) => {
      const { message, remedy } = findingTexts(finding, language);
      const name = partNames[finding.part][language];
      const line = [`${states[finding.state][language]}`, name, message].filter((text) => text !== '');
      const out = finding.state === 'fault' && remedy !== '' ? [`    ${remedy}`] : [];
      return [line.join('  '), ...out];
    })
    .join('\n');
}

/** English unless the environment asks for Japanese (POSIX locale variables, in their order). */
export function diagnosisLanguage(env: Readonly<Record<string, string | undefined>>): DiagnosisLanguage {
  return /^ja/i.test(env.LC_ALL || env.LC_MESSAGES || env.LANG || '') ? 'ja' : 'en';
}
