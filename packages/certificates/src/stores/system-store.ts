import { createHash } from 'node:crypto';
import { Failure } from '@tenkai/domain/failure.ts';
import '../failures.ts';
import { thumbprint } from '../examination.ts';
import type { ExamineOptions } from '../examine.ts';
import { type Finding, finding } from '../findings.ts';
import { friendlyNameProperty, judgeFriendlyNameProperty } from '../friendly-name.ts';
import { strictFindings } from '../strict-certificate.ts';
import { type Crypt32, wincrypt } from './crypt32.ts';
import type { CertificateStore, LookedAt, StoreEntry } from './store.ts';

/**
 * Which store is meant: `SMS` and `LocalMachine\SMS` are of the local computer, `CurrentUser\My` is of the user whom
 * the process runs for, as certutil and PowerShell name them. Upper and lower case are one.
 */
export function locateStore(name: string): { readonly isOfUser: boolean; readonly store: string } {
  const [, location = '', store = name] = /^(LocalMachine|CurrentUser)\\(.+)$/is.exec(name) ?? [];
  return { isOfUser: location.toLowerCase() === 'currentuser', store };
}

/**
 * A store of the local computer, such as `Tenkai`, `SMS` or `MY`, or of this user (`CurrentUser\My`). Only the property of
 * the friendly name is ever set: certificate, key and the link between them stay as they are (IDENT-21).
 * @throws Failure certfix-store-unknown, certfix-store-locked, certfix-rights-missing
 */
export function openSystemStore(api: Crypt32, name: string, { isReadOnly = false } = {}): CertificateStore {
  // Opened once beforehand: a store that is missing or locked is said before anything is changed.
  api.CertCloseStore(open(api, name, isReadOnly), 0);
  return { name, entries: () => entriesOf(api, name, isReadOnly) };
}

function open(api: Crypt32, name: string, isReadOnly: boolean): unknown {
  const { isOfUser, store } = locateStore(name);
  const location = isOfUser ? wincrypt.currentUser : wincrypt.localMachine;
  const flags = location | wincrypt.openExisting | (isReadOnly ? wincrypt.readOnly : 0);
  const opened = api.CertOpenStore(wincrypt.providerSystem, 0, 0, flags, store);
  if (opened) return opened;
  const error = api.lastError();
  if (error === wincrypt.accessDenied) throw new Failure('certfix-rights-missing');
  if (error === wincrypt.fileNotFound) throw new Failure('certfix-store-unknown', { store: name });
  throw new Failure('certfix-store-locked', { store: name, reason: `error 0x${error.toString(16)}` });
}

function* entriesOf(api: Crypt32, name: string, isReadOnly: boolean): Generator<StoreEntry> {
  const store = open(api, name, isReadOnly);
  let context: unknown = null;
  try {
    // The call frees the context that it is given.
    for (;;) {
      context = api.CertEnumCertificatesInStore(store, context);
      if (!context) return;
      yield contextEntry(api, { store, context });
    }
  } finally {
    if (context) api.CertFreeCertificateContext(context);
    api.CertCloseStore(store, 0);
  }
}

interface Place {
  readonly store: unknown;
  readonly context: unknown;
}

function contextEntry(api: Crypt32, place: Place): StoreEntry {
  const der = api.encoded(place.context);
  return { place: thumbprint(der), look: ({ now }) => lookAtContext(api, { ...place, der, now }) };
}

function lookAtContext(
  api: Crypt32,
  { store, context, der, now }: Place & Pick<ExamineOptions, 'now'> & { der: Buffer },
): LookedAt {
  const property = api.CertGetCertificateContextProperty(context, wincrypt.friendlyName);
  const signed = strictFindings(der, now);
  const thumbprints = [thumbprint(der)];
  if (property === undefined) return { thumbprints, names: [], findings: signed };
  const { text, codes } = judgeFriendlyNameProperty(property);
  const findings: Finding[] = [
    ...codes.map((code) => finding(code, property.toString('utf16le'))),
    ...signed,
  ];
  const names = text === '' ? [] : [text];
  if (codes.length === 0) return { thumbprints, names, findings };
  return { thumbprints, names, findings, repair: () => repair(api, { store, context, der, text }) };
}

/** Sets the name, then looks with a new context: what the store holds is what counts, and the key must be linked still. */
function repair(api: Crypt32, { store, context, der, text }: Place & { der: Buffer; text: string }): null {
  const keyBefore = api.CertGetCertificateContextProperty(context, wincrypt.keyProviderInfo);
  const value = text === '' ? null : friendlyNameProperty(text);
  if (!api.CertSetCertificateContextProperty(context, wincrypt.friendlyName, 0, value))
    throw refused(api, der);
  // Windows has written it by now; a store that works on a copy, as Wine's, writes it when it is told to.
  api.CertControlStore(store, wincrypt.commitForce, wincrypt.commit, null);
  const hash = createHash('sha1').update(der).digest();
  const { encodings, findSha1 } = wincrypt;
  const again = api.CertFindCertificateInStore(store, encodings, 0, findSha1, hash, null);
  if (!again) throw refused(api, der);
  try {
    const name = api.CertGetCertificateContextProperty(again, wincrypt.friendlyName);
    const keyAfter = api.CertGetCertificateContextProperty(again, wincrypt.keyProviderInfo);
    const isClean = value === null ? name === undefined : name?.equals(value) === true;
    // Inside the property are pointers; that it is there, and as long, shows that the key is linked.
    if (!isClean || keyAfter?.length !== keyBefore?.length) throw refused(api, der);
    return null;
  } finally {
    api.CertFreeCertificateContext(again);
  }
}

function refused(api: Crypt32, der: Buffer): Failure {
  const error = api.lastError();
  if (error === wincrypt.accessDenied) return new Failure('certfix-rights-missing');
  return new Failure('certfix-store-locked', {
    store: thumbprint(der),
    reason: `the friendly name was not taken (0x${error.toString(16)})`,
  });
}
