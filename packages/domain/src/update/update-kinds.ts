/** What a kind of update is called and what it is, in one language. */
interface KindText {
  readonly name: string;
  readonly text: string;
}

/** Texts are a table: kinds of updates as Microsoft's article 824684 tells them apart, in our words, and what is like them on Linux. */
export interface UpdateKind {
  readonly key: string;
  readonly en: KindText;
  readonly ja: KindText;
  /** Type of package for it in Tenkai. */
  readonly packageType: 'application' | 'hotfix' | 'service-pack' | 'linux-update' | 'agent';
}

const kind = (
  key: string,
  packageType: UpdateKind['packageType'],
  en: readonly [string, string],
  ja: readonly [string, string],
): UpdateKind => ({
  key,
  packageType,
  en: { name: en[0], text: en[1] },
  ja: { name: ja[0], text: ja[1] },
});

/** Source: HOTFIX-28. */
export const updateKinds: readonly UpdateKind[] = [
  kind(
    'hotfix',
    'hotfix',
    [
      'Hotfix',
      'Cures one problem of those who have it, and is given to them alone: often by request, and tested less. Apply it only where the problem shows.',
    ],
    [
      'ホットフィックス (修正プログラム)',
      '特定の問題が起きている環境だけに提供される修正。多くは依頼して入手し、検証も限られます。問題が起きているマシンだけに適用します。',
    ],
  ),
  kind(
    'update',
    'hotfix',
    ['Update', 'For everybody: cures a fault that is neither critical nor one of security.'],
    [
      '更新プログラム',
      'すべての利用者向けの修正。緊急性がなく、セキュリティにも関係しない不具合を直します。',
    ],
  ),
  kind(
    'critical-update',
    'hotfix',
    ['Critical update', 'For everybody: cures a critical fault that is none of security.'],
    ['重要な更新プログラム', 'すべての利用者向けの修正。セキュリティ以外の重大な不具合を直します。'],
  ),
  kind(
    'security-update',
    'hotfix',
    [
      'Security update',
      'For everybody: closes a hole of one product, rated critical, important, moderate or low, and told in a bulletin: MS09-056 is article 974571. On Linux: USN, DSA, RHSA.',
    ],
    [
      'セキュリティ更新プログラム',
      '特定の製品の脆弱性をふさぐ修正。深刻度 (緊急、重要、警告、注意) があり、セキュリティ情報で公開されます (例: MS09-056 は文書番号 974571)。Linux では USN、DSA、RHSA に当たります。',
    ],
  ),
  kind(
    'definition-update',
    'application',
    [
      'Definition update',
      'Comes often, and adds to what a program detects by, such as the signatures of a virus scanner.',
    ],
    ['定義ファイルの更新', '頻繁に提供され、ウイルス対策の定義ファイルなど、検出に使う情報を追加します。'],
  ),
  kind(
    'driver',
    'application',
    ['Driver', 'Software by which the system uses a device.'],
    ['ドライバー', '機器を使うためのソフトウェアです。'],
  ),
  kind(
    'rollup',
    'hotfix',
    [
      'Update rollup',
      'Many fixes in one, tested together, for one area or one part of a product. A cumulative one holds those before it.',
    ],
    [
      '更新プログラムのロールアップ',
      '特定の分野や構成要素の複数の修正を、まとめて検証したもの。累積的なものは、それ以前の修正を含みます。',
    ],
  ),
  kind(
    'service-pack',
    'service-pack',
    [
      'Service pack',
      'All fixes of a product since its release in one, tested together; its number is a level that later fixes ask for. On Linux: a point release.',
    ],
    [
      'サービスパック',
      '製品の公開以降のすべての修正をまとめて検証したもの。その番号は、以後の修正の前提条件になります。Linux ではポイントリリースに当たります。',
    ],
  ),
  kind(
    'feature-pack',
    'application',
    ['Feature pack', 'New functions between two releases; the next release usually has them.'],
    ['機能パック', '製品の公開と公開の間に提供される新機能。通常は次の製品に含まれます。'],
  ),
  kind(
    'client-patch',
    'agent',
    [
      'Client patch',
      'Changes programs of a management client only (.msp; of our agent .tkp), and can be given to its first installation by PATCH= (article 907423).',
    ],
    [
      'クライアントのパッチ',
      '管理クライアントのプログラムだけを変更します (.msp、Tenkai のエージェントでは .tkp)。PATCH= で最初のインストールに含められます (文書番号 907423)。',
    ],
  ),
  kind(
    'linux-update',
    'linux-update',
    [
      'Package update',
      'On Linux: a newer version of a package from its distribution; security and other fixes come the same way.',
    ],
    [
      'パッケージの更新',
      'Linux で、ディストリビューションが提供する新しい版のパッケージ。セキュリティ修正もほかの修正も同じ方法で届きます。',
    ],
  ),
];
