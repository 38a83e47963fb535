/** Where Node's program for an architecture comes from: the npm package that package-lock.json names. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Architecture } from './tree.ts';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');
const fetchLimitMs = 5 * 60_000;

const inNode: Readonly<Record<Architecture, string>> = { amd64: 'x64', arm64: 'arm64' };

export const isArchitecture = (text: string): text is Architecture => Object.hasOwn(inNode, text);
export const ownArchitecture: Architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';

/**
 * Folder of the npm package with `bin/node`. npm installs the one of this machine; another one is fetched by npm once,
 * and has to be the bytes that the lock file names.
 * @throws Error where the registry has other bytes
 */
export async function nodePackageFor(architecture: Architecture): Promise<string> {
  const name = `node-linux-${inNode[architecture]}`;
  const installed = join(root, 'node_modules', name);
  if (existsSync(join(installed, 'bin/node'))) return installed;
  const { version, integrity } = await locked(name);
  const folder = join(root, '.cache', `${name}-${version}`);
  if (!existsSync(folder)) await fetchPackage(`${name}@${version}`, integrity, folder);
  return folder;
}

async function locked(name: string): Promise<{ version: string; integrity: string }> {
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string; integrity: string }>;
  };
  const found = packages[`node_modules/${name}`];
  if (!found) throw new Error(`package-lock.json does not name ${name}`);
  return found;
}

async function fetchPackage(spec: string, integrity: string, folder: string): Promise<void> {
  await mkdir(join(root, '.cache'), { recursive: true });
  const work = await mkdtemp(`${folder}.`);
  try {
    console.error(`Fetching ${spec} ...`);
    const args = ['pack', spec, '--pack-destination', work, '--json', '--loglevel=error'];
    const { stdout } = await run('npm', args, { cwd: work, timeout: fetchLimitMs });
    const [packed] = JSON.parse(stdout) as { filename: string }[];
    const archive = join(work, packed?.filename ?? '');
    const digest = createHash('sha512')
      .update(await readFile(archive))
      .digest('base64');
    if (integrity !== `sha512-${digest}`) throw new Error(`${spec} is not what package-lock.json names`);
    await run('tar', ['-xzf', archive, '-C', work], { timeout: fetchLimitMs });
    // Complete, or not there; who comes second finds the first one's.
    await rename(join(work, 'package'), folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
