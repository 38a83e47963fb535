import type { DefinitionKind, NotNeeded } from './protection.ts';
import type { MasterStepId } from './steps.ts';

export type RunbookLanguage = 'en' | 'ja';

interface StepText {
  readonly title: string;
  /** What to do, one line each. */
  readonly acts: readonly string[];
  readonly verify: string;
}

/** Sentences of the runbook. `{name}` is filled in; see runbook.ts. */
export interface RunbookTexts {
  readonly title: string;
  readonly origin: string;
  readonly madeFor: string;
  readonly profiles: Readonly<Record<'domain-published' | 'domain' | 'workgroup', string>>;
  readonly modes: Readonly<Record<'first-capture' | 're-capture', string>>;
  readonly profile: string;
  readonly before: string;
  readonly beforeActs: readonly string[];
  readonly atOnce: string;
  readonly step: string;
  readonly slot: string;
  readonly verify: string;
  readonly notNeeded: string;
  readonly reasons: Readonly<Record<NotNeeded, string>>;
  readonly value: Readonly<Record<'locator' | 'dnsSuffix' | 'none', string>>;
  readonly warning: string;
  /** What to do for a kind of definitions, where each is a package of its own. */
  readonly definitions: Readonly<Partial<Record<DefinitionKind, string>>>;
  readonly steps: Readonly<Record<'linux' | 'windows', Readonly<Record<MasterStepId, StepText>>>>;
}

const linuxEn: Record<MasterStepId, StepText> = {
  install: {
    title: 'Install the agent without a site',
    acts: [
      'Copy the folder with `install-agent.sh` and the package of the agent (`tenkai-agent_{version}_{architecture}.deb`, or the .rpm) to the reference machine and unplug its network.',
      'As root, in that folder: `sh install-agent.sh --unassigned`; wait for its end.',
      'In re-capture mode, or where it belongs to a site: `tenkai-agent master prepare --unassign`.',
    ],
    verify: '`tenkai-agent status`: every component *installed*, notification *disabled*, site code empty.',
  },
  'service-manual': {
    title: 'Stop the service and keep it from starting',
    acts: ['`systemctl disable --now tenkai-agent`'],
    verify: '`systemctl is-active tenkai-agent`: inactive, also after a restart.',
  },
  certificates: {
    title: 'Delete the keys and certificates of the agent',
    acts: ['All files of `/var/lib/tenkai-agent/identity`; never while the service runs.'],
    verify: '`tenkai-agent master audit` names no *agent-keys*.',
  },
  trust: {
    title: 'Delete the trusted root key',
    acts: ['`rootFingerprint` of `/var/lib/tenkai-agent/agent.json`, and the enrollment.'],
    verify: '`tenkai-agent master audit` names no *trust-keys*.',
  },
  'site-values': {
    title: 'Say how the targets find their site',
    acts: ['`tenkai-agent master prepare {value}`'],
    verify: 'The targets, not only this machine, can resolve the name; each tells at its first start.',
  },
  'start-type': {
    title: 'Start the service with the system, late, and not now',
    acts: ['`systemctl enable tenkai-agent`, without `--now`; it comes after the network.'],
    verify: '`systemctl is-enabled`: enabled; `is-active`: inactive. Where it runs: repeat from step 2.',
  },
  'endpoint-protection': {
    title: 'Definitions of the endpoint protection',
    acts: ['`tenkai-agent master definitions main.cvd daily.cvd`'],
    verify: 'Kind, version and date of each are shown; none of the needed ones is missing.',
  },
  capture: {
    title: 'Generalize and capture',
    acts: [
      '`tenkai-agent master prepare` takes away machine id, SSH host keys, DHCP identifiers, cloud-init state, random seed, logs and what the agent remembers, and ends with the audit.',
      '`systemctl poweroff --force`; it must not start again before it is captured.',
    ],
    verify: '`tenkai-agent master audit`: no finding, exit status 0.',
  },
};

