/** Makes small real Debian packages from a table, for tests that deploy them. */
import { existsSync } from 'node:fs';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { output } from './command.ts';
import { makeRigFolder } from './rig-folder.ts';

/** Why no .deb can be made here; false when it can. For `{ skip: noDebTools }`. */
export const noDebTools: string | false =
  !existsSync('/usr/bin/dpkg-deb') && 'dpkg-deb is MISSING: this is not a Debian';

export interface DebContent {
  readonly name: string;
  readonly version: string;
  /** Default `all`. */
  readonly architecture?: string;
  readonly depends?: string;
  readonly description?: string;
  /** By absolute path on the target. Text is written 0644, or 0755 where it starts with `#!`. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Maintainer scripts. */
  readonly scripts?: Readonly<Partial<Record<'preinst' | 'postinst' | 'prerm' | 'postrm', string>>>;
  /** Paths of `files` that dpkg treats as settings. */
  readonly conffiles?: readonly string[];
}

/** Writes `NAME_VERSION_ARCH.deb` into `folder` and gives its path. The same table gives the same bytes. */
export async function buildDeb(folder: string, deb: DebContent): Promise<string> {
  const tree = await makeRigFolder('deb');
  try {
    for (const [path, content] of Object.entries(deb.files ?? {})) await put(join(tree, path), content);
    await put(join(tree, 'DEBIAN/control'), controlOf(deb));
    for (const [name, text] of Object.entries(deb.scripts ?? {})) await put(join(tree, 'DEBIAN', name), text);
    if (deb.conffiles) await put(join(tree, 'DEBIAN/conffiles'), `${deb.conffiles.join('\n')}\n`);
    const file = join(folder, `${deb.name}_${deb.version.replace(/^\d+:/, '')}_${architectureOf(deb)}.deb`);
    const env = { ...process.env, SOURCE_DATE_EPOCH: '1700000000' };
    await output(['dpkg-deb', '--root-owner-group', '-Zgzip', '--build', tree, file], { env });
    return file;
  } finally {
    await rm(tree, { recursive: true, force: true });
  }
}

const architectureOf = ({ architecture = 'all' }: DebContent) => architecture;

function controlOf(deb: DebContent): string {
  const fields = {
    Package: deb.name,
    Version: deb.version,
    Architecture: architectureOf(deb),
    Maintainer: 'Tenkai tests <tests@tenkai.invalid>',
    Depends: deb.depends,
    Description: deb.description ?? `${deb.name}, made by a test`,
  };
  const lines = Object.entries(fields).filter(([, value]) => value !== undefined);
  return `${lines.map(([name, value]) => `${name}: ${value}`).join('\n')}\n`;
}

async function put(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  await chmod(path, typeof content === 'string' && content.startsWith('#!') ? 0o755 : 0o644);
}
