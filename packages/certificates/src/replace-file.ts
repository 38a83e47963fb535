import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Failure } from '@tenkai/domain/failure.ts';
import './failures.ts';

/** Ending of the copy that stays beside a repaired file; files with it are never looked at. */
export const backupEnding = '.certfix-backup';

/** A file as it was read, to know later that nobody has changed it. */
export interface FileState {
  readonly bytes: Buffer;
  readonly stats: Stats;
}

/**
 * Reads a plain file; links, pipes and devices are refused, so that an administrator's certfix cannot be led elsewhere
 * by somebody who may write to the folder.
 * @throws Error of the system; undefined for what is no plain file
 */
export function readPlainFile(file: string, mostBytes: number): FileState | 'too-large' | undefined {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  if (!lstatSync(file).isFile()) return undefined;
  const handle = openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const stats = fstatSync(handle);
    if (!stats.isFile()) return undefined;
    return stats.size > mostBytes ? 'too-large' : { stats, bytes: readFileSync(handle) };
  } finally {
    closeSync(handle);
  }
}

/**
 * Puts new bytes in the place of a file: at every moment there is the old file or the new one, whole. Owner and
 * permissions stay; the old file is kept beside it. The new one is on disk before it takes the place; that it has taken
 * it is on disk after `syncFolder`, which many of them may share.
 * @returns path of the backup
 * @throws Failure certificate-file-changed; Error of the system
 */
export function replaceFile(file: string, { stats }: Pick<FileState, 'stats'>, bytes: Buffer): string {
  const temporary = join(dirname(file), `.${basename(file)}.certfix-${process.pid}.tmp`);
  // Left by a process of the same number that was killed.
  rmSync(temporary, { force: true });
  try {
    writeLike(temporary, stats, bytes);
    refuseChanged(file, stats);
    const backup = keepBackup(file);
    renameSync(temporary, file);
    return backup;
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function writeLike(temporary: string, { mode, uid, gid }: Stats, bytes: Buffer): void {
  const handle = openSync(temporary, 'wx', 0o600);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  // First the owner: a change of owner may take bits of the mode away.
  if (process.platform !== 'win32' && process.geteuid?.() === 0) chownSync(temporary, uid, gid);
  chmodSync(temporary, mode & 0o7777);
}

function refuseChanged(file: string, before: Stats): void {
  const now = lstatSync(file);
  const isSame =
    now.ino === before.ino && now.size === before.size && now.mtimeMs === before.mtimeMs && now.isFile();
  if (!isSame) throw new Failure('certificate-file-changed', { file });
}

/** The very file under a second name: its rights, owner and attributes with it. The first backup is the original. */
function keepBackup(file: string): string {
  for (let number = 0; ; number += 1) {
    const backup = `${file}${number === 0 ? '' : `.${number}`}${backupEnding}`;
    try {
      linkSync(file, backup);
      return backup;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || number >= 1000) throw error;
    }
  }
}

/** Puts on disk which file has which name in a folder. @throws Error of the system, where the disk does not confirm it */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
