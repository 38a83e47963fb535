import type { CertfixItem } from '@tenkai/certificates/certfix.ts';
import { type Finding, weightOf } from '@tenkai/certificates/findings.ts';
import {
  type CertificateFault,
  type CertificateFaultState,
  type CertificatesFact,
  sortFaults,
} from '@tenkai/domain/machine/certificate-health.ts';
import type { DataFolder } from '../data-folder.ts';
import type { Log } from '../log.ts';

interface HealthDeps {
  readonly data: DataFolder;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => number;
  readonly log: Log;
}

/**
 * What the site is told of this machine's certificates (IDENT-15): what certfix would find, and what of the agent's own is
 * not there. Nothing is changed by looking.
 * @returns undefined where it was not possible, which is in the log
 */
export async function lookAtCertificates(
  deps: HealthDeps,
  signal: AbortSignal,
): Promise<CertificatesFact | undefined> {
  try {
    const items = await examineStores(deps, signal);
    const faults = [...items.flatMap(faultsOf), ...(await missingOf(deps))];
    return {
      count: items.reduce((sum, { thumbprints }) => sum + thumbprints.length, 0),
      faults: sortFaults(faults),
    };
  } catch (error) {
    if (!signal.aborted) deps.log.warn({ err: error }, 'the certificates could not be looked at');
    return undefined;
  }
}

const storeWaitMs = 5_000;

async function examineStores({ data, env, now }: HealthDeps, signal: AbortSignal): Promise<CertfixItem[]> {
  // Only now: what reads PFX is of no use to a service that waits.
  const { certfix, createOpener, openStores, thisHost } = await import('@tenkai/certificates/index.ts');
  const host = thisHost({ ...env, TENKAI_AGENT_DATA: data.root });
  const stores = await openStores(host, {
    names: [],
    paths: [],
    isDryRun: true,
    waitMs: storeWaitMs,
    signal,
  });
  const items: CertfixItem[] = [];
  const onItem = (item: CertfixItem) => void items.push(item);
  certfix({ stores, opener: createOpener([]), now: now(), isDryRun: true, signal, onItem });
  return items;
}

function faultsOf({ store, place, findings }: CertfixItem): CertificateFault[] {
  return findings.flatMap((found) => {
    const state = stateOf(found);
    if (!state) return [];
    const until = state === 'expired' || state === 'expires-soon' ? { until: found.detail } : {};
    return [{ state, code: found.code, store, place: place.slice(-1024), ...until }];
  });
}

/** Of what is in order as far as certfix goes, what the site should know. */
const stateByNote: Readonly<Record<string, CertificateFaultState>> = {
  'certificate-expired': 'expired',
  'certificate-ending': 'expires-soon',
};

function stateOf(found: Finding): CertificateFaultState | null {
  const weight = weightOf(found);
  if (weight === 'repaired') return 'repairable';
  return weight === 'left' ? 'not-importable' : (stateByNote[found.code] ?? null);
}

async function missingOf({ data, now }: HealthDeps): Promise<CertificateFault[]> {
  const [{ ownStores }, { listIdentity }, { machineGuard }] = await Promise.all([
    import('./own-stores.ts'),
    import('./list.ts'),
    import('../key-guard.ts'),
  ]);
  const { own } = await ownStores(data);
  const { certificates, keys } = listIdentity({ data, stores: [own], guard: await machineGuard() }, now());
  const held = certificates.filter(({ key }) => key === 'file').flatMap(({ purposes }) => purposes);
  const missing = (code: string, place: string): CertificateFault => ({
    state: 'missing',
    code,
    store: own.name,
    place,
  });
  return (['signing', 'encryption'] as const).flatMap((purpose) => {
    const key = keys.find(({ file }) => file.endsWith(`${purpose}.key`));
    if (key?.state !== 'good') return [missing('key-missing', purpose)];
    return held.includes(purpose) ? [] : [missing('certificate-missing', purpose)];
  });
}
