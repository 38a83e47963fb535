/** Folders of the rig under the system's temporary folder, named after the process that owns them. */
import { existsSync, readlinkSync, rmSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { output } from './command.ts';

const prefix = 'tenkai-rig';

/** A new empty folder that every user may pass through (PostgreSQL and nginx run as others). Remove it when done. */
export async function makeRigFolder(purpose: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `${prefix}-${pidSpace()}-${process.pid}-${purpose}-`));
  await chmod(folder, 0o755);
  return folder;
}

/** The same for plain files that are wanted for as long as the process lives: removed when it ends. Mount nothing there. */
export async function makeScratchFolder(purpose: string): Promise<string> {
  const folder = await makeRigFolder(purpose);
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Removes the folders of processes that died before they could. */
export async function sweepRigFolders(): Promise<readonly string[]> {
  const names = (await readdir(tmpdir())).filter(isOrphan);
  for (const name of names) await rm(join(tmpdir(), name), { recursive: true, force: true });
  return names;
}

/** Removes the control groups of hosts whose processes died before they could; an empty one costs next to nothing. */
export async function sweepControlGroups(): Promise<void> {
  const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n').map((line) => line.split(' '));
  for (const [, path = '', type] of mounts) {
    if (type !== 'cgroup2') continue;
    for (const name of (await readdir(path)).filter(isOrphan))
      await output(['find', join(path, name), '-depth', '-type', 'd', '-exec', 'rmdir', '{}', '+']);
  }
}

function isOrphan(name: string): boolean {
  const [space, pid] = name.startsWith(`${prefix}-`) ? name.slice(prefix.length + 1).split('-') : [];
  return space === pidSpace() && pid !== undefined && !existsSync(`/proc/${pid}`);
}

// Process numbers mean something in one pid namespace only, and a temporary folder may be seen by several.
function pidSpace(): string {
  return process.platform === 'linux' ? readlinkSync('/proc/self/ns/pid').replaceAll(/\D/g, '') : '0';
}
