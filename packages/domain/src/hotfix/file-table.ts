import type { FilePlatform, HotfixFile } from './hotfix.ts';

/** A row whose date could not be read; the row itself stays (HOTFIX-19). */
export interface FileTableWarning {
  readonly line: number;
  readonly code: 'hotfix-date-unreadable';
  readonly text: string;
}

export interface FileTable {
  readonly files: HotfixFile[];
  readonly warnings: FileTableWarning[];
}

const absent: readonly string[] = ['', '-', 'n/a', '該当なし', '対象外'];
const platforms: Readonly<Record<string, FilePlatform>> = {
  x86: 'x86',
  x64: 'x64',
  'ia-64': 'ia64',
  ia64: 'ia64',
};

/**
 * Reads the table of a hotfix's article: name, version, size, date and time in UTC, platform, divided by `|`.
 * A date that cannot be read keeps its text and makes a warning.
 * @throws RangeError naming the line that is no row at all
 * Source: HOTFIX-15..20.
 */
export function parseFileTable(text: string): FileTable {
  const files: HotfixFile[] = [];
  const warnings: FileTableWarning[] = [];
  text.split('\n').forEach((row, index) => {
    if (row.trim() === '') return;
    const line = index + 1;
    const [name = '', version = '', size = '', date = '', platform = '', ...more] = row
      .split('|')
      .map((cell) => cell.trim());
    const sizeBytes = Number(size.replaceAll(',', ''));
    if (name === '' || more.length > 0 || !Number.isSafeInteger(sizeBytes) || sizeBytes <= 0)
      throw new RangeError(`line ${line} is no row of a file table`);
    const writtenAt = utcOf(date);
    if (writtenAt === null) warnings.push({ line, code: 'hotfix-date-unreadable', text: date });
    files.push({
      name,
      version: absent.includes(version.toLowerCase()) ? null : version,
      sizeBytes,
      writtenAt,
      ...(writtenAt === null ? { rawDate: date } : {}),
      platform: platforms[platform.toLowerCase()] ?? null,
    });
  });
  return { files, warnings };
}

function utcOf(date: string): string | null {
  const [, day, time] = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2})$/.exec(date) ?? [];
  return day === undefined ? null : `${day}T${time}:00Z`;
}
