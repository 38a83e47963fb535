/** The package for Windows as it is built for a release, looked at by msitools: what Windows Installer will read. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { oldSpellings, propertyNames } from '@tenkai/domain/assignment/properties.ts';
import { guidOf } from '@tenkai/protocol/agent/installer-guid.ts';
import { noAgentMsi, shippedMsi } from '@tenkai/testkit/paths/windows/shipped-msi.ts';
import { propertyOf, root, rowOf, rowsOf, run, version } from './msi-for-test.ts';
import { oldProperties, productCode, secureProperties } from './product.ts';
import { idOf } from './source.ts';

describe('tenkai-agent for Windows', { skip: noAgentMsi }, () => {
  let folder: string;
  let msi: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tenkai-msi-test-'));
    msi = await shippedMsi(version);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const rows = (table: string) => rowsOf(msi, table);
  const row = (table: string, column: string, value: string) => rowOf(msi, table, column, value);
  const property = (name: string) => propertyOf(msi, name);
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

  test('no file is replaced, and nothing is started, before the service has stopped', () => {
    const { Type, Source, Target } = row('CustomAction', 'Action', 'AwaitStop');
    // A program of the package itself, waited for, as the system, in its place among the changes.
    assert.deepEqual([Number(Type), Source, Target], [2 | 0x40 | 0x400 | 0x800, 'ServiceProgram', 'stopped']);
    assert.equal(when('AwaitStop'), 'Installed OR WIX_UPGRADE_DETECTED');
    assert.ok(place('AwaitStop') > place('StopServices'));
    for (const later of ['DeleteServices', 'RemoveFiles', 'InstallFiles', 'StartServices'])
      assert.ok(place('AwaitStop') < place(later), later);
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
});
