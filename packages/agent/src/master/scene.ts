import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Failure } from '@tenkai/domain/failure.ts';
import { type DataFolder, dataFolder, dataFolderOf } from '../data-folder.ts';
import type { Platform } from '../platform/platform.ts';
import { platformOptions, selectPlatform } from '../platform/select.ts';
import { readSettings } from '../settings.ts';
import { openMasterSystem } from './open-system.ts';
import type { MasterSystem } from './system.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** The reference machine: this one, or one whose file system is mounted somewhere and which does not run. */
export interface Scene {
  readonly data: DataFolder;
  readonly platform: Platform;
  /** It does not run, and nobody can assign it meanwhile. */
  readonly isImage: boolean;
  readonly system: MasterSystem;
}

/**
 * @param root folder of a mounted image; undefined: this machine
 * @param family of the machine on which this runs
 * @throws Failure master-needs-root, master-linux-only, master-image-not-found, agent-settings-invalid, platform-unsupported
 */
export async function openScene(
  env: Env,
  root?: string,
  family: NodeJS.Platform = process.platform,
): Promise<Scene> {
  // A Windows is not in its files alone: the registry and sysprep are those of the machine that runs.
  if (family === 'win32' && root !== undefined) throw new Failure('master-linux-only', { what: '--root' });
  if ((process.getuid?.() ?? 0) !== 0) throw new Failure('master-needs-root');
  if (root === undefined) {
    const data = dataFolderOf(env);
    const platform = await selectPlatform(platformOptions(env, readSettings(data)));
    const system = await openMasterSystem({ data, platform, isLive: platform.paths.root === null });
    return { data, platform, system, isImage: false };
  }
  const folder = resolve(root);
  if (!existsSync(join(folder, 'etc'))) throw new Failure('master-image-not-found', { folder });
  const data = dataFolder(join(folder, dataFolderOf({}).root));
  const options = { ...platformOptions(env, readSettings(data)), root: folder };
  const platform = await selectPlatform(options);
  const system = await openMasterSystem({ data, platform, isLive: false });
  return { data, platform, system, isImage: true };
}
