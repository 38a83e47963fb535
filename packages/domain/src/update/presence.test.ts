import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anInventory, aPackage } from '@tenkai/testkit/builders.ts';
import type { PackageType } from '../software/software-package.ts';
import { presenceOf } from './presence.ts';

const detection = [{ kind: 'file', path: 'C:\\fixed.dll' }] as const;

const presence = (
  listed: string,
  over: { identification?: string; type?: PackageType; family?: 'windows' | 'linux' } = {},
) => {
  const { identification = 'KB977203', type = 'hotfix', family = 'windows' } = over;
  const before = anInventory();
  const inventory = {
    ...before,
    operatingSystem: { ...before.operatingSystem, family },
    software: [{ name: listed, version: '1', source: 'msi' as const }],
  };
  const software = aPackage({ id: 'fix', type, identification, detection: [...detection] });
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
