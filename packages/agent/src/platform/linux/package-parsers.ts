import type { InstalledSoftware } from '@tenkai/domain';

/** Fields of `dpkg-query -W -f`, one package a line, separated by tabs. */
export const dpkgFormat = `${['Package', 'Architecture', 'db:Status-Status', 'Version', 'Maintainer'].map((field) => `\${${field}}`).join('\\t')}\\n`;

export interface DpkgRow {
  readonly name: string;
  readonly architecture: string;
  /** `installed` is the only one that means it; others are `half-configured`, `config-files`, ... (dpkg(1)). */
  readonly status: string;
  readonly version: string;
  readonly maintainer: string;
}

export function parseDpkg(text: string): DpkgRow[] {
  return text.split('\n').flatMap((line) => {
    const [name, architecture, status, version, maintainer = ''] = line.split('\t');
    if (!name || !architecture || !status || version === undefined) return [];
    return [{ name, architecture, status, version, maintainer }];
  });
}

/** Fields of `rpm --qf`; absent ones are `(none)`. The epoch is left out where it is zero, as rpm itself prints it. */
export const rpmFormat =
  '%{NAME}\\t%{EPOCHNUM}\\t%{VERSION}-%{RELEASE}\\t%{ARCH}\\t%{VENDOR}\\t%{INSTALLTIME}\\n';

export function parseRpm(text: string): InstalledSoftware[] {
  return text.split('\n').flatMap((line) => {
    const [name, epoch, version, architecture, vendor, installedAt] = line.split('\t');
    if (!name || !version || !architecture) return [];
    return [
      {
        name,
        version: epoch === '0' ? version : `${epoch}:${version}`,
        source: 'rpm' as const,
        architecture,
        ...(vendor && vendor !== '(none)' ? { publisher: vendor.slice(0, 255) } : {}),
        ...(Number(installedAt) > 0
          ? { installedAt: new Date(Number(installedAt) * 1000).toISOString() }
          : {}),
      },
    ];
  });
}

export function softwareOf(row: DpkgRow, installedAt: string | undefined): InstalledSoftware {
  return {
    name: row.name,
    version: row.version.slice(0, 255),
    source: 'dpkg',
    architecture: row.architecture.slice(0, 32),
    ...(row.maintainer === ''
      ? {}
      : { publisher: row.maintainer.replace(/\s*<[^>]*>\s*$/, '').slice(0, 255) }),
    ...(installedAt === undefined ? {} : { installedAt }),
  };
}
