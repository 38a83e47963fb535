import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { dataOf, parseRegistry } from '@tenkai/domain/machine/registry-listing.ts';
import { createDetection, registryFact } from './detection.ts';
import { systemProgram } from './environment.ts';
import { idOf, languageOf, parseDisks, servicePackOf, systemNameOf } from './inventory-parsers.ts';
import { createPaths } from './paths.ts';
import { type AskRegistry, createRegistry, formsOf, queryArguments } from './registry.ts';
import { firmwareOf } from './smbios.ts';
import { listProducts, productsNamed, softwareOf } from './uninstall.ts';
import { recorder, recording, signal } from './windows-for-test.ts';

describe('the registry by reg.exe', () => {
  test('what it prints becomes keys and values', () => {
    const keys = parseRegistry(recording('reg-query-uninstall-windows.txt'));
    assert.deepEqual(
      keys.map(({ path, values }) => [path.split('\\').at(-1), values.length]),
      [
        ['Uninstall', 0],
        ['7-Zip', 4],
        ['{3F2504E0-4F89-41D3-9A0C-0305E82C3301}', 6],
        ['KB1234567', 3],
      ],
    );
    const msi = keys[2];
    assert.equal(dataOf(msi, 'displayname'), 'Road    Tool (x64)', 'blanks in data stay');
    assert.equal(dataOf(msi, 'Comment'), '');
    assert.equal(dataOf(msi, 'None'), undefined);
  });

  test("the default value has the name that was asked for, whatever the system's language calls it", () => {
    const [key] = parseRegistry('\r\nHKEY_LOCAL_MACHINE\\A\r\n    (既定)    REG_SZ    data\r\n\r\n', '');
    assert.equal(dataOf(key, ''), 'data');
  });

  test('each question is one command line, of one view, read in the code page of consoles', async () => {
    const { ask, lines } = recorder((args) =>
      args.includes('OEMCP')
        ? { code: 0, stdout: 'HKEY_LOCAL_MACHINE\\X\r\n    OEMCP    REG_SZ    932\r\n' }
        : { code: 1, stdout: '' },
    );
    const registry = createRegistry(ask);
    assert.equal(await registry({ key: 'HKLM\\A B', name: 'v', view: '32' }), null);
    assert.equal(await registry({ key: 'HKLM\\A', isDeep: true, view: '64' }), null);
    assert.deepEqual(
      lines.map((line) => line.replace(`${systemProgram('reg.exe')} `, '')),
      [
        'query HKLM\\SYSTEM\\CurrentControlSet\\Control\\Nls\\CodePage /v OEMCP /reg:64',
        'query HKLM\\A B /v v /reg:32',
        'query HKLM\\A /s /reg:64',
      ],
    );
    assert.deepEqual(queryArguments({ key: 'K', name: '', view: '64' }), ['query', 'K', '/ve', '/reg:64']);
  });

  test('BPKG-48: a value is found in either view, and a number in both ways to write it', async () => {
    const only32: AskRegistry = async ({ view }) =>
      view === '32' ? [{ path: 'K', values: [{ name: 'n', type: 'REG_DWORD', data: '0x10' }] }] : null;
    assert.deepEqual(await registryFact(only32, { key: 'K', name: 'n' }, signal), {
      state: 'present',
      values: ['0x10', '16'],
      type: 'REG_DWORD',
    });
    assert.deepEqual(await registryFact(only32, { key: 'K' }, signal), { state: 'present', values: [] });
    assert.deepEqual(await registryFact(async () => null, { key: 'K' }, signal), { state: 'absent' });
    assert.deepEqual(formsOf({ name: '', type: 'REG_SZ', data: '0x10' }), ['0x10']);
    assert.deepEqual(formsOf({ name: '', type: 'REG_MULTI_SZ', data: 'a\\0b' }), ['a\\0b', 'a', 'b']);
    assert.deepEqual(formsOf({ name: '', type: 'REG_BINARY', data: '0A' }), ['0A', '0a']);
  });

  test('BPKG-35, BPKG-48: a condition or detection of one view asks that view alone', async () => {
    const { ask, lines } = recorder((args) => ({
      code: args.includes('/reg:32') ? 0 : 1,
      stdout: 'HKEY_LOCAL_MACHINE\\X\r\n    V    REG_SZ    1.10\r\n',
    }));
    const detection = createDetection({ paths: createPaths(), registry: createRegistry(ask) });
    const asked = { kind: 'registry' as const, key: 'HKLM\\X', name: 'V' };
    const detect = async (
      rule: Partial<typeof asked> & { view?: '32' | '64'; operator?: '>='; data?: string },
    ) => {
      const { isDetected, found } = await detection.detect({ ...asked, ...rule }, signal);
      return [isDetected, found];
    };
    assert.deepEqual(await detect({ view: '32', operator: '>=', data: '1.9' }), [true, '1.10']);
    assert.deepEqual(await detect({ view: '64', operator: '>=', data: '1.9' }), [false, 'absent']);
    assert.deepEqual(await detect({ operator: '>=', data: 'x' }), [false, '1.10 (not a version)']);
    assert.deepEqual(
      lines.slice(1).map((line) => line.slice(line.indexOf(' ') + 1)),
      ['32', '64', '64', '32'].map((view) => `query HKLM\\X /v V /reg:${view}`),
    );
    assert.deepEqual(await detection.probe({ ...asked, view: '64' }, signal), { state: 'absent' });
  });
});

