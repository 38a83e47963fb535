import { languageOf } from '@tenkai/certificates/index.ts';
import { platformOptions, selectPlatform } from '../platform/select.ts';
import { readSettings } from '../settings.ts';
import type { CommonOptions } from './options.ts';
import { type Deps, print } from './perform.ts';
import { renewMachine } from './renew-machine.ts';
import { identityText } from './texts.ts';

/**
 * New keys and certificates for this machine, which stays the same for its site; the service and runs go on meanwhile.
 * @throws Failure as `renewMachine`
 */
export async function renew({ env, data }: Deps, { json }: CommonOptions): Promise<void> {
  const settings = readSettings(data);
  const platform = await selectPlatform(platformOptions(env, settings));
  const found = await renewMachine({ data, settings, platform });
  await print(found, identityText(found, languageOf(env)), json);
}
