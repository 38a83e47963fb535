import { createHash } from 'node:crypto';
import { Failure } from '@tenkai/domain/failure.ts';
import '../failures.ts';
import type { FindingCode } from '../findings.ts';
import { friendlyNameProperty, judgeFriendlyNameProperty } from '../friendly-name.ts';
import { wincrypt } from './crypt32.ts';
import { type KeyContainer, type MachineCrypt32, machineFlags } from './machine-crypt32.ts';

/** A certificate in a store of the machine, with what the store says of it. */
export interface HeldCertificate {
  readonly der: Buffer;
  /** Clean, whatever the store holds; empty: none. */
  readonly friendlyName: string;
  /** What is wrong with the name as the store holds it (IDENT-03, IDENT-09). */
  readonly nameFaults: readonly FindingCode[];
  /** The key that Windows links to it; null: none, or this is not Windows. */
  readonly keyContainer: KeyContainer | null;
}

/** A logical store of the machine, such as `Tenkai`: of the registry on Windows, a folder of root's elsewhere. */
export interface MachineStore {
  readonly name: string;
  /** Empty too where there is no such store. */
  list(): HeldCertificate[];
  /** Adds it, or takes the place of the same one; its name is always clean (IDENT-03). */
  put(der: Buffer, friendlyName: string): void;
  /** For ever (IDENT-08), and with the key that the store links to it (IDENT-07). */
  remove(held: HeldCertificate): void;
  /** The store itself, with what is in it and the keys that it links to; the next `put` makes it anew. */
  destroy(): void;
}

/**
 * A store of the local computer. Each act opens it anew and closes it, so that what was done is in the registry.
 * @throws Failure certificate-store-refused, from each act
 */
export function openMachineStore(api: MachineCrypt32, name: string): MachineStore {
  const within = <T>(isCreated: boolean, act: (store: unknown) => T, otherwise: () => T): T => {
    const flags = wincrypt.localMachine | (isCreated ? 0 : wincrypt.openExisting);
    const store = api.CertOpenStore(wincrypt.providerSystem, 0, 0, flags, name);
    if (!store) {
      if (api.lastError() === wincrypt.fileNotFound && !isCreated) return otherwise();
      throw refused(api, name, 'it does not open');
    }
    try {
      return act(store);
    } finally {
      api.CertCloseStore(store, 0);
    }
  };
  const list = () =>
    within(
      false,
      (store) => listed(api, store),
      () => [],
    );
  const removeOne = (held: HeldCertificate) =>
    within(
      false,
      (store) => remove({ api, name, store }, held),
      () => {},
    );
  return {
    name,
    list,
    put: (der, friendlyName) =>
      within(
        true,
        (store) => put({ api, name, store }, der, friendlyName),
        () => {},
      ),
    remove: removeOne,
    destroy() {
      for (const held of list()) removeOne(held);
      const isGone = api.CertUnregisterSystemStore(name, wincrypt.localMachine | machineFlags.deleteStore);
      if (!isGone && api.lastError() !== wincrypt.fileNotFound) throw refused(api, name, 'it is not deleted');
    },
  };
}

function listed(api: MachineCrypt32, store: unknown): HeldCertificate[] {
  const found: HeldCertificate[] = [];
  // The call frees the context that it is given.
  for (let context = api.CertEnumCertificatesInStore(store, null); context; ) {
    const property = api.CertGetCertificateContextProperty(context, wincrypt.friendlyName);
    const name = property === undefined ? undefined : judgeFriendlyNameProperty(property);
    found.push({
      der: api.encoded(context),
      friendlyName: name?.text ?? '',
      nameFaults: name?.codes ?? [],
      keyContainer: api.keyContainer(context),
    });
    context = api.CertEnumCertificatesInStore(store, context);
  }
  return found;
}

interface Opened {
  readonly api: MachineCrypt32;
  readonly name: string;
  readonly store: unknown;
}

function put({ api, name, store }: Opened, der: Buffer, friendlyName: string): void {
  const { encodings } = wincrypt;
  const context = api.CertAddEncodedCertificateToStore(store, encodings, der, machineFlags.replaceExisting);
  if (!context) throw refused(api, name, 'the certificate is not taken');
  try {
    const property = friendlyNameProperty(friendlyName);
    if (!api.CertSetCertificateContextProperty(context, wincrypt.friendlyName, 0, property))
      throw refused(api, name, 'the friendly name is not taken');
  } finally {
    api.CertFreeCertificateContext(context);
  }
}

/** The key first: a certificate without its key can be found again, a key without its certificate cannot. */
function remove({ api, name, store }: Opened, { der, keyContainer }: HeldCertificate): void {
  const hash = createHash('sha1').update(der).digest();
  const context = api.CertFindCertificateInStore(store, wincrypt.encodings, 0, wincrypt.findSha1, hash, null);
  if (!context) return;
  if (keyContainer && !api.deleteKey(keyContainer)) {
    const failure = refused(api, name, `the key ${keyContainer.container} is not deleted`);
    api.CertFreeCertificateContext(context);
    throw failure;
  }
  if (!api.CertDeleteCertificateFromStore(context))
    throw refused(api, name, 'the certificate is not deleted');
  // As after a new name (system-store.ts): for a store that works on a copy.
  api.CertControlStore(store, wincrypt.commitForce, wincrypt.commit, null);
}

function refused(api: MachineCrypt32, store: string, what: string): Failure {
  const reason = `${what} (0x${(api.lastError() >>> 0).toString(16)})`;
  return new Failure('certificate-store-refused', { store, reason });
}