const windowsEn: Record<MasterStepId, StepText> = {
  install: {
    title: 'Install the agent without a site',
    acts: [
      'Copy the folder of the agent to the reference machine, sign in as a local administrator, unplug the network.',
      'In an elevated prompt, in that folder: the installer without options; wait for its end.',
    ],
    verify: '`tenkai-agent status`: every component *installed*, notification *disabled*, site code empty.',
  },
  'service-manual': {
    title: 'Stop the service and keep it from starting',
    acts: ['`{manual}`', '`{stop}`'],
    verify: '`{serviceState}`: 1 STOPPED, also after a restart; `{serviceConfig}`: 3 DEMAND_START.',
  },
  certificates: {
    title: 'Delete the certificates with their keys',
    acts: ['For each thumbprint of `{listStore}`, and of the store `SMS`:', '`{deleteCertificate}`'],
    verify: '`{listStore}` lists none.',
  },
  trust: {
    title: 'Delete the trusted root key',
    acts: ['`{deleteTrust}`'],
    verify: '`{listTrust}`: 0.',
  },
  'site-values': {
    title: 'Say how the targets find their site',
    acts: ['`tenkai-agent master prepare {value}`'],
    verify: 'The targets, not only this machine, can resolve the name; each tells at its first start.',
  },
  'start-type': {
    title: 'Start the service with the system, late, and not now',
    acts: ['`{automaticDelayed}`'],
    verify:
      '`{serviceConfig}`: 2 AUTO_START (DELAYED); `{serviceState}`: 1 STOPPED. Where it runs: repeat from step 2.',
  },
  'endpoint-protection': {
    title: 'Definitions of the endpoint protection',
    acts: [
      'Antivirus and antispyware definitions; where the network inspection system is on, its definitions too.',
    ],
    verify:
      'Kind, architecture, version and date of each are written down; none of the needed ones is missing.',
  },
  capture: {
    title: 'Generalize and capture',
    acts: [
      '`tenkai-agent master prepare` takes away event logs, logs and what the agent remembers, and calls `{sysprep}`.',
      '`tenkai-agent master audit`: no finding.',
      '`{switchOff}`; it must not start again before it is captured.',
    ],
    verify: '`{imageState}`: IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE. Each clone has a SID of its own.',
  },
};

const linuxJa: Record<MasterStepId, StepText> = {
  install: {
    title: 'エージェントをサイト未割り当てでインストールする',
    acts: [
      '`install-agent.sh` とエージェントのパッケージ (`tenkai-agent_{version}_{architecture}.deb` または .rpm) のフォルダーを参照コンピューターにコピーし、ネットワーク ケーブルを抜く。',
      'root でそのフォルダーから `sh install-agent.sh --unassigned` を実行し、終了を待つ。',
      '再取得の場合、またはサイトに割り当て済みの場合: `tenkai-agent master prepare --unassign`。',
    ],
    verify:
      '`tenkai-agent status`: 全コンポーネントが *インストール済み* (installed)、通知 (notification) は *無効* (disabled)、サイト コードは空。',
  },
  'service-manual': {
    title: 'サービスを停止し、自動で起動しないようにする',
    acts: ['`systemctl disable --now tenkai-agent`'],
    verify: '`systemctl is-active tenkai-agent`: inactive。再起動後も同じ。',
  },
  certificates: {
    title: 'エージェントの鍵と証明書を削除する',
    acts: ['`/var/lib/tenkai-agent/identity` の全ファイル。サービス実行中は行わない。'],
    verify: '`tenkai-agent master audit` に *agent-keys* が出ない。',
  },
  trust: {
    title: '信頼されたルート鍵を削除する',
    acts: ['`/var/lib/tenkai-agent/agent.json` の `rootFingerprint` と登録情報。'],
    verify: '`tenkai-agent master audit` に *trust-keys* が出ない。',
  },
  'site-values': {
    title: '展開先がサイトを見つけるための値を設定する',
    acts: ['`tenkai-agent master prepare {value}`'],
    verify: '参照コンピューターだけでなく展開先から名前解決できること。展開先は初回起動時に結果を報告する。',
  },
  'start-type': {
    title: 'スタートアップを遅延自動にする（起動はしない）',
    acts: ['`systemctl enable tenkai-agent`（`--now` は付けない）。ネットワークの後に起動する。'],
    verify: '`systemctl is-enabled`: enabled、`is-active`: inactive。起動していた場合は手順 2 からやり直す。',
  },
  'endpoint-protection': {
    title: 'エンドポイント保護の定義ファイル',
    acts: ['`tenkai-agent master definitions main.cvd daily.cvd`'],
    verify: '種類、バージョン、日付が表示され、必要な種類に不足がない。',
  },
  capture: {
    title: '一般化してイメージを取得する',
    acts: [
      '`tenkai-agent master prepare` がマシン ID、SSH ホスト鍵、DHCP 識別子、cloud-init の状態、乱数シード、ログ、エージェントの記録を消去し、最後に監査を行う。',
      '`systemctl poweroff --force` で電源を切る。イメージを取得するまで起動しない。',
    ],
    verify: '`tenkai-agent master audit`: 指摘なし、終了コード 0。',
  },
};

