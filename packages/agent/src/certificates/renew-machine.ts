import { join } from 'node:path';
import { Failure } from '@tenkai/domain/failure.ts';
import { createSiteClient } from '@tenkai/protocol/agent/link/site-client.ts';
import type { DataFolder } from '../data-folder.ts';
import { presentEnrollment } from '../enrollment.ts';
import { machineGuard } from '../key-guard.ts';
import { takeLock } from '../lock.ts';
import { openLog } from '../log.ts';
import type { Platform } from '../platform/platform.ts';
import type { Settings } from '../settings.ts';
import { type IdentityList, listIdentity } from './list.ts';
import { ownStores } from './own-stores.ts';
import { renewIdentity } from './renewal.ts';

const limitMs = 2 * 60_000;

interface MachineDeps {
  readonly data: DataFolder;
  readonly settings: Settings;
  readonly platform: Platform;
  /** Ends the wait for the site. */
  readonly stop?: AbortSignal;
  /** As `renewIdentity` tells it. */
  readonly onSwitched?: () => void;
}

/**
 * New keys and certificates for this machine, by its command or by an order of its site; one at a time.
 * @returns what it holds afterwards
 * @throws Failure identity-not-enrolled, agent-runs-already, rights-missing, and those of `renewIdentity`; the stop signal's reason
 */
export async function renewMachine(deps: MachineDeps): Promise<IdentityList> {
  const { data, settings, platform, stop, onSwitched = () => {} } = deps;
  const enrollment = presentEnrollment({ data, settings, platform });
  if (!enrollment) throw new Failure('identity-not-enrolled');
  const { own: store, all: stores } = await ownStores(data);
  const { server: url, rootCertificate, machineId } = enrollment;
  const { processes } = platform;
  const folder = join(data.locks, 'renewal');
  const lock = await takeLock({ processes, folder, what: 'renewal of the keys' });
  const client = createSiteClient({ url, rootCertificate });
  try {
    const guard = await machineGuard();
    const limit = AbortSignal.timeout(limitMs);
    const signal = stop ? AbortSignal.any([stop, limit]) : limit;
    await renewIdentity({ data, guard, store, client, machineId, onSwitched }, signal);
    const found = listIdentity({ data, stores, guard }, Date.now());
    const thumbprints = found.certificates.map(({ thumbprint }) => thumbprint);
    openLog({ folder: data.log, name: 'identity' }).info({ machineId, thumbprints }, 'keys renewed');
    return found;
  } finally {
    client.close();
    lock.release();
  }
}
