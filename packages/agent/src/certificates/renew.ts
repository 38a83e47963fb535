import { join } from 'node:path';
import { languageOf } from '@tenkai/certificates/index.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import { createSiteClient } from '@tenkai/protocol/agent/link/site-client.ts';
import { presentEnrollment } from '../enrollment.ts';
import { machineGuard } from '../key-guard.ts';
import { takeLock } from '../lock.ts';
import { openLog } from '../log.ts';
import { platformOptions, selectPlatform } from '../platform/select.ts';
import { readSettings } from '../settings.ts';
import { listIdentity } from './list.ts';
import type { CommonOptions } from './options.ts';
import { ownStores } from './own-stores.ts';
import { type Deps, print } from './perform.ts';
import { renewIdentity } from './renewal.ts';
import { identityText } from './texts.ts';

const limitMs = 2 * 60_000;

/**
 * New keys and certificates for this machine, which stays the same for its site; the service and runs go on meanwhile.
 * @throws Failure identity-not-enrolled, agent-runs-already, rights-missing, and those of `renewIdentity`
 */
export async function renew({ env, data }: Deps, { json }: CommonOptions): Promise<void> {
  const settings = readSettings(data);
  const platform = await selectPlatform(platformOptions(env, settings));
  const enrollment = presentEnrollment({ data, settings, platform });
  if (!enrollment) throw new Failure('identity-not-enrolled');
  const { own: store, all: stores } = await ownStores(data);
  const { server: url, rootCertificate, machineId } = enrollment;
  const { processes } = platform;
  const lock = await takeLock({
    processes,
    folder: join(data.locks, 'renewal'),
    what: 'renewal of the keys',
  });
  const client = createSiteClient({ url, rootCertificate });
  try {
    const guard = await machineGuard();
    await renewIdentity({ data, guard, store, client, machineId }, AbortSignal.timeout(limitMs));
    const found = listIdentity({ data, stores, guard }, Date.now());
    const thumbprints = found.certificates.map(({ thumbprint }) => thumbprint);
    openLog({ folder: data.log, name: 'identity' }).info({ machineId, thumbprints }, 'keys renewed');
    await print(found, identityText(found, languageOf(env)), json);
  } finally {
    client.close();
    lock.release();
  }
}
