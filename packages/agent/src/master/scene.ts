import { join, resolve } from 'node:path';
import { Failure } from '@tenkai/domain/failure.ts';
import { type DataFolder, dataFolder, dataFolderOf } from '../data-folder.ts';
import type { Platform } from '../platform/platform.ts';
import { platformOptions, selectPlatform } from '../platform/select.ts';
import { readSettings } from '../settings.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** The reference machine: this one, or one whose file system is mounted somewhere and which does not run. */
export interface Scene {
  readonly data: DataFolder;
  readonly platform: Platform;
  /** It does not run, and nobody can assign it meanwhile. */
  readonly isImage: boolean;
  /** Its systemd is the one that runs here; never so where a folder stands for the machine. */
  readonly isLive: boolean;
}

/**
 * @param root folder of a mounted image; undefined: this machine
 * @param system of the machine on which this runs
 * @throws Failure master-needs-root, master-by-hand, agent-settings-invalid, platform-unsupported
 */
export async function openScene(
  env: Env,
  root?: string,
  system: NodeJS.Platform = process.platform,
): Promise<Scene> {
  // The acts are of systemd and of files of Linux: half of a preparation would look like a whole one.
  if (system === 'win32') throw new Failure('master-by-hand');
  if ((process.getuid?.() ?? 0) !== 0) throw new Failure('master-needs-root');
  if (root === undefined) {
    const data = dataFolderOf(env);
    const platform = await selectPlatform(platformOptions(env, readSettings(data)));
    return { data, platform, isImage: false, isLive: platform.paths.root === null };
  }
  const folder = resolve(root);
  const data = dataFolder(join(folder, dataFolderOf({}).root));
  const options = { ...platformOptions(env, readSettings(data)), root: folder };
  return { data, platform: await selectPlatform(options), isImage: true, isLive: false };
}