test('products are those of both views, without patches and parts, and found by name or product code', async () => {
  const registry: AskRegistry = async ({ view }) =>
    view === '64' ? parseRegistry(recording('reg-query-uninstall-windows.txt')) : null;
  const products = await listProducts(registry);
  assert.deepEqual(products.map(softwareOf), [
    {
      name: '7-Zip 24.08 (x64)',
      version: '24.08',
      source: 'other',
      architecture: 'x64',
      publisher: 'Igor Pavlov',
    },
    {
      name: 'Road    Tool (x64)',
      version: '1.2.3',
      source: 'msi',
      architecture: 'x64',
      installedAt: '2026-11-21',
    },
  ]);
  for (const name of ['road    tool (X64)', '{3f2504e0-4f89-41d3-9a0c-0305e82c3301}'])
    assert.equal(productsNamed(products, name)[0]?.version, '1.2.3');
  assert.deepEqual(productsNamed(products, 'Road'), []);
});

describe('what the inventory makes of the facts', () => {
  const names: [string, string, string, string][] = [
    ['19045', 'Client', 'Windows 10 Pro', 'windows-10'],
    ['22631', 'Client', 'Windows 10 Pro', 'windows-11'],
    ['17763', 'Server', 'Windows Server 2019 Standard', 'windows-server-2019'],
    ['20348', 'Server Core', 'Windows Server 2022 Datacenter', 'windows-server-2022'],
    ['9600', 'Server', 'Windows Server 2012 R2', 'windows-server-2012-r2'],
    ['', '', 'Odd', 'odd'],
  ];
  for (const [build, installationType, productName, id] of names) {
    test(`build ${build || 'none'} of ${installationType || 'nothing'} is ${id}`, () =>
      assert.equal(idOf(systemNameOf({ build, installationType, productName })), id));
  }

  test('BOSM-18: service packs; languages; disks', () => {
    assert.deepEqual(servicePackOf('Service Pack 2'), { major: 2, minor: 0 });
    assert.equal(servicePackOf(''), undefined);
    assert.deepEqual(['0411', '0409', '0c07', '0404', 'zz'].map(languageOf), [
      'ja',
      'en',
      'de',
      'zh-tw',
      'en',
    ]);
    const answer =
      '[{"Name":"\\\\\\\\.\\\\PHYSICALDRIVE0","Size":256052966400,"Model":" NVMe "},{"Name":"x","Size":null}]';
    assert.deepEqual(parseDisks(answer), [
      { name: 'PHYSICALDRIVE0', sizeBytes: 256052966400, model: 'NVMe' },
    ]);
    for (const other of ['', '{}', 'null']) assert.equal(parseDisks(other), null);
  });

  test('the firmware tables: strings by number, UUID in its byte order; cut data are none', () => {
    const bios = Buffer.from([0, 5, 0, 0, 1, ...Buffer.from('Vendor\0\0')]);
    const uuid = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
    const strings = Buffer.from('NEC\0Express\0S1\0\0', 'latin1');
    const system = Buffer.concat([Buffer.from([1, 24, 1, 0, 1, 2, 0, 3]), uuid, strings]);
    const data = Buffer.concat([Buffer.alloc(8), bios, system]);
    assert.deepEqual(firmwareOf(data), {
      manufacturer: 'NEC',
      model: 'Express',
      serial: 'S1',
      uuid: '33221100-5544-7766-8899-aabbccddeeff',
    });
    for (let length = 0; length < data.length; length += 1)
      assert.equal(firmwareOf(data.subarray(0, length)), null);
  });
});
