/** The calls that Windows gets, against a recording of a store: every property of every certificate is looked at. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { openOpensslBench } from '@tenkai/testkit/certificates/openssl.ts';
import { runCertfix } from '../command.ts';
import { createOpener } from '../pfx/passwords.ts';
import { type Crypt32, wincrypt } from './crypt32.ts';
import type { CertfixHost } from './default-stores.ts';
import { openSystemStore } from './system-store.ts';

interface Recorded {
  readonly der: Buffer;
  readonly properties: Map<number, Buffer>;
}

/** Behaves as crypt32 is documented, and as it was seen under Wine; notes each call. */
function recording(stores: Record<string, Recorded[]>, { elevated = true, refuses = 0, lockedFor = 0 } = {}) {
  const calls: string[] = [];
  let error = 0;
  let opened = 0;
  const note = (name: string, ...given: unknown[]) =>
    calls.push(
      `${name}(${given.map((each) => (Buffer.isBuffer(each) ? each.toString('hex') : String(each))).join(', ')})`,
    );
  const nameOf = (context: unknown) =>
    context === null
      ? 'null'
      : createHash('sha1')
          .update((context as Recorded).der)
          .digest('hex')
          .slice(0, 6);
  const api: Crypt32 = {
    CertOpenStore(provider, encoding, zero, flags, name) {
      note('CertOpenStore', provider, encoding, zero, `0x${flags.toString(16)}`, name);
      opened += 1;
      error = stores[name] ? 0 : wincrypt.fileNotFound;
      if (opened <= lockedFor) error = sharingViolation;
      return error === 0 ? stores[name] : null;
    },
    CertEnumCertificatesInStore(store, previous) {
      note('CertEnumCertificatesInStore', 'store', nameOf(previous));
      const all = store as Recorded[];
      return all[previous === null ? 0 : all.indexOf(previous as Recorded) + 1] ?? null;
    },
    encoded: (context) => (context as Recorded).der,
    CertGetCertificateContextProperty(context, property) {
      note('CertGetCertificateContextProperty', nameOf(context), property);
      return (context as Recorded).properties.get(property);
    },
    CertSetCertificateContextProperty(context, property, flags, value) {
      note('CertSetCertificateContextProperty', nameOf(context), property, flags, value);
      error = refuses;
      if (refuses !== 0) return false;
      if (value === null) (context as Recorded).properties.delete(property);
      else (context as Recorded).properties.set(property, Buffer.from(value));
      return true;
    },
    CertFindCertificateInStore(store, encoding, flags, kind, hash, previous) {
      note(
        'CertFindCertificateInStore',
        'store',
        encoding,
        flags,
        kind,
        hash.toString('hex').slice(0, 6),
        previous,
      );
      const isIt = ({ der }: Recorded) => createHash('sha1').update(der).digest().equals(hash);
      return (store as Recorded[]).find(isIt) ?? null;
    },
    CertControlStore: (_store, flags, kind, parameters) =>
      note('CertControlStore', 'store', flags, kind, parameters) > 0,
    CertFreeCertificateContext: (context) => note('CertFreeCertificateContext', nameOf(context)) > 0,
    CertCloseStore: (_store, flags) => note('CertCloseStore', 'store', flags) > 0,
    lastError: () => error,
    isElevated: () => elevated,
  };
  return { api, calls };
}

const openssl = openOpensslBench();
const now = Date.now() + 3_600_000;
const sharingViolation = 32;
const keyLink = Buffer.from('key provider information');

