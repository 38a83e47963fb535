import { languageOf } from '@tenkai/certificates/index.ts';
import type { DataFolder } from '../data-folder.ts';
import { machineGuard } from '../key-guard.ts';
import { openLog } from '../log.ts';
import { packageVersion } from '../package-version.ts';
import { platformOptions, selectPlatform } from '../platform/select.ts';
import { readSettings } from '../settings.ts';
import { confirm, whileAgentIsStopped } from './alone.ts';
import { listIdentity } from './list.ts';
import type { CommonOptions, PurgeOptions, WithdrawOptions } from './options.ts';
import { ownStores } from './own-stores.ts';
import { planPurge, purgeIdentity, withdrawCertificates } from './purge.ts';
import { identityText, purgeText, questions } from './texts.ts';

export interface Deps {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly data: DataFolder;
}

/** The process ends at once afterwards; a pipe that is read slowly must have got everything before. */
export function print(value: unknown, text: string, isJson = false): Promise<void> {
  const shown = isJson ? JSON.stringify(value, null, 2) : text;
  return new Promise((resolve) => process.stdout.write(`${shown.trimEnd()}\n`, () => resolve()));
}

/** @throws Failure rights-missing, certificate-store-refused */
export async function list({ env, data }: Deps, { json }: CommonOptions): Promise<void> {
  const { all: stores } = await ownStores(data);
  const found = listIdentity({ data, stores, guard: await machineGuard() }, Date.now());
  await print(found, identityText(found, languageOf(env)), json);
}

/** @throws Failure identity-in-use, run-in-progress, purge-not-confirmed, identity-left, rights-missing */
export async function purge({ env, data }: Deps, options: PurgeOptions): Promise<void> {
  const { all: stores } = await ownStores(data);
  const language = languageOf(env);
  const planned = planPurge({ data, stores });
  if (options.dryRun) return print(planned, purgeText(planned, language), options.json);
  const platform = await selectPlatform(platformOptions(env, readSettings(data)));
  const done = await whileAgentIsStopped({ data, platform }, async () => {
    await confirm(`${purgeText(planned, language)}\n${questions[language].certificates}`, options.yes);
    return purgeIdentity({ data, stores, log: openLog({ folder: data.log, name: 'identity' }) });
  });
  await print(done, purgeText(done, language), options.json);
}

/** Run by the installer before the programs go. Where another version has taken their place, the store is that one's. */
export async function withdraw(
  { env, data, programs }: Deps & { programs: string },
  options: WithdrawOptions,
): Promise<void> {
  const { json, removalOf } = options;
  if (removalOf !== undefined && removalOf !== packageVersion(programs)) return;
  const { own } = await ownStores(data);
  const done = withdrawCertificates({ stores: [own], log: openLog({ folder: data.log, name: 'identity' }) });
  await print(done, purgeText(done, languageOf(env)), json);
}
