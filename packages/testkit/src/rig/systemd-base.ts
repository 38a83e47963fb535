/** A Debian with systemd, made once for each checkout from the Debian base. */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { cachedFolder } from './cached-folder.ts';
import { output } from './command.ts';
import { aptProxy, prepareDebianBase, recipeKey } from './debian-base.ts';

const scripts = join(import.meta.dirname, 'host-scripts');
const makeLimitMs = 15 * 60_000;

/** Folder with it; nobody writes to it. Half a minute the first time. @throws Error with the words of what failed */
export async function prepareSystemdBase(): Promise<string> {
  const base = await prepareDebianBase();
  const texts = await Promise.all(
    ['in-tree.sh', 'fill-systemd.sh'].map((name) => readFile(join(scripts, name), 'utf8')),
  );
  return cachedFolder({
    name: 'systemd-base',
    key: recipeKey([basename(base), ...texts]),
    limitMs: makeLimitMs,
    make: async (folder) => {
      process.stderr.write('Making the Debian with systemd of the test hosts ...\n');
      await output(['cp', '-a', '-T', base, folder]);
      await fillTree(folder, 'fill-systemd.sh');
    },
  });
}

/** Runs one of the rig's scripts on a Debian tree, in namespaces of its own. */
export async function fillTree(tree: string, script: string, ...words: readonly string[]): Promise<void> {
  const spaces = ['unshare', '--mount', '--pid', '--fork', '--kill-child'];
  const env = { ...process.env, ...(await aptProxy()), DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' };
  const argv = [...spaces, 'sh', join(scripts, script), tree, ...words];
  await output(argv, { timeoutMs: makeLimitMs, env });
}