describe('system stores of Windows', {
  skip: openssl ? false : 'SKIPPED LOUDLY: there is no openssl',
}, () => {
  if (!openssl) return;
  after(() => openssl.remove());
  const [der, ...others] = ['SMS', 'good', 'none'].map((name) => {
    openssl.certificate(name);
    return openssl.run('x509', '-in', `${name}.crt`, '-outform', 'DER');
  }) as [Buffer, Buffer, Buffer];
  const id = createHash('sha1').update(der).digest('hex').slice(0, 6);
  const named = (text: string | null, encoded = der): Recorded => ({
    der: encoded,
    properties: new Map([
      [wincrypt.keyProviderInfo, keyLink],
      ...(text === null ? [] : ([[wincrypt.friendlyName, Buffer.from(text, 'utf16le')]] as const)),
    ]),
  });
  const host = (api: Crypt32): CertfixHost => ({
    platform: 'win32',
    effectiveUid: null,
    env: {},
    loadCrypt32: async () => api,
  });
  const deps = (api: Crypt32, lockWaitMs = 60_000) => ({
    host: host(api),
    cwd: openssl.folder,
    now: () => now,
    signal: AbortSignal.timeout(60_000),
    lockWaitMs,
  });

  test('IDENT-21: the defect is repaired by setting one property; exactly these calls, and the key stays linked', () => {
    const bad = named('SMS\0x\0');
    const { api, calls } = recording({ SMS: [bad] });
    const [entry] = openSystemStore(api, 'SMS').entries();
    calls.length = 0;
    const looked = entry?.look({ opener: createOpener(), now });
    assert.deepEqual(
      looked?.findings.map(({ code }) => code),
      ['name-nul'],
    );
    looked?.repair?.();
    assert.deepEqual(calls, [
      `CertGetCertificateContextProperty(${id}, 11)`,
      `CertGetCertificateContextProperty(${id}, 2)`,
      `CertSetCertificateContextProperty(${id}, 11, 0, 53004d0053000000)`,
      'CertControlStore(store, 1, 3, null)',
      `CertFindCertificateInStore(store, 65537, 0, 65536, ${id}, null)`,
      `CertGetCertificateContextProperty(${id}, 11)`,
      `CertGetCertificateContextProperty(${id}, 2)`,
      `CertFreeCertificateContext(${id})`,
    ]);
    assert.equal(bad.properties.get(wincrypt.keyProviderInfo), keyLink);
  });

  test('IDENT-16: with no options the stores Tenkai and SMS are repaired; one that is missing is none; the second run finds nothing', async () => {
    const { api, calls } = recording({
      SMS: [named('good\0', others[0]), named('bad\0\0'), named(null, others[1])],
    });
    const first = await runCertfix(deps(api), {});
    assert.deepEqual([first.stores, first.checked, first.repaired, first.left], [['SMS'], 3, 1, 0]);
    assert.ok(calls.includes('CertOpenStore(10, 0, 0, 0x24000, Tenkai)'));
    assert.ok(calls.includes('CertOpenStore(10, 0, 0, 0x24000, SMS)'));
    const again = await runCertfix(deps(api), {});
    assert.deepEqual([again.repaired, again.items], [0, []]);
    const opened = calls.filter((call) => call.startsWith('CertOpenStore')).length - 2; // Tenkai, twice, was not there
    assert.equal(calls.filter((call) => call === 'CertCloseStore(store, 0)').length, opened);
  });

  test('a dry run opens the stores for reading only, and sets nothing', async () => {
    const { api, calls } = recording({ SMS: [named('bad\0\0')] });
    const { repaired, isDryRun } = await runCertfix(deps(api), { dryRun: true });
    assert.deepEqual([repaired, isDryRun], [1, true]);
    assert.ok(calls.includes('CertOpenStore(10, 0, 0, 0x2c000, SMS)'));
    assert.ok(!calls.some((call) => call.startsWith('CertSet')));
  });

  test('IDENT-16: without elevation it says so and opens no store', async () => {
    const { api, calls } = recording({ SMS: [named('bad\0\0')] }, { elevated: false });
    await assert.rejects(runCertfix(deps(api), {}), { code: 'certfix-rights-missing' });
    assert.deepEqual(calls, []);
  });

  test('IDENT-16: a store of the user is named CurrentUser, needs no elevation, and is no store of the machine', async () => {
    const { api, calls } = recording({ My: [named('bad\0\0')] }, { elevated: false });
    const { repaired, stores } = await runCertfix(deps(api), { store: ['currentuser\\My'] });
    assert.deepEqual([repaired, stores], [1, ['currentuser\\My']]);
    assert.deepEqual(
      [...new Set(calls.filter((call) => call.startsWith('CertOpenStore')))],
      ['CertOpenStore(10, 0, 0, 0x14000, My)'],
    );
    calls.length = 0;
    const both = runCertfix(deps(api), { store: ['CurrentUser\\My', 'LocalMachine\\My'] });
    await assert.rejects(both, { code: 'certfix-rights-missing' });
    assert.deepEqual(calls, []);
  });

  test('IDENT-16: it waits for who holds a store, with a limit, then says so', async () => {
    const busy = recording({ SMS: [named('bad\0\0')] }, { lockedFor: 3 });
    assert.equal((await runCertfix(deps(busy.api), { store: ['SMS'] })).repaired, 1);
    const held = recording({ SMS: [named('bad\0\0')] }, { lockedFor: 1_000_000 });
    await assert.rejects(runCertfix(deps(held.api, 250), { store: ['SMS'] }), {
      code: 'certfix-store-locked',
    });
    assert.equal(held.calls.filter((call) => call.startsWith('CertOpenStore')).length > 1, true);
  });

  test('a store that takes no change is told for each certificate, and a missing one by name', async () => {
    const { api } = recording({ SMS: [named('bad\0\0')] }, { refuses: 0x80070020 });
    const { left, items } = await runCertfix(deps(api), {});
    assert.equal(left, 1);
    assert.match(items[0]?.findings.at(-1)?.detail ?? '', /0x80070020/);
    await assert.rejects(runCertfix(deps(api), { store: ['WebHosting'] }), { code: 'certfix-store-unknown' });
  });

  test('a name of nothing but NUL is taken away', () => {
    const bad = named('\0\0\0');
    const [entry] = openSystemStore(recording({ MY: [bad] }).api, 'MY').entries();
    entry?.look({ opener: createOpener(), now }).repair?.();
    assert.equal(bad.properties.has(wincrypt.friendlyName), false);
  });
});
