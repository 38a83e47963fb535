import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { output } from './command.ts';
import type { DebianHost } from './debian-host.ts';

/**
 * Puts programs of this machine into a host, with the libraries that the host does not have: it is the same release of
 * Debian, and an installation by apt would need its mirror in every test.
 * @param folders that the programs read, by absolute path
 */
export async function copyPrograms(
  host: Pick<DebianHost, 'rootPath' | 'copyIn'>,
  programs: readonly string[],
  folders: readonly string[] = [],
): Promise<void> {
  const lists = await Promise.all(programs.map((program) => output(['ldd', program])));
  const libraries = lists.flatMap((list) => [...list.matchAll(/ => (\/\S+)/g)].map(([, path = '']) => path));
  const missing = [...new Set(libraries)].filter((path) => !existsSync(join(host.rootPath, path)));
  for (const path of [...programs, ...missing]) {
    // A link's target would lie elsewhere.
    await output(['install', '-D', '-m', '0755', path, join(host.rootPath, path)]);
  }
  for (const folder of folders) await host.copyIn(folder, folder);
}
