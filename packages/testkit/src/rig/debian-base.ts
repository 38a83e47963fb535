/** The Debian from which hosts and virtual machines of the tests are made: debootstrap, once for each checkout. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type AptMirror, findAptMirror } from './apt-mirror.ts';
import { cachedFolder } from './cached-folder.ts';
import { output } from './command.ts';

const debootstrap = '/usr/sbin/debootstrap';
const makeLimitMs = 15 * 60_000;
/** Beyond `minbase`: what every managed machine has. */
const packages = ['iproute2', 'procps'];
const aptFolders = ['var/cache/apt/archives', 'var/lib/apt/lists'];
const unneeded = [...aptFolders, 'usr/share/doc', 'usr/share/locale', 'usr/share/man'];

/** Why there can be no Debian base here; false when there can. */
export const noDebianBase: string | false = whyNot();

function whyNot(): string | false {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'A DEBIAN BASE needs Linux and root';
  if (!existsSync(debootstrap))
    return 'debootstrap is MISSING: run node scripts/install-test-tools.mjs as root';
  return findAptMirror() ? false : 'the apt sources of this machine name NO DEBIAN MIRROR';
}

/** Folder with a minimal Debian of this machine's own release. Nobody writes to it: hosts lay an overlay over it. */
export function prepareDebianBase(): Promise<string> {
  const mirror = findAptMirror();
  if (!mirror) throw new Error(String(noDebianBase));
  const key = recipeKey(['1', mirror.suite, ...packages]);
  return cachedFolder({
    name: 'debian-base',
    key,
    limitMs: makeLimitMs,
    make: (folder) => build(mirror, folder),
  });
}

/** Twelve characters that change with the recipe of a cached folder. */
export const recipeKey = (parts: readonly string[]) =>
  createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 12);

async function build({ uri, suite }: AptMirror, folder: string): Promise<void> {
  process.stderr.write(`Making the Debian base of the test hosts from ${uri} ...\n`);
  const argv = [debootstrap, '--variant=minbase', `--include=${packages.join(',')}`, suite, folder, uri];
  await output(argv, { timeoutMs: makeLimitMs, env: { ...process.env, ...(await aptProxy()) } });
  for (const folderName of unneeded) await rm(join(folder, folderName), { recursive: true, force: true });
  for (const kept of aptFolders) await mkdir(join(folder, kept, 'partial'), { recursive: true });
}

/** The proxy of this machine's apt, if it has one, in the words of wget. */
export async function aptProxy(): Promise<NodeJS.ProcessEnv> {
  const proxy = (await output(['apt-config', 'shell', 'proxy', 'Acquire::http::Proxy'])).match(
    /^proxy='(.+)'$/m,
  )?.[1];
  return proxy ? { http_proxy: proxy } : {};
}