const windowsJa: Record<MasterStepId, StepText> = {
  install: {
    title: 'エージェントをサイト未割り当てでインストールする',
    acts: [
      'エージェントのフォルダーを参照コンピューターにコピーし、ローカル管理者でサインインして、ネットワーク ケーブルを抜く。',
      '管理者のコマンド プロンプトでそのフォルダーに移り、オプションなしでインストーラーを実行して終了を待つ。',
    ],
    verify:
      '`tenkai-agent status`: 全コンポーネントが *インストール済み* (installed)、通知 (notification) は *無効* (disabled)、サイト コードは空。',
  },
  'service-manual': {
    title: 'サービスを停止し、スタートアップを手動にする',
    acts: ['`{manual}`', '`{stop}`'],
    verify: '`{serviceState}`: 1 STOPPED（再起動後も同じ）、`{serviceConfig}`: 3 DEMAND_START。',
  },
  certificates: {
    title: '証明書を鍵ごと削除する',
    acts: ['`{listStore}` とストア `SMS` の各拇印について:', '`{deleteCertificate}`'],
    verify: '`{listStore}` に何も表示されない。',
  },
  trust: { title: '信頼されたルート鍵を削除する', acts: ['`{deleteTrust}`'], verify: '`{listTrust}`: 0。' },
  'site-values': {
    title: '展開先がサイトを見つけるための値を設定する',
    acts: ['`tenkai-agent master prepare {value}`'],
    verify: '参照コンピューターだけでなく展開先から名前解決できること。展開先は初回起動時に結果を報告する。',
  },
  'start-type': {
    title: 'スタートアップを自動（遅延開始）にする（起動はしない）',
    acts: ['`{automaticDelayed}`'],
    verify:
      '`{serviceConfig}`: 2 AUTO_START (DELAYED)、`{serviceState}`: 1 STOPPED。起動していた場合は手順 2 からやり直す。',
  },
  'endpoint-protection': {
    title: 'エンドポイント保護の定義ファイル',
    acts: ['ウイルス・スパイウェア定義。ネットワーク検査システムが有効なら、その定義も適用する。'],
    verify: '種類、アーキテクチャ、バージョン、日付を記録し、必要な種類に不足がない。',
  },
  capture: {
    title: '一般化してイメージを取得する',
    acts: [
      '`tenkai-agent master prepare` がイベント ログ、ログ、エージェントの記録を消去し、`{sysprep}` を実行する。',
      '`tenkai-agent master audit`: 指摘なし。',
      '`{switchOff}` で電源を切る。イメージを取得するまで起動しない。',
    ],
    verify: '`{imageState}`: IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE。展開先の SID はそれぞれ異なる。',
  },
};

