/** npm packages as package-lock.json names them, those for other systems too, which npm does not install here. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');
const fetchLimitMs = 10 * 60_000;

interface Locked {
  readonly version: string;
  /** Subresource integrity: `sha512-…`. */
  readonly integrity: string;
}

/**
 * Folder of the package as package-lock.json names it: the installed one, or one that is fetched once for each checkout.
 * @throws Error with npm's words, or where what came is not what was locked
 */
export async function npmPackage(name: string): Promise<string> {
  const installed = join(root, 'node_modules', name);
  if (existsSync(join(installed, 'package.json'))) return installed;
  const locked = await lockedPackage(name);
  const cache = join(root, '.cache/npm');
  const folder = join(cache, `${name.replace('/', '-')}-${locked.version}`);
  if (existsSync(folder)) return folder;
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, 'fetch-'));
  try {
    await fetchPackage(name, locked, work);
    // Another one may have been quicker; both are the same.
    await rename(join(work, 'package'), folder).catch((error) => {
      if (!existsSync(folder)) throw error;
    });
    return folder;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function lockedPackage(name: string): Promise<Locked> {
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Locked | undefined>;
  };
  const locked = packages[`node_modules/${name}`];
  if (!locked) throw new Error(`package-lock.json does not lock ${name}`);
  return locked;
}

async function fetchPackage(name: string, { version, integrity }: Locked, work: string): Promise<void> {
  const pack = ['pack', `${name}@${version}`, '--json', '--pack-destination', work];
  const { stdout } = await run('npm', pack, { timeout: fetchLimitMs, cwd: work });
  const [{ filename = '' } = {}] = JSON.parse(stdout) as { filename?: string }[];
  const archive = join(work, filename);
  const digest = createHash('sha512')
    .update(await readFile(archive))
    .digest('base64');
  if (integrity !== `sha512-${digest}`)
    throw new Error(`${name}@${version} is not the one of package-lock.json`);
  await run('tar', ['-xzf', archive, '-C', work], { timeout: fetchLimitMs });
}
