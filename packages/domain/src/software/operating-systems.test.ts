import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as Value from 'typebox/value';
import {
  extendOperatingSystems,
  OperatingSystemList,
  operatingSystemChoices,
  operatingSystemEntry,
  targetSystemNames,
} from './operating-system-list.ts';
import { operatingSystems } from './operating-systems.ts';

test('BSRV-28: an entry added by a data file appears in the choices', () => {
  const file: unknown = JSON.parse(`{ "dataVersion": "site-1", "systems": [
    { "id": "amzn", "family": "linux", "name": "Amazon Linux 2023", "version": "2023",
      "architecture": "x64", "editions": [], "servicePacks": [0], "support": "planned" },
    { "id": "debian", "family": "linux", "name": "Debian 12, ours", "version": "12",
      "architecture": "x64", "editions": [], "servicePacks": [0], "support": "agent" }] }`);
  assert.ok(Value.Check(OperatingSystemList, file));
  const list = extendOperatingSystems(operatingSystems, file);
  assert.equal(list.dataVersion, `${operatingSystems.dataVersion}+site-1`);
  assert.equal(list.systems.length, operatingSystems.systems.length + 1);
  const added = operatingSystemChoices(list).find((choice) => choice.id === 'amzn');
  assert.deepEqual(added, { id: 'amzn', family: 'linux', versions: ['2023'], architectures: ['x64'] });
  const debian = { id: 'debian', version: '12', architecture: 'x64' } as const;
  assert.equal(operatingSystemEntry(list, debian)?.name, 'Debian 12, ours');
});

test('the shipped list has its own form, and each row once', () => {
  assert.ok(Value.Check(OperatingSystemList, operatingSystems));
  const keys = operatingSystems.systems.map(
    ({ id, version, architecture }) => `${id} ${version} ${architecture}`,
  );
  assert.equal(new Set(keys).size, keys.length);
});

test('BPKG-43: the choices hold Windows and the Linux distributions', () => {
  const choices = operatingSystemChoices(operatingSystems);
  const versions = (id: string) => choices.find((choice) => choice.id === id)?.versions;
  assert.deepEqual(versions('debian'), ['11', '12', '13']);
  assert.deepEqual(versions('ubuntu'), ['20.04', '22.04', '24.04']);
  for (const id of ['rhel', 'almalinux', 'rocky']) assert.deepEqual(versions(id), ['8', '9', '10']);
  for (const id of ['windows-xp', 'windows-server-2003', 'windows-11', 'windows-server-2025'])
    assert.deepEqual(versions(id), []);
});

test('BSCN-03: the systems of a package are named as people write them, each once', () => {
  const names = (...targets: [string, string?][]) =>
    targetSystemNames(
      operatingSystems,
      targets.map(([operatingSystem, version]) => ({
        operatingSystem,
        ...(version === undefined ? {} : { version }),
      })),
    );
  assert.deepEqual(names(), []);
  assert.deepEqual(names(['windows-xp'], ['windows-xp'], ['debian', '12'], ['debian']), [
    'Windows XP',
    'Debian 12',
    'Debian',
  ]);
  assert.deepEqual(names(['linux'], ['amzn', '2023']), ['Linux', 'amzn 2023']);
});

test('BOSM-03: the gaps of the old table are kept', () => {
  const levels = (id: string, architecture: 'x86' | 'x64') =>
    operatingSystemEntry(operatingSystems, { id, version: '', architecture })?.servicePacks;
  assert.deepEqual(levels('windows-server-2003', 'x86'), [0, 1, 2]);
  assert.deepEqual(levels('windows-server-2003', 'x64'), [0, 2]);
  assert.deepEqual(levels('windows-server-2003-r2', 'x86'), [0, 2]);
  assert.deepEqual(levels('windows-server-2003-r2', 'x64'), [0, 2]);
  assert.deepEqual(levels('windows-server-2008', 'x86'), [0, 1, 2]);
  assert.deepEqual(levels('windows-server-2008', 'x64'), [0, 1, 2]);
  for (const id of ['windows-server-2008-r2', 'windows-server-2012'])
    assert.equal(levels(id, 'x86'), undefined);
  for (const id of ['windows-2000', 'windows-xp', 'windows-vista'])
    assert.equal(levels(id, 'x64'), undefined);
  const datacenter = operatingSystems.systems.filter(({ editions }) =>
    editions.some((name) => name.startsWith('Datacenter')),
  );
  assert.ok(datacenter.length > 0 && datacenter.every(({ architecture }) => architecture === 'x64'));
});

test('BOSM-17: which service pack needs which', () => {
  const needs = (id: string) => operatingSystems.systems.find((entry) => entry.id === id)?.servicePackNeeds;
  assert.deepEqual(needs('windows-xp'), [{ level: 3, oneOf: [1, 2] }]);
  assert.deepEqual(needs('windows-vista'), [{ level: 2, oneOf: [1] }]);
  assert.deepEqual(needs('windows-server-2008'), [{ level: 2, oneOf: [1] }]);
  assert.equal(needs('windows-server-2003'), undefined);
});

test('a system is found by its point release too, and an unlisted one is no mistake', () => {
  const find = (id: string, version: string) =>
    operatingSystemEntry(operatingSystems, { id, version, architecture: 'x64' })?.name;
  assert.equal(find('rhel', '9.4'), 'Red Hat Enterprise Linux 9');
  assert.equal(find('windows-11', '10.0.26100'), 'Windows 11');
  assert.equal(find('debian', '1'), undefined);
  assert.equal(find('plan9', '4'), undefined);
});
