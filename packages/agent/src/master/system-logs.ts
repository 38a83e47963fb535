import { readdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import type { Paths } from '../platform/platform.ts';
import { run } from '../platform/shell.ts';
import { filledFiles, kindOf, remove } from './places.ts';

const folder = '/var/log';
/** Journals lie in a folder that is named by the machine id. */
const journals = '/var/log/journal';
const limitMs = 60_000;

/** Logs of the system with anything in them. */
export function findSystemLogs(paths: Paths): string[] {
  const base = paths.real(folder);
  const filled = filledFiles(base).map((path) => `${folder}${path.slice(base.length)}`);
  const empty = journalFolders(paths).filter((path) => !filled.some((file) => file.startsWith(`${path}/`)));
  return [...filled, ...empty];
}

function journalFolders(paths: Paths): string[] {
  const path = paths.real(journals);
  return kindOf(path) === 'folder' ? readdirSync(path).map((name) => join(journals, name)) : [];
}

/** Old ones by the ways in which logrotate names them: `syslog.1`, `syslog.2.gz`, `messages-20260101`. */
const isOld = (path: string) => /(\.\d+|\.(gz|xz|bz2|zst|old)|-\d{8})$/.test(path);

/** Current ones stay, empty: not every program may make its own. */
export function clearSystemLogs(paths: Paths): string[] {
  const found = findSystemLogs(paths);
  for (const path of journalFolders(paths)) remove(paths.real(path));
  for (const path of found) {
    const file = paths.real(path);
    if (kindOf(file) !== 'file') continue;
    if (isOld(path)) remove(file);
    else truncateSync(file);
  }
  return found;
}

/** On a machine that runs, those that would write anew; where they are not there, nothing is to be done. */
export async function stopLogWriters(): Promise<void> {
  await run('journalctl', ['--relinquish-var'], { timeoutMs: limitMs });
  for (const unit of ['syslog.socket', 'rsyslog.service', 'auditd.service'])
    await run('systemctl', ['stop', unit], { timeoutMs: limitMs });
}
