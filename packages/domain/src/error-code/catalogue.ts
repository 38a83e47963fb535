/**
 * Codes of Windows and of its installers that an administrator meets in logs, with cause and way out (IDENT-12). Names and
 * numbers are those of winerror.h and wincrypt.h.
 */
export interface ErrorCodeEntry {
  /** Unsigned 32 bits: an HRESULT, or the exit code of an installer. */
  readonly code: number;
  readonly name: string;
  readonly cause: { readonly en: string; readonly ja: string };
  readonly remedy: { readonly en: string; readonly ja: string };
}

type Texts = readonly [cause: string, remedy: string];

function entry(code: number, name: string, en: Texts, ja: Texts): ErrorCodeEntry {
  return { code, name, cause: { en: en[0], ja: ja[0] }, remedy: { en: en[1], ja: ja[1] } };
}

export const errorCodes: readonly ErrorCodeEntry[] = [
  entry(
    0x80092024,
    'CRYPT_E_NOT_CHAR_STRING',
    [
      'A name in a certificate holds a NUL or another character that its type does not allow. Windows refuses to import it since MS09-056 (974571) and Windows 7 SP1; certificates of Configuration Manager 2007 SP1 and SP2 clients have such friendly names.',
      'Two parts: install KB977203 (or a later fix) so that new certificates are clean, and repair those that exist with tenkai-agent certfix, or by the package tenkai-certfix.',
    ],
    [
      '証明書の名前に NULL など、型が許さない文字があります。MS09-056 (974571) と Windows 7 SP1 以降の Windows はインポートを拒否します。Configuration Manager 2007 SP1/SP2 クライアントの証明書のフレンドリ名が該当します。',
      '対処は二段階です。KB977203 (または後続の修正) を適用して新しい証明書を正常にし、既存の証明書は tenkai-agent certfix またはパッケージ tenkai-certfix で修復してください。',
    ],
  ),
  entry(
    0x80092023,
    'CRYPT_E_INVALID_CHAR_STRING',
    ['A signed name in the certificate has a wrong character.', 'Have the certificate issued again.'],
    ['署名された名前に使えない文字があります。', '証明書を再発行してください。'],
  ),
  entry(
    0x80093101,
    'CRYPT_E_ASN1_EOD',
    [
      'The certificate or its file is damaged or cut off.',
      'Export or issue it again; certfix tells which one it is.',
    ],
    [
      '証明書またはファイルが壊れているか、途中で切れています。',
      'エクスポートか発行をやり直してください。certfix で該当箇所が分かります。',
    ],
  ),
  entry(
    0x8009000b,
    'NTE_BAD_KEY_STATE',
    [
      'The private key was protected by another installation of Windows or another account.',
      'Where a disk was copied: tenkai-agent cert purge, then enroll the machine again.',
    ],
    [
      '秘密鍵は別の Windows または別のアカウントで保護されています。',
      'ディスクを複製した場合は tenkai-agent cert purge の後、登録し直してください。',
    ],
  ),
  entry(
    0x8009000d,
    'NTE_NO_KEY',
    ['The private key is missing or damaged.', 'Import the certificate again together with its key.'],
    ['秘密鍵がないか、壊れています。', '証明書をキーと一緒にインポートし直してください。'],
  ),
  entry(
    0x80090016,
    'NTE_BAD_KEYSET',
    [
      'The key that the certificate names does not exist.',
      'Import the certificate again together with its key, or remove it with tenkai-agent cert purge.',
    ],
    [
      '証明書が指すキーが存在しません。',
      '証明書をキーと一緒にインポートし直すか、tenkai-agent cert purge で削除してください。',
    ],
  ),
  entry(
    0x80070056,
    'ERROR_INVALID_PASSWORD',
    ['The password of the PFX file is wrong.', 'Give the right one: tenkai certfix --password-file FILE.'],
    [
      'PFX ファイルのパスワードが違います。',
      '正しいパスワードを指定してください: tenkai certfix --password-file FILE。',
    ],
  ),
  entry(
    0x80090008,
    'NTE_BAD_ALGID',
    ['The encryption of the file is not supported.', 'Export it again with AES-256 or TripleDES.'],
    ['ファイルの暗号方式に対応していません。', 'AES-256 または TripleDES でエクスポートし直してください。'],
  ),
  entry(
    0x800b0101,
    'CERT_E_EXPIRED',
    ['The certificate is not valid at this time.', 'Look at the clock of the machine first, then renew it.'],
    ['証明書は現在有効ではありません。', 'まずコンピューターの時計を確認し、それから更新してください。'],
  ),
  entry(
    0x800b0109,
    'CERT_E_UNTRUSTEDROOT',
    [
      'The chain ends at a root that this machine does not trust.',
      'Compare the root fingerprint with the console: tenkai-agent trust list.',
    ],
    [
      '証明書チェーンの最上位が、このコンピューターで信頼されていません。',
      'コンソールのフィンガープリントと比べてください: tenkai-agent trust list。',
    ],
  ),
  entry(
    0x80070005,
    'ERROR_ACCESS_DENIED',
    ['The rights do not suffice.', 'Use an elevated prompt, or a program with administrative rights.'],
    ['権限が足りません。', '管理者のプロンプト、または管理者権限のプログラムで実行してください。'],
  ),
  entry(
    0x80070002,
    'ERROR_FILE_NOT_FOUND',
    ['A file, key or store is not there.', 'Look at the path in the line before it in the log.'],
    ['ファイル、キーまたはストアがありません。', 'ログの前の行にあるパスを確認してください。'],
  ),
  entry(
    0x80070070,
    'ERROR_DISK_FULL',
    ['The disk is full.', 'Make room on the disk, then run it again.'],
    ['ディスクの空きがありません。', '空き容量を確保して再実行してください。'],
  ),
  entry(
    0x80041010,
    'WBEM_E_INVALID_CLASS',
    [
      'The class does not exist in this namespace of WMI.',
      'Nothing is to be removed there: tenkai-agent trust status.',
    ],
    ['WMI の名前空間にクラスがありません。', '削除するものはありません: tenkai-agent trust status。'],
  ),
  entry(
    0x8004100e,
    'WBEM_E_INVALID_NAMESPACE',
    [
      'The namespace of WMI does not exist; for root\\ccm\\locationservices: the old client never met a server.',
      'Nothing is to be done before an image is taken.',
    ],
    [
      'WMI の名前空間がありません。root\\ccm\\locationservices の場合、旧クライアントはサーバーと通信したことがありません。',
      'イメージを取る前に行うことはありません。',
    ],
  ),
  entry(
    1602,
    'ERROR_INSTALL_USEREXIT',
    ['Somebody cancelled the installation.', 'Run it hidden (/qn), or at another time.'],
    ['インストールが取り消されました。', '非表示 (/qn) で、または別の時間に実行してください。'],
  ),
  entry(
    1603,
    'ERROR_INSTALL_FAILURE',
    [
      'The installation failed.',
      'Look for "return value 3" in its log (/l*v FILE): the lines before it say why.',
    ],
    ['インストールに失敗しました。', 'ログ (/l*v FILE) の "return value 3" の直前の行に理由があります。'],
  ),
  entry(
    1605,
    'ERROR_UNKNOWN_PRODUCT',
    ['The product is not installed.', 'For a removal nothing is left to do; else check the product code.'],
    [
      '製品がインストールされていません。',
      '削除の場合は完了しています。それ以外は製品コードを確認してください。',
    ],
  ),
  entry(
    1618,
    'ERROR_INSTALL_ALREADY_RUNNING',
    ['Another installation runs.', 'Wait for its end; Tenkai tries such a run again.'],
    ['別のインストールが実行中です。', '終了を待ってください。'],
  ),
  entry(
    1619,
    'ERROR_INSTALL_PACKAGE_OPEN_FAILED',
    [
      'The package cannot be opened.',
      'Check the path and the name of the MSI in the program of the package.',
    ],
    ['パッケージを開けません。', 'プログラムの MSI のパスと名前を確認してください。'],
  ),
  entry(
    1620,
    'ERROR_INSTALL_PACKAGE_INVALID',
    ['The package is damaged.', 'Seal the package again from its source.'],
    ['パッケージが壊れています。', '元のファイルからパッケージを作り直してください。'],
  ),
  entry(
    1633,
    'ERROR_INSTALL_PLATFORM_UNSUPPORTED',
    ['The package is not for this processor.', 'Set the architecture in the targets of the package.'],
    ['このプロセッサー用のパッケージではありません。', 'パッケージの対象アーキテクチャを設定してください。'],
  ),
  entry(
    1635,
    'ERROR_PATCH_PACKAGE_OPEN_FAILED',
    ['The patch cannot be opened.', 'Check the path in PATCH=.'],
    ['パッチを開けません。', 'PATCH= のパスを確認してください。'],
  ),
  entry(
    1638,
    'ERROR_PRODUCT_VERSION',
    ['Another version of the product is installed.', 'Remove it first, or use a package that upgrades it.'],
    [
      '製品の別のバージョンがインストールされています。',
      '先に削除するか、アップグレード用のパッケージを使ってください。',
    ],
  ),
  entry(
    1639,
    'ERROR_INVALID_COMMAND_LINE',
    ['The parameters are wrong.', 'Compare them with msiexec /?; look for quotes that are never closed.'],
    ['パラメーターが正しくありません。', 'msiexec /? と比べ、閉じていない引用符を探してください。'],
  ),
  entry(
    1641,
    'ERROR_SUCCESS_REBOOT_INITIATED',
    ['It succeeded, and the installer restarts the machine.', 'Nothing: Tenkai goes on after the restart.'],
    ['成功し、インストーラーがコンピューターを再起動します。', '不要です。再起動後に続行します。'],
  ),
  entry(
    3010,
    'ERROR_SUCCESS_REBOOT_REQUIRED',
    ['It succeeded; a restart is needed.', 'Nothing: Tenkai restarts as the deployment says, then verifies.'],
    ['成功しました。再起動が必要です。', '不要です。展開の設定に従って再起動し、検証します。'],
  ),
];
