import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type LinuxPackage, type ListedFile, listFiles, withTree } from './tree.ts';

const run = promisify(execFile);

const buildTimeoutMs = 10 * 60_000;
/** What Node's own builds are linked with (its BUILDING.md names the oldest versions). */
const nodeDepends = ['libc6 (>= 2.28)', 'libgcc-s1', 'libstdc++6 (>= 9)'];

/** Builds the package with dpkg-deb and returns its path in `outDir`. */
export function makeDeb(deb: LinuxPackage, outDir: string): Promise<string> {
  return withTree(deb, async (tree) => {
    await placeControl(tree, deb, await listFiles(tree));
    await mkdir(outDir, { recursive: true });
    const out = join(outDir, `${deb.name}_${deb.version}_${deb.architecture}.deb`);
    // gzip: read by every dpkg in use, and a tenth of the time of xz on Node's 100 MB.
    const args = ['--root-owner-group', '-Zgzip', '-z6', '--build', tree, out];
    const env = { ...process.env, SOURCE_DATE_EPOCH: String(deb.epoch) };
    await run('dpkg-deb', args, { timeout: buildTimeoutMs, env });
    return out;
  });
}

async function placeControl(tree: string, deb: LinuxPackage, files: readonly ListedFile[]): Promise<void> {
  const dir = join(tree, 'DEBIAN');
  await mkdir(dir, { recursive: true });
  const put = async (name: string, text: string, mode = 0o644) => {
    await writeFile(join(dir, name), text);
    await chmod(join(dir, name), mode);
  };
  const { beforeInstall, afterInstall, beforeRemoval, afterRemoval } = deb.scripts.deb;
  const scripts = {
    preinst: beforeInstall,
    postinst: afterInstall,
    prerm: beforeRemoval,
    postrm: afterRemoval,
  };
  await put('control', `${controlFields(deb, installedSize(files)).join('\n')}\n`);
  await put('md5sums', await md5sums(tree, deb, files));
  if (deb.conffiles.length > 0) await put('conffiles', `${deb.conffiles.join('\n')}\n`);
  for (const [name, text] of Object.entries(scripts)) if (text !== '') await put(name, text, 0o755);
}

/** KiB as Debian Policy 5.6.20 counts them: files in whole KiB, one for everything else. */
function installedSize(files: readonly ListedFile[]): number {
  return files.reduce((sum, { isFile, bytes }) => sum + (isFile ? Math.ceil(bytes / 1024) : 1), 0);
}

function controlFields(deb: LinuxPackage, installedKib: number): string[] {
  const relation = (name: string, list: readonly string[]) =>
    list.length > 0 ? [`${name}: ${list.join(', ')}`] : [];
  return [
    `Package: ${deb.name}`,
    `Version: ${deb.version}`,
    `Architecture: ${deb.architecture}`,
    'Maintainer: Tenkai maintainers <maintainers@tenkai.invalid>',
    `Installed-Size: ${installedKib}`,
    ...relation('Depends', [...nodeDepends, ...deb.depends.deb]),
    ...relation('Recommends', deb.recommends.deb),
    'Section: admin',
    'Priority: optional',
    `Description: ${deb.synopsis}`,
    ...deb.description.map((line) => ` ${line}`),
  ];
}

/** For `dpkg --verify`: settings are not in it, for they may be changed. */
async function md5sums(
  tree: string,
  { conffiles }: LinuxPackage,
  files: readonly ListedFile[],
): Promise<string> {
  const listed = files.filter(({ path, isFile }) => isFile && !conffiles.includes(`/${path}`));
  const lines: string[] = [];
  for (const { path } of listed) {
    const hash = createHash('md5');
    for await (const part of createReadStream(join(tree, path))) hash.update(part);
    lines.push(`${hash.digest('hex')}  ${path}\n`);
  }
  return lines.join('');
}
