/**
 * The Windows of the tests: Wine 10 in a Debian trixie of its own, with a prepared Windows folder and Node for Windows;
 * made once for each checkout (a minute and a half, 240 MB of downloads). Nobody writes to it: machines lay an overlay
 * over it, and so each has a fresh Windows.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findAptMirror } from './apt-mirror.ts';
import { cachedFolder } from './cached-folder.ts';
import { output } from './command.ts';
import { aptProxy, noDebianBase, recipeKey } from './debian-base.ts';
import { noNetworks } from './network.ts';
import { prepareWindowsNode } from './wine-node.ts';

/** The release whose Wine runs `msiexec /a`, delayed services and Node 24; that of bookworm does not. */
const suite = 'trixie';
const packages = ['wine', 'wine64', 'iproute2', 'procps'];
const script = join(import.meta.dirname, 'host-scripts/fill-wine.sh');
const suiteScript = `/usr/share/debootstrap/scripts/${suite}`;
const makeLimitMs = 15 * 60_000;
const tries = 3;
const unneeded = [
  'var/cache/apt/archives',
  'var/lib/apt/lists',
  'usr/share/doc',
  'usr/share/locale',
  'usr/share/man',
];

/** The Windows folder of a machine, as Linux sees it. */
export const winePrefix = '/var/lib/wine';
/** Node of the machine, as Windows sees it. */
export const wineNodePath = 'C:\\node\\node.exe';

/** Quiet, and without the downloads of .NET and of a browser that Wine offers in a window. */
export const wineEnvironment: Readonly<Record<string, string>> = {
  WINEPREFIX: winePrefix,
  WINEARCH: 'win64',
  WINEDEBUG: '-all',
  WINEDLLOVERRIDES: 'mscoree,mshtml=;winemenubuilder.exe=d',
};

/** Why no Windows can be played here; false when it can. For `{ skip: noWine }`. */
export const noWine: string | false = whyNot();

function whyNot(): string | false {
  if (noDebianBase || noNetworks) return noDebianBase || noNetworks;
  if (process.arch !== 'x64') return `there is NO WINE for ${process.arch}`;
  if (!existsSync(suiteScript)) return `debootstrap knows NO ${suite}: ${suiteScript} is missing`;
  const uri = findAptMirror()?.uri ?? '';
  return hasSuite(uri) ? false : `WINE needs Debian ${suite}, and ${uri} does not give it`;
}

/** Asked with the tool by which debootstrap will fetch it. A mirror may hold one release only. */
function hasSuite(uri: string): boolean {
  const release = `${uri.replace(/\/$/, '')}/dists/${suite}/Release`;
  if (release.startsWith('file:')) return existsSync(new URL(release));
  const options = ['--spider', '--quiet', '--timeout=20', '--tries=3'];
  return spawnSync('wget', [...options, release], { timeout: 120_000 }).status === 0;
}

/** Folder with the Debian, Wine and Windows. @throws Error with the words of the program that failed */
export async function prepareWineBase(): Promise<string> {
  const uri = findAptMirror()?.uri;
  if (noWine || !uri) throw new Error(String(noWine));
  const node = await prepareWindowsNode();
  const environment = Object.entries(wineEnvironment).flat();
  const nodeName = basename(dirname(node));
  const key = recipeKey(['1', suite, ...packages, nodeName, await readFile(script, 'utf8'), ...environment]);
  return cachedFolder({
    name: 'wine-base',
    key,
    limitMs: makeLimitMs,
    make: (folder) => build({ uri, node, folder }),
  });
}

async function build({ uri, node, folder }: { uri: string; node: string; folder: string }): Promise<void> {
  process.stderr.write(`Making the Wine machine of the tests (Debian ${suite}) from ${uri} ...\n`);
  await patiently(folder, () => bootstrap(uri, folder));
  for (const name of unneeded) await rm(join(folder, name), { recursive: true, force: true });
  const spaces = ['--mount', '--pid', '--net', '--fork', '--kill-child=KILL'];
  await output(['unshare', ...spaces, 'sh', script, folder], {
    timeoutMs: makeLimitMs,
    env: { ...wineEnvironment, PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', LANG: 'C.UTF-8' },
  });
  await cp(node, join(folder, winePrefix, 'drive_c/node/node.exe'));
}

async function bootstrap(uri: string, folder: string): Promise<void> {
  const argv = ['debootstrap', '--variant=minbase', `--include=${packages.join(',')}`, suite, folder, uri];
  await output(argv, { timeoutMs: makeLimitMs, env: { ...process.env, ...(await aptProxy()) } });
}

/** A mirror that is renewed just now, or a short loss of the network, must not cost a whole run of the tests. */
async function patiently(folder: string, act: () => Promise<void>): Promise<void> {
  for (let left = tries - 1; ; left -= 1) {
    try {
      return await act();
    } catch (error) {
      if (left === 0) throw error;
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder);
      await delay(10_000);
    }
  }
}
