import { languageOf } from '@tenkai/certificates/index.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import { confirm, whileAgentIsStopped } from '../certificates/alone.ts';
import type { CommonOptions, PurgeOptions } from '../certificates/options.ts';
import { type Deps, print } from '../certificates/perform.ts';
import { questions } from '../certificates/texts.ts';
import { openLog } from '../log.ts';
import { removeTrust } from '../master/agent-state.ts';
import { platformOptions, selectPlatform } from '../platform/select.ts';
import { readSettings } from '../settings.ts';
import { heldTrust } from './held-trust.ts';
import { statusText, trustText } from './texts.ts';

const limitMs = 5 * 60_000;
const limit = () => AbortSignal.timeout(limitMs);

async function look({ env, data }: Deps) {
  const platform = await selectPlatform(platformOptions(env, readSettings(data)));
  const trust = await heldTrust({ data, oldTrust: platform.oldTrust }, limit());
  return { platform, trust, language: languageOf(env) };
}

export async function list(deps: Deps, { json }: CommonOptions): Promise<void> {
  const { trust, language } = await look(deps);
  await print(trust.keys, trustText(trust, language), json);
}

export async function status(deps: Deps, { json }: CommonOptions): Promise<void> {
  const { trust, language } = await look(deps);
  await print({ status: trust.status, keys: trust.keys.length }, statusText(trust, language), json);
}

/** @throws Failure trust-held (IDENT-29) */
export async function verify(deps: Deps, { json }: CommonOptions): Promise<void> {
  const { trust, language } = await look(deps);
  const count = trust.keys.length;
  await print({ status: trust.status, keys: count }, statusText(trust, language), json);
  if (count > 0) throw new Failure('trust-held', { count });
}

/**
 * Forgets every root key, and the enrollment that hangs on one (IDENT-28). The machine then trusts nobody until it
 * is given a key again: by `enroll`, by a ticket, by its properties.
 * @throws Failure identity-in-use, run-in-progress, purge-not-confirmed, trust-held
 */
export async function purge(deps: Deps, options: PurgeOptions): Promise<void> {
  const { data } = deps;
  const { platform, trust, language } = await look(deps);
  if (options.dryRun) return print({ ...trust, isDryRun: true }, trustText(trust, language), options.json);
  const left = await whileAgentIsStopped({ data, platform }, async () => {
    await confirm(`${trustText(trust, language)}\n${questions[language].trust}`, options.yes);
    const log = openLog({ folder: data.log, name: 'identity' });
    for (const { place, fingerprint } of trust.keys)
      log.info({ place, fingerprint }, 'trusted root key removed');
    removeTrust(data);
    if (trust.keys.some(({ place }) => place === 'wmi')) await platform.oldTrust.removeAll(limit());
    return heldTrust({ data, oldTrust: platform.oldTrust }, limit());
  });
  if (left.keys.length > 0) throw new Failure('trust-held', { count: left.keys.length });
  await print({ ...left, removed: trust.keys, isDryRun: false }, statusText(left, language), options.json);
}
