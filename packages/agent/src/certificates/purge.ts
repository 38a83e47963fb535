import { join } from 'node:path';
import { thumbprint } from '@tenkai/certificates/examination.ts';
import type { HeldCertificate, MachineStore } from '@tenkai/certificates/stores/machine-store.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import type { DataFolder } from '../data-folder.ts';
import type { Log } from '../log.ts';
import { allFiles, remove } from '../master/places.ts';

/** What a purge removes, or has removed. */
export interface Purge {
  readonly certificates: readonly { readonly store: string; readonly thumbprint: string }[];
  /** Private keys and what belongs to them: every file of the identity folder. */
  readonly files: readonly string[];
  readonly isDryRun: boolean;
}

interface PurgeDeps {
  readonly data: DataFolder;
  readonly stores: readonly MachineStore[];
  readonly log: Log;
}

/** What would be removed; changes nothing. */
export function planPurge({ data, stores }: Pick<PurgeDeps, 'data' | 'stores'>): Purge {
  const certificates = heldIn(stores).map(({ store, held }) => ({
    store: store.name,
    thumbprint: thumbprint(held.der),
  }));
  return { certificates, files: allFiles(data.identity), isDryRun: true };
}

/**
 * Removes the certificates of all stores and every private key, for ever; then looks again (IDENT-05, IDENT-07). The log gets
 * thumbprints and names of files, never a key (IDENT-08). The service must not run meanwhile.
 * @throws Failure identity-left, certificate-store-refused
 */
export function purgeIdentity(deps: PurgeDeps): Purge {
  const { data, stores, log } = deps;
  const planned = planPurge(deps);
  for (const { store, held } of heldIn(stores)) {
    store.remove(held);
    log.info({ store: store.name, thumbprint: thumbprint(held.der) }, 'certificate removed');
  }
  for (const file of allFiles(data.identity)) {
    remove(file);
    log.info({ file }, 'file of the identity removed');
  }
  const left = planPurge(deps);
  const what = [...left.certificates.map((each) => each.thumbprint), ...left.files];
  if (what.length > 0) throw new Failure('identity-left', { count: what.length, what: what.join(', ') });
  return { ...planned, isDryRun: false };
}

/**
 * Takes the store of the agent itself away, for an agent that goes: its keys are files, which go with its data, and until
 * then its next start makes the certificates anew. What is the old product's stays.
 * @throws Failure certificate-store-refused
 */
export function withdrawCertificates({ stores: [own], log }: Pick<PurgeDeps, 'stores' | 'log'>): Purge {
  const held = own ? heldIn([own]) : [];
  own?.destroy();
  const certificates = held.map(({ store, held: { der } }) => ({
    store: store.name,
    thumbprint: thumbprint(der),
  }));
  for (const each of certificates) log.info(each, 'certificate removed');
  return { certificates, files: [], isDryRun: false };
}

const heldIn = (stores: readonly MachineStore[]): { store: MachineStore; held: HeldCertificate }[] =>
  stores.flatMap((store) => store.list().map((held) => ({ store, held })));

/** The lock that the service holds: nobody starts it in the middle of a purge. */
export const serviceLockFolder = (data: DataFolder) => join(data.locks, 'service');
