/** The package for Windows as it is built for a release, looked at by msitools: what Windows Installer will read. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { oldSpellings, propertyNames } from '@tenkai/domain/assignment/properties.ts';
import { guidOf, mspCodeOf } from '@tenkai/protocol/agent/installer-guid.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { noAgentMsi, shippedMsi } from '@tenkai/testkit/paths/shipped-msi.ts';
import { compoundFile } from './compound-file.ts';
import { Strings, streamName, summary, summaryName } from './installer-tables.ts';
import { makeMsi } from './make-msi.ts';
import { makeMsp } from './make-msp.ts';
import { isProductVersion, oldProperties, productCode, secureProperties } from './product.ts';
import { idOf } from './source.ts';

const root = resolve(import.meta.dirname, '../..');
const version = '98.7.6';
const limitMs = 300_000;

const run = (program: string, ...args: string[]) =>
  execFileSync(program, args, {
    encoding: 'utf8',
    timeout: limitMs,
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
  });

describe('tenkai-agent for Windows', { skip: noAgentMsi }, () => {
  let folder: string;
  let msi: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tenkai-msi-test-'));
    msi = await shippedMsi(version);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Rows of a table by the name of their columns. */
  function rows(table: string): Record<string, string>[] {
    const [head = '', , , ...lines] = run('msiinfo', 'export', msi, table).split(/\r?\n/);
    const names = head.split('\t');
    return lines
      .filter((line) => line !== '')
      .map((line) => Object.fromEntries(line.split('\t').map((value, at) => [names[at] ?? '', value])));
  }
  const row = (table: string, column: string, value: string) => {
    const found = rows(table).find((each) => each[column] === value);
    assert.ok(found, `${table} has no ${value}`);
    return found;
  };
  const property = (name: string) => row('Property', 'Property', name).Value;
  const sequence = () => rows('InstallExecuteSequence');
  const place = (action: string) => Number(row('InstallExecuteSequence', 'Action', action).Sequence);
  const when = (action: string) => row('InstallExecuteSequence', 'Action', action).Condition;

  test('it is for the whole machine and 64 bits, and says its version and codes', () => {
    assert.equal(property('ALLUSERS'), '1');
    assert.equal(property('ProductVersion'), version);
    assert.equal(property('ProductName'), 'Tenkai Agent');
    assert.equal(property('ProductCode'), productCode(version));
    // Written out: machines find the version that they have by it.
    assert.equal(property('UpgradeCode'), '{8C8C0F1E-4B53-4E0D-9C4B-6E1B0B7B5A41}');
    const summary = run('msiinfo', 'suminfo', msi);
    assert.match(summary, /^Template: x64;1033$/m);
    assert.match(summary, new RegExp(`^Subject: Tenkai Agent ${version}$`, 'm'));
  });

  test('an older version goes when this one is there; a newer one refuses this one before anything is changed', () => {
    const upgrade = Object.fromEntries(rows('Upgrade').map((each) => [each.ActionProperty, each]));
    const { WIX_UPGRADE_DETECTED: older, WIX_DOWNGRADE_DETECTED: newer } = upgrade;
    assert.deepEqual([older?.VersionMin, older?.VersionMax, Number(older?.Attributes) & 2], ['', version, 0]);
    assert.deepEqual([newer?.VersionMin, newer?.VersionMax, Number(newer?.Attributes) & 2], [version, '', 2]);
    for (const { UpgradeCode } of rows('Upgrade')) assert.equal(UpgradeCode, property('UpgradeCode'));
    assert.ok(place('RemoveExistingProducts') > place('InstallFinalize'));
    const refusals = rows('LaunchCondition').map(({ Condition }) => Condition);
    assert.deepEqual(refusals.sort(), ['NOT WIX_DOWNGRADE_DETECTED', 'Privileged', 'VersionNT64']);
    // Without `a` a file with a version, such as node.exe, would stay as the older version has it.
    assert.equal(property('REINSTALLMODE'), 'amus');
    assert.equal(property('MSIRESTARTMANAGERCONTROL'), 'DisableShutdown');
  });

  test('each property has its value in the registry, and reaches it', () => {
    const values = Object.fromEntries(
      rows('Registry').map(({ Root, Key, Name, Value }) => [Name, [Root, Key, Value]]),
    );
    const key = 'SOFTWARE\\Tenkai\\Agent';
    assert.deepEqual(values.Version, ['2', key, '[ProductVersion]']);
    const secure = new Set(property('SecureCustomProperties')?.split(';'));
    for (const name of propertyNames.filter((each) => each !== 'PATCH')) {
      assert.deepEqual(values[name], ['2', key, `[${name}]`]);
      assert.ok(secure.has(name), `${name} would be lost on the way to the elevated half`);
    }
    assert.deepEqual(oldProperties.toSorted(), Object.keys(oldSpellings).toSorted());
    for (const name of oldProperties) assert.ok(secure.has(name), name);
    assert.equal(secure.size, secureProperties.length);
    assert.equal(Number(row('Component', 'Component', 'CProperties').Attributes) & 256, 256, '64-bit view');
  });

  test('the properties are judged and completed before anything is written, but not on removal', () => {
    const { Type, Source, Target } = row('CustomAction', 'Action', 'TakeProperties');
    assert.deepEqual([Type, Source, Target], ['1', 'PropertiesLibrary', 'TakeProperties']);
    assert.equal(when('TakeProperties'), 'NOT REMOVE="ALL"');
    assert.ok(
      place('TakeProperties') > place('CostFinalize') && place('TakeProperties') < place('InstallInitialize'),
    );
    run('msiinfo', 'extract', msi, 'Binary.PropertiesLibrary');
  });

  test('the folder that was chosen is known before folders are settled, with windows and without', () => {
    const { Type, Source, Target } = row('CustomAction', 'Action', 'TakeFolder');
    assert.deepEqual([Type, Source, Target], ['1', 'PropertiesLibrary', 'TakeFolder']);
    for (const table of ['InstallUISequence', 'InstallExecuteSequence']) {
      const at = (action: string) => Number(row(table, 'Action', action).Sequence);
      assert.ok(at('TakeFolder') < at('CostFinalize') && at('TakeFolder') > at('LaunchConditions'), table);
      assert.equal(row(table, 'Action', 'TakeFolder').Condition, '');
    }
    assert.ok(property('SecureCustomProperties')?.split(';').includes('INSTALLFOLDER'));
  });

  test('the ticket is hidden from logs, and no property becomes a part of a command', () => {
    assert.deepEqual(property('MsiHiddenProperties')?.split(';'), ['TICKET', 'LDAPSECRET']);
    // Nobody sets a property with lower-case letters on a command line.
    for (const { Action, Target = '' } of rows('CustomAction'))
      for (const [, reference = ''] of Target.matchAll(/\[([^\]]*)\]/g))
        assert.ok(/^(INSTALLFOLDER|ProductVersion|#.+)$/.test(reference), `${Action}: ${reference}`);
  });

  test('the service TenkaiAgent is installed as one that starts by itself', () => {
    const service = row('ServiceInstall', 'Name', 'TenkaiAgent');
    const {
      DisplayName,
      ServiceType,
      StartType,
      ErrorControl,
      StartName,
      Component_: component = '',
    } = service;
    assert.deepEqual([DisplayName, ServiceType, StartType, ErrorControl], ['Tenkai Agent', '16', '2', '1']);
    assert.equal(StartName, '', 'LocalSystem');
    const { KeyPath: file = '' } = row('Component', 'Component', component);
    assert.equal(row('File', 'File', file).FileName, 'tenkai-service.exe');
    const { Event, Wait, Component_ } = row('ServiceControl', 'Name', 'TenkaiAgent');
    // Start at installation; stop at both; delete at removal (ServiceControl table).
    assert.deepEqual([Number(Event), Wait, Component_], [0x1 | 0x2 | 0x20 | 0x80, '1', component]);
  });

  test('an upgrade or repair leaves the type of the service’s start, and starts only what starts by itself', () => {
    assert.equal(when('InstallServices'), 'VersionNT AND NOT SERVICESTART');
    assert.equal(
      when('StartServices'),
      'VersionNT AND (NOT SERVICESTART OR SERVICESTART="2" OR SERVICERUNS)',
    );
  });

  test('data, engines and the firewall are touched when the agent goes for good, not when a newer one takes its place', () => {
    const forGood = 'REMOVE="ALL" AND NOT UPGRADINGPRODUCTCODE';
    const last = ['EndEngines', 'CloseFirewall', 'WithdrawCertificates'];
    for (const action of ['ForgetData', ...last]) assert.equal(when(action), forGood);
    assert.equal(when('OpenFirewall'), 'NOT Installed AND NOT WIX_UPGRADE_DETECTED');
    const types = Object.fromEntries(rows('CustomAction').map(({ Action, Type }) => [Action, Number(Type)]));
    const [deferred, commit, asSystem] = [0x400, 0x200, 0x800];
    for (const name of ['ForgetData', 'OpenFirewall', ...last])
      assert.equal((types[name] ?? 0) & (deferred | asSystem), deferred | asSystem, name);
    assert.equal((types.ForgetData ?? 0) & commit, commit, 'a removal that fails has lost nothing');
    assert.ok(place('EndEngines') > place('StopServices') && place('EndEngines') < place('RemoveFiles'));
    assert.ok(place('CloseFirewall') < place('RemoveFiles'));
    const withdrawal = place('WithdrawCertificates');
    assert.ok(withdrawal > place('StopServices') && withdrawal < place('RemoveFiles'));
    const custom = rows('CustomAction').map(({ Action }) => Action);
    const used = sequence().map(({ Action }) => Action);
    assert.ok(custom.every((action) => used.includes(action)));
  });

  test('every file has a component of its own, whose code stays the same in all versions', () => {
    const components = new Map(rows('Component').map((each) => [each.Component, each]));
    const paths = run('msiextract', '--list', msi)
      .trim()
      .split(/\r?\n/)
      .map((path) => path.replace(/^.*?Tenkai\/Agent\//, ''));
    assert.equal(rows('File').length, paths.length);
    for (const path of paths) {
      const component = components.get(`C${idOf(path)}`);
      assert.equal(component?.ComponentId, guidOf(`component file ${path}`), path);
      assert.equal(component?.KeyPath, idOf(path));
    }
    assert.equal(
      new Set([...components.values()].map(({ ComponentId }) => ComponentId)).size,
      components.size,
    );
    // Written out: were they others, an upgrade would take the files of the newer version away with the older one.
    assert.equal(
      components.get(`C${idOf('node.exe')}`)?.ComponentId,
      '{784A198E-C3FE-5058-9E3B-241ACDB38BA8}',
    );
    assert.equal(components.get('CProperties')?.ComponentId, '{A3019F1B-05CF-50EA-BC77-1DE1F8FB00F0}');
  });

  test('comes with how to use it, the licences of all that is in it, its version, and what changed', () => {
    const tree = join(folder, 'tree');
    run('msiextract', '--directory', tree, msi);
    const lib = join(tree, run('find', tree, '-name', 'node.exe', '-printf', '%P').trim(), '..');
    const text = (name: string) => readFileSync(join(lib, name), 'utf8');
    assert.match(text('README.txt'), /^# Tenkai Agent\r\n/);
    assert.match(text('LICENSE.txt'), /Apache License\r\n/);
    for (const part of ['Apache License', 'Node.js', 'typebox 1', 'pino 10'])
      assert.ok(text('COPYRIGHT.txt').includes(part), part);
    assert.match(text('node_modules/koffi/LICENSE.txt'), /MIT|Permission is hereby granted/);
    assert.equal(text('VERSION.txt'), `Tenkai Agent ${version}\r\n`);
    assert.match(text('CHANGELOG.txt'), /^# Changelog\r\n/);
    for (const name of ['tenkai-agent.mjs', 'engine.mjs'])
      assert.ok(!text(name).includes(root), `${name} knows where it was made`);
    assert.ok(text('tenkai-agent.mjs').includes(version));
    assert.equal(run('od', '-An', '-c', '-N2', join(lib, 'tenkai-service.exe')).replace(/\s/g, ''), 'MZ');
  });

  test('a patch is for this package alone, and brings whole files behind those that it has', async (t) => {
    const work = mkdtempSync(join(tmpdir(), 'tenkai-msp-test-'));
    atEnd(t, () => rmSync(work, { recursive: true, force: true }));
    const source = join(work, 'new.mjs');
    writeFileSync(source, '// engine 98.7.7\n');
    const content = { id: 'TK1001', title: 'A cure', version: '98.7.7', msi };
    const make = (path: string, title = 'A cure') =>
      makeMsp({ ...content, title, files: [{ path, source }] }, work, join(work, 'a.msp'));
    await assert.rejects(make('engine.mjs', '治療'), /Latin letters only/);
    await assert.rejects(make('none.mjs'), /has no file none\.mjs/);
    const { product, code, bytes } = await make('engine.mjs');
    assert.deepEqual([product, code], [property('ProductCode'), mspCodeOf('TK1001', product)]);
    const msp = join(work, 'a.msp');
    assert.deepEqual(readFileSync(msp), bytes);
    const about = run('msiinfo', 'suminfo', msp);
    assert.match(about, new RegExp(`^Template: \\${property('ProductCode')}$`, 'm'));
    assert.match(about, /^Last author: :T1;:#T1$/m);
    assert.match(run('msiinfo', 'streams', msp), /^TK1001\.cab$/m);
    const rows = (table: string) =>
      run('msiinfo', 'export', msp, table)
        .split(/\r?\n/)
        .filter((line) => line !== '');
    assert.deepEqual(rows('MsiPatchMetadata'), [
      'Company\tProperty\tValue',
      'S72\ts72\tl0',
      'MsiPatchMetadata\tCompany\tProperty',
      ...['\tAllowRemoval\t1', '\tClassification\tHotfix', '\tDescription\tA cure'],
      ...['\tDisplayName\tTK1001: A cure', '\tManufacturerName\tTenkai', '\tTargetProductName\tTenkai Agent'],
    ]);
    assert.deepEqual(rows('MsiPatchSequence'), [
      'PatchFamily\tProductCode\tSequence\tAttributes',
      's72\tS38\ts72\tI2',
      'MsiPatchSequence\tPatchFamily\tProductCode',
      'TenkaiAgent\t\t98.7.7\t1',
    ]);
    const cabinet = execFileSync('msiinfo', ['extract', msp, 'TK1001.cab'], { timeout: limitMs });
    assert.equal(cabinet.subarray(0, 4).toString('latin1'), 'MSCF');
    assert.ok(cabinet.includes(`${idOf('engine.mjs')}\0`), 'under the name of the file that it replaces');
  });

  test('a compound file holds small and large streams, in order of their names', (t) => {
    const file = join(mkdtempSync(join(tmpdir(), 'tenkai-cfb-test-')), 'a');
    atEnd(t, () => rmSync(join(file, '..'), { recursive: true, force: true }));
    const sizes = [0, 1, 63, 64, 65, 4095, 4096, 4097, 70_000];
    const streams = Object.fromEntries(sizes.map((size) => [`S${size}`, randomBytes(size)]));
    const named = Object.entries(streams).map(([name, bytes]) => [streamName(name, false), bytes] as const);
    const database = { [summaryName]: summary({ 2: 'Streams' }), ...new Strings().streams() };
    const classId = '84100c0000000000c000000000000046';
    writeFileSync(file, compoundFile({ classId, entries: { ...database, ...Object.fromEntries(named) } }));
    for (const size of sizes.slice(1)) {
      const read = execFileSync('msiinfo', ['extract', file, `S${size}`], { timeout: limitMs });
      assert.deepEqual(read, streams[`S${size}`], String(size));
    }
    assert.throws(() => compoundFile({ classId, entries: { a: Buffer.alloc(8e6) } }), RangeError);
  });

  test('the same content gives the same package code, another content another one', async (t) => {
    const work = mkdtempSync(join(tmpdir(), 'tenkai-msi-test-'));
    atEnd(t, () => rmSync(work, { recursive: true, force: true }));
    const codeOf = async (turn: string, text: string) => {
      const at = join(work, turn);
      mkdirSync(at);
      const put = (name: string) => {
        writeFileSync(join(at, name), text);
        return join(at, name);
      };
      const files = ['node.exe', 'tenkai-agent.mjs', 'tenkai-service.exe'].map((path) => ({
        path,
        source: put(path),
      }));
      const library = put('properties.dll');
      const content = {
        version,
        files,
        serviceFile: 'tenkai-service.exe',
        serviceProgram: library,
        propertiesLibrary: library,
      };
      const made = await makeMsi(content, at, join(at, 'out'));
      return /^Revision number.*$/m.exec(run('msiinfo', 'suminfo', made))?.[0];
    };
    const first = await codeOf('1', 'one');
    assert.ok(first?.includes('{'));
    assert.equal(await codeOf('2', 'one'), first);
    assert.notEqual(await codeOf('3', 'other'), first);
  });
});

test('a version that Windows Installer could not tell from another one is refused', () => {
  for (const good of ['0.1.0', '255.255.65535', '1.2.3']) assert.ok(isProductVersion(good), good);
  for (const bad of ['1.2', '1.2.3.4', '256.0.0', '1.2.65536', '1.2.3~rc1', '', 'a.b.c'])
    assert.ok(!isProductVersion(bad), bad);
  const refused = spawnSync(
    process.execPath,
    [join(root, 'scripts/package-msi.ts'), '--version', '1.2.3~rc1'],
    {
      encoding: 'utf8',
      timeout: limitMs,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  assert.equal(refused.status, 2, refused.stderr);
  assert.match(refused.stderr, /1\.2\.3~rc1 is no version/);
});
