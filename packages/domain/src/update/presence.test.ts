import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anInventory, aPackage } from '@tenkai/testkit/builders.ts';
import type { PackageType, SoftwarePackage } from '../software/software-package.ts';
import { presenceOf } from './presence.ts';

const inFile = { kind: 'file', path: 'C:\\fixed.dll' } as const;
const edition = { kind: 'package', source: 'msi', name: 'KB977203', operator: '>=' } as const;

const presence = (
  listed: string,
  over: {
    identification?: string;
    type?: PackageType;
    family?: 'windows' | 'linux';
    detection?: SoftwarePackage['detection'];
  } = {},
) => {
  const { identification = 'KB977203', type = 'hotfix', family = 'windows', detection = [inFile] } = over;
  const before = anInventory();
  const inventory = {
    ...before,
    operatingSystem: { ...before.operatingSystem, family },
    software: [{ name: listed, version: '1', source: 'msi' as const }],
  };
  const software = aPackage({ id: 'fix', type, identification, detection });
  return presenceOf(software, { facts: { inventory }, verified: new Map(), refused: new Map() });
};

test('BPKG-17: a hotfix that Windows lists by its identification is in already, whoever installed it', () => {
  const cases: readonly (readonly [ReturnType<typeof presence>, 'yes' | 'unknown'])[] = [
    [presence('Hotfix for Windows XP (KB977203)'), 'yes'],
    [presence('kb977203'), 'yes'],
    [presence('Windows XP 用修正プログラム (KB977203-v2)'), 'yes'],
    [presence('Hotfix for Windows XP (KB9772031)'), 'unknown'],
    [presence('Hotfix for Windows XP (XKB977203), then KB977203'), 'yes'],
    [presence('Hotfix for Windows XP'), 'unknown'],
    [presence('Hotfix 7', { identification: '7' }), 'unknown'],
    [presence('anything', { identification: '' }), 'unknown'],
    [presence('About KB977203', { type: 'application' }), 'unknown'],
    [presence('KB977203', { family: 'linux' }), 'unknown'],
  ];
  assert.deepEqual(
    cases.map(([found]) => found),
    cases.map(([, wanted]) => wanted),
  );
});

test('BPKG-17: rules of detection win over the identification, which decides where they cannot tell', () => {
  const older = { ...edition, version: '2' };
  const cases: readonly (readonly [string, SoftwarePackage['detection'], 'yes' | 'no' | 'unknown'])[] = [
    ['KB977203', [older], 'no'],
    ['KB977203', [older, inFile], 'no'],
    ['KB977203', [{ ...edition, version: '1' }], 'yes'],
    ['KB977203', [{ ...edition, version: '1' }, inFile], 'yes'],
    ['KB977203', [inFile], 'yes'],
    ['KB977203', [], 'yes'],
    ['other', [{ ...edition, name: 'other', version: '1' }], 'yes'],
    ['other', [older], 'no'],
    ['other', [], 'unknown'],
  ];
  assert.deepEqual(
    cases.map(([listed, detection]) => presence(listed, { detection })),
    cases.map(([, , wanted]) => wanted),
  );
});
