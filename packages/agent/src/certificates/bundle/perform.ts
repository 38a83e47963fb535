import { resolve } from 'node:path';
import { languageOf } from '@tenkai/certificates/index.ts';
import { readPasswords } from '@tenkai/certificates/passwords-file.ts';
import { makeDataFolder } from '../../data-folder.ts';
import { machineGuard } from '../../key-guard.ts';
import { openLog } from '../../log.ts';
import { platformOptions, selectPlatform } from '../../platform/select.ts';
import { readSettings } from '../../settings.ts';
import { whileAgentIsStopped } from '../alone.ts';
import type { BundleOptions } from '../options.ts';
import { ownStores } from '../own-stores.ts';
import { type Deps, print } from '../perform.ts';
import { bundleText } from '../texts.ts';
import { type BundleDeps, exportIdentity } from './export.ts';
import { importIdentity } from './import.ts';

async function bundleDeps({ data }: Deps): Promise<BundleDeps> {
  const { own: store } = await ownStores(data);
  const log = openLog({ folder: data.log, name: 'identity' });
  return { data, store, guard: await machineGuard(), log, now: Date.now };
}

/** @throws Failure rights-missing, password-file-open, password-file-unreadable, and those of `exportIdentity` */
export async function exportBundle(deps: Deps, path: string, options: BundleOptions): Promise<void> {
  const { passwordFile, json } = options;
  const file = resolve(path);
  const [password = ''] = readPasswords(resolve(passwordFile));
  const thumbprints = exportIdentity(await bundleDeps(deps), { file, passwordFile, password });
  const done = { file, thumbprints };
  await print(done, bundleText('exported', done, languageOf(deps.env)), json);
}

/** @throws Failure rights-missing, identity-in-use, run-in-progress, password-file-open, and those of `importIdentity` */
export async function importBundle(deps: Deps, path: string, options: BundleOptions): Promise<void> {
  const { data, env } = deps;
  const file = resolve(path);
  const passwords = readPasswords(resolve(options.passwordFile));
  makeDataFolder(data);
  const platform = await selectPlatform(platformOptions(env, readSettings(data)));
  const done = await whileAgentIsStopped({ data, platform }, async () =>
    importIdentity(await bundleDeps(deps), { file, passwords }),
  );
  await print(done, bundleText(done.isNew ? 'imported' : 'present', done, languageOf(env)), options.json);
}
