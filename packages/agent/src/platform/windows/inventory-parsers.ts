import type { Disk } from '@tenkai/domain';

/** Values of `HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion`; empty where there is none. */
export interface VersionFacts {
  readonly productName: string;
  readonly build: string;
  readonly installationType: string;
}

/** The first build of each; what lies between two belongs to the earlier one. */
const clients: readonly [number, string][] = [
  [22_000, 'Windows 11'],
  [10_240, 'Windows 10'],
  [9600, 'Windows 8.1'],
  [9200, 'Windows 8'],
  [7600, 'Windows 7'],
  [6000, 'Windows Vista'],
  [2600, 'Windows XP'],
];
const servers: readonly [number, string][] = [
  [26_100, 'Windows Server 2025'],
  [20_348, 'Windows Server 2022'],
  [17_763, 'Windows Server 2019'],
  [14_393, 'Windows Server 2016'],
  [9600, 'Windows Server 2012 R2'],
  [9200, 'Windows Server 2012'],
  [7600, 'Windows Server 2008 R2'],
  [6001, 'Windows Server 2008'],
];

/** Its name in the list of operating systems. The product name does not do: Windows 11 calls itself Windows 10 there. */
export function systemNameOf({ productName, build, installationType }: VersionFacts): string {
  const rows = /^server/i.test(installationType) ? servers : clients;
  return rows.find(([first]) => Number(build) >= first)?.[1] ?? (productName || 'Windows');
}

/** `Windows Server 2022` is `windows-server-2022`. */
export const idOf = (name: string) => name.toLowerCase().replaceAll(' ', '-');

/** BOSM-18: `Service Pack 2`. */
export function servicePackOf(csdVersion: string): { major: number; minor: number } | undefined {
  const [, major, minor = '0'] = /^Service Pack (\d{1,4})(?:\.(\d{1,4}))?/i.exec(csdVersion) ?? [];
  return major === undefined ? undefined : { major: Number(major), minor: Number(minor) };
}

/** Primary language by the lowest ten bits of a language identifier ([MS-LCID]); the frequent ones. */
const languages: Readonly<Record<number, string>> = {
  4: 'zh',
  5: 'cs',
  7: 'de',
  9: 'en',
  10: 'es',
  12: 'fr',
  14: 'hu',
  16: 'it',
  17: 'ja',
  18: 'ko',
  19: 'nl',
  21: 'pl',
  22: 'pt',
  25: 'ru',
  29: 'sv',
  31: 'tr',
};
const chinese: Readonly<Record<string, string>> = { '0404': 'zh-tw', '0804': 'zh-cn', '0c04': 'zh-hk' };

/** `InstallLanguage`: four hexadecimal digits. */
export function languageOf(installLanguage: string): string {
  const id = installLanguage.toLowerCase();
  if (!/^[0-9a-f]{4}$/.test(id)) return 'en';
  return chinese[id] ?? languages[Number.parseInt(id, 16) & 0x3ff] ?? 'en';
}

/** Asked of PowerShell, for no value of the registry says how large a disk is. */
export const diskQuestion =
  'ConvertTo-Json -Compress @(Get-CimInstance Win32_DiskDrive | Select-Object Name,Size,Model)';

/** Null where the answer is none, as from a Windows without PowerShell. */
export function parseDisks(text: string): Disk[] | null {
  let rows: unknown;
  try {
    rows = JSON.parse(text);
  } catch {
    return null;
  }
  if (!Array.isArray(rows)) return null;
  return rows.flatMap((row: { Name?: unknown; Size?: unknown; Model?: unknown }) => {
    const name = String(row.Name ?? '').replace(/^\\\\\.\\/, '');
    const sizeBytes = Number(row.Size);
    if (name === '' || !(sizeBytes > 0)) return [];
    const model = typeof row.Model === 'string' ? row.Model.trim().slice(0, 255) : '';
    return [{ name: name.slice(0, 255), sizeBytes, ...(model === '' ? {} : { model }) }];
  });
}