export const runbookTexts: Readonly<Record<RunbookLanguage, RunbookTexts>> = {
  en: {
    title: 'Preparing a reference machine',
    origin:
      'Procedure {procedure}: the seven steps of the support desk for machines of a domain or of a workgroup.',
    madeFor: 'Made for agent {version} on {system}.',
    profiles: {
      'domain-published': 'domain in which the site is published',
      domain: 'domain in which the site is not published',
      workgroup: 'workgroup',
    },
    modes: { 'first-capture': 'first capture', 're-capture': 're-capture of a machine from an image' },
    profile: 'Mode: {mode}. ',
    before: 'Before',
    beforeActs: [
      'The machine cannot reach its site, or its agent is stopped and kept from starting.',
      'A name in the image binds it to one site; deployment may give each target another one.',
    ],
    atOnce: 'All steps at once, resumed where they were interrupted: `tenkai-agent master prepare`.',
    step: 'Step {number}: {title}',
    slot: 'Before step 7: {title}',
    verify: 'Verify: {text}',
    notNeeded: 'Not needed: {reason}',
    reasons: {
      'site-published': 'the targets find the site where it is published.',
      'never-contacted': 'this machine has never met a site.',
      'protection-built-in': 'this system brings its own protection.',
      'no-engine': 'no engine is installed.',
    },
    value: { locator: '--locator {name}', dnsSuffix: '--dns-suffix {name}', none: '--locator NAME' },
    warning:
      'Warning: agents {product} cannot assign themselves in a workgroup before cumulative update {fixedIn}. Update the agent first.',
    definitions: {
      antivirus:
        'Antivirus and antispyware definitions for this architecture, from the Microsoft Malware Protection Center: copy the package to the machine and run it as an administrator.',
      'network-inspection':
        'Definitions of the network inspection system, which is on unless somebody has turned it off: the same with their package.',
    },
    steps: { linux: linuxEn, windows: windowsEn },
  },
  ja: {
    title: '参照コンピューターの準備',
    origin: '手順書 {procedure}: ドメインおよびワークグループ環境向け、サポート窓口の 7 つの手順。',
    madeFor: '対象: エージェント {version}、{system}。',
    profiles: {
      'domain-published': 'サイト情報が公開されているドメイン',
      domain: 'サイト情報が公開されていないドメイン',
      workgroup: 'ワークグループ',
    },
    modes: { 'first-capture': '初回の取得', 're-capture': 'イメージから展開した参照コンピューターの再取得' },
    profile: '種別: {mode}。',
    before: '準備',
    beforeActs: [
      '参照コンピューターがサイトと通信できないこと。またはエージェントが停止し、自動で起動しないこと。',
      'イメージに入れた名前により、イメージは 1 つのサイト向けになる。展開時に展開先ごとに別の値を与えられる。',
    ],
    atOnce: '全手順をまとめて実行（中断した手順から再開）: `tenkai-agent master prepare`。',
    step: '手順 {number}: {title}',
    slot: '手順 7 の前: {title}',
    verify: '確認: {text}',
    notNeeded: '不要: {reason}',
    reasons: {
      'site-published': '展開先は公開された情報からサイトを見つける。',
      'never-contacted': 'このコンピューターはサイトと通信したことがない。',
      'protection-built-in': 'この OS には保護機能が組み込まれている。',
      'no-engine': '保護ソフトウェアがインストールされていない。',
    },
    value: { locator: '--locator {name}', dnsSuffix: '--dns-suffix {name}', none: '--locator NAME' },
    warning:
      '警告: {product} のエージェントは累積更新プログラム {fixedIn} より前ではワークグループで自動割り当てができない。先にエージェントを更新する。',
    definitions: {
      antivirus:
        'Microsoft Malware Protection Center から、このアーキテクチャ用のウイルス・スパイウェア定義を入手してコピーし、管理者として実行する。',
      'network-inspection': 'ネットワーク検査システム (無効にしていなければ有効) の定義も同様に適用する。',
    },
    steps: { linux: linuxJa, windows: windowsJa },
  },
};
