/** The agent's certificates in the certificate store of Windows: by its real crypt32, as Wine has it. */
import assert from 'node:assert/strict';
import { cp, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { makeNetwork } from '@tenkai/testkit/rig/network.ts';
import { makeScratchFolder } from '@tenkai/testkit/rig/rig-folder.ts';
import { until } from '@tenkai/testkit/rig/until.ts';
import { noWine, startWine, type WineMachine, wineNodePath } from '@tenkai/testkit/rig/wine-machine.ts';
import { bundle } from '../package/bundles.ts';
import { npmPackage } from '../package/npm-package.ts';

const programs = 'C:\\agent';
const identity = 'C:\\ProgramData\\Tenkai\\Agent\\identity';

/** What the old client's generator did, and what it left: a name with NULs in the middle, raw, in a store of its own. */
const probe = `
import koffi from 'koffi';
import { writeFileSync } from 'node:fs';
const crypt32 = koffi.load('crypt32.dll');
const open = crypt32.func('void *__stdcall CertOpenStore(uintptr_t a, uint32 b, uintptr_t c, uint32 d, str16 name)');
const next = crypt32.func('void *__stdcall CertEnumCertificatesInStore(void *store, void *previous)');
const add = crypt32.func('bool __stdcall CertAddCertificateContextToStore(void *store, void *context, uint32 how, _Out_ void **out)');
const get = crypt32.func('bool __stdcall CertGetCertificateContextProperty(void *context, uint32 id, _Out_ uint8_t *data, _Inout_ uint32 *length)');
const blob = koffi.struct('BLOB', { length: 'uint32', data: 'uint8_t *' });
const set = crypt32.func('__stdcall', 'CertSetCertificateContextProperty', 'bool', ['void *', 'uint32', 'uint32', koffi.pointer(blob)]);
const commit = crypt32.func('bool __stdcall CertControlStore(void *store, uint32 flags, uint32 kind, void *parameters)');
const free = crypt32.func('bool __stdcall CertFreeCertificateContext(void *context)');
const close = crypt32.func('bool __stdcall CertCloseStore(void *store, uint32 flags)');
const [ofMachine, ofUser] = [0x20000, 0x10000];
const names = (name, location) => {
  const store = open(10, 0, 0, location, name);
  const found = [];
  for (let context = next(store, null); context; context = next(store, context)) {
    const length = [0];
    if (!get(context, 11, null, length)) { found.push(null); continue; }
    const data = Buffer.alloc(length[0]);
    get(context, 11, data, length);
    found.push(data.toString('hex'));
  }
  close(store, 0);
  return found.sort();
};
if (process.argv[2] === 'plant') {
  const [own, old, user] = [['Tenkai', ofMachine], ['SMS', ofMachine], ['My', ofUser]].map(([name, location]) => open(10, 0, 0, location, name));
  const context = next(own, null);
  const bad = Buffer.from('SMS Signing Certificate\\0left over\\0', 'utf16le');
  const copies = [old, user].map((store) => {
    const copy = [null];
    if (!add(store, context, 3, copy)) throw new Error('not added');
    return copy[0];
  });
  for (const each of [context, ...copies]) if (!set(each, 11, 0, { length: bad.length, data: bad })) throw new Error('not set');
  for (const store of [own, old, user]) commit(store, 1, 3, null);
  for (const each of [context, ...copies]) free(each);
  for (const store of [own, old, user]) close(store, 0);
}
writeFileSync(process.argv[3], JSON.stringify({ Tenkai: names('Tenkai', ofMachine), SMS: names('SMS', ofMachine), user: names('My', ofUser) }));
`;

async function putPrograms(machine: WineMachine): Promise<void> {
  const folder = await makeScratchFolder('identity-programs');
  await cp(await bundle('agent', folder), join(await made(machine, programs), 'tenkai-agent.mjs'));
  for (const name of ['koffi', '@koromix/koffi-win32-x64']) {
    const to = await made(machine, `${programs}\\node_modules\\${name.replaceAll('/', '\\')}`);
    // Not its sources in C++, which are many.
    const filter = (path: string) => !/\/(vendor|lib|cnoke)$|\.(cc|hh|h|md)$/.test(path);
    await cp(await npmPackage(name), to, { recursive: true, filter });
  }
  await machine.writeFile(`${programs}\\probe.mjs`, probe);
}

async function made(machine: WineMachine, path: string): Promise<string> {
  await mkdir(machine.pathOf(path), { recursive: true });
  return machine.pathOf(path);
}

test('IDENT-01, IDENT-02, IDENT-03, IDENT-07: the certificates of the agent in the stores of crypt32', {
  skip: noWine,
  timeout: 1_200_000,
}, async (t) => {
  const network = await makeNetwork();
  atEnd(t, () => network.destroy());
  const machine = await startWine({ name: 'identity1', network });
  atEnd(t, () => machine.destroy());
  await putPrograms(machine);
  const entry = `${programs}\\tenkai-agent.mjs`;
  const agent = (...args: string[]) => machine.run([wineNodePath, entry, ...args]);
  const list = async () => JSON.parse((await agent('cert', 'list', '--json')).stdout);
  const raw = async (act: 'look' | 'plant') => {
    await machine.ask([wineNodePath, `${programs}\\probe.mjs`, act, 'C:\\names.json']);
    return JSON.parse(await readFile(machine.pathOf('C:\\names.json'), 'utf8'));
  };
  const utf16 = (text: string) => Buffer.from(`${text}\0`, 'utf16le').toString('hex');

  const service = machine.service([wineNodePath, entry, 'run', '--verbose']);
  await until(
    'the agent has made them',
    async () => /certificates of this machine/.test(service.log()),
    600_000,
  );
  const { certificates, keys } = await list();
  assert.deepEqual(
    certificates
      .map((each: Record<string, unknown>) => [each.store, each.purposes, each.key, each.faults])
      .sort(),
    [
      ['Tenkai', ['encryption'], 'file', []],
      ['Tenkai', ['signing'], 'file', []],
    ],
  );
  // Wine keeps no link from a certificate to a key: the key is in a file that only this Windows opens.
  assert.deepEqual(
    keys.map((each: Record<string, unknown>) => [each.state, each.isProtected]),
    [
      ['good', true],
      ['good', true],
    ],
  );
  const file = await readFile(machine.pathOf(`${identity}\\signing.key`), 'utf8');
  assert.match(file, /^-----BEGIN TENKAI PROTECTED KEY-----/);
  const clean = [utf16('Tenkai Encryption Certificate'), utf16('Tenkai Signing Certificate')].sort();
  assert.deepEqual(await raw('look'), { Tenkai: clean, SMS: [], user: [] });

  // The defect, in our store, in that of the old product, and in the user's own.
  const planted = await raw('plant');
  assert.equal(planted.SMS.length, 1);
  const before = (await list()).certificates;
  assert.deepEqual(
    before.flatMap(({ faults }: { faults: string[] }) => faults),
    ['name-nul', 'name-nul'],
  );
  const fixed = await agent('certfix', '--json');
  assert.equal(JSON.parse(fixed.stdout).repaired, 2, fixed.stdout + fixed.stderr);
  const after = await raw('look');
  assert.deepEqual(after.SMS, [utf16('SMS Signing Certificate')]);
  const bad = utf16('SMS Signing Certificate\0left over');
  assert.deepEqual(after.user, [bad], 'the store of the user is not one of the default ones');
  const ofUser = await agent('certfix', '--store', 'CurrentUser\\My', '--json');
  assert.equal(JSON.parse(ofUser.stdout).repaired, 1, ofUser.stdout + ofUser.stderr);
  assert.deepEqual((await raw('look')).user, after.SMS);
  const prints = (rows: { thumbprint: string }[]) => rows.map(({ thumbprint }) => thumbprint).sort();
  assert.deepEqual(prints((await list()).certificates), prints(before), 'thumbprints stay');

  const refused = await agent('cert', 'purge', '--yes');
  assert.match(refused.stderr, /identity-in-use/);
  await service.kill();
  const purged = await agent('cert', 'purge', '--yes', '--json');
  assert.equal(purged.code, 0, purged.stderr);
  assert.equal(JSON.parse(purged.stdout).certificates.length, 3, purged.stderr);
  assert.deepEqual(await raw('look'), { Tenkai: [], SMS: [], user: after.SMS });
  assert.deepEqual(await list(), { certificates: [], keys: [] });
});
