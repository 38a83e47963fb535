/** The binding to libraries of the system (koffi): certificates of Windows, large datagrams of Linux. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { npmPackage } from './npm-package.ts';

export interface BindingFile {
  /** Below the folder of the program that imports it. */
  readonly path: string;
  readonly source: string;
}

/**
 * What of it a program needs at run time; its C++ sources, and what is of other systems, stay behind.
 * @throws Error as npmPackage
 */
export async function bindingFiles(
  system: 'linux-x64' | 'linux-arm64' | 'win32-x64',
): Promise<BindingFile[]> {
  const native = `@koromix/koffi-${system}`;
  return [
    ...(await listed(await npmPackage('koffi'), 'node_modules/koffi', isOfCommon)),
    ...(await listed(await npmPackage(native), `node_modules/${native}`, isOfNative)),
  ];
}

const isOfCommon = (path: string) =>
  /^[^/]+\.(c?js|json)$|^LICENSE|^src\/koffi\/[^/]+\.c?js$|^src\/koffi\/src\/[^/]+\.c?js$/.test(path) &&
  !path.startsWith('cnoke');

/** Our Node is linked with the GNU C library. */
const isOfNative = (path: string) => /\.(js|json|node)$/.test(path) && !path.startsWith('musl_');

async function listed(
  folder: string,
  path: string,
  isNeeded: (path: string) => boolean,
): Promise<BindingFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => isNeeded(file.slice(folder.length + 1)))
    .sort()
    .map((source) => ({ path: `${path}/${source.slice(folder.length + 1)}`, source }));
}
