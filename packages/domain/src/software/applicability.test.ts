import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Inventory, OperatingSystem } from '../machine/inventory.ts';
import { allReasons, reasonSentence } from '../reason.ts';
import { platformApplicability } from './applicability.ts';
import type { PlatformTarget } from './platform-target.ts';

const xp = (servicePack: number | null, more: Partial<OperatingSystem> = {}): { inventory: Inventory } => ({
  inventory: {
    hardware: {
      manufacturer: '',
      model: '',
      serial: '',
      uuid: '',
      cpu: { model: '', cores: 1, architecture: 'x64' },
      memoryBytes: 0,
      disks: [],
    },
    network: { hostname: 'h', interfaces: [] },
    operatingSystem: {
      family: 'windows',
      id: 'windows-xp',
      name: 'Windows XP',
      version: '5.1',
      language: 'ja',
      architecture: 'x86',
      kernel: '',
      bootId: 'b',
      bootedAt: '',
      ...(servicePack === null ? {} : { servicePack: { major: servicePack, minor: 0 } }),
      ...more,
    },
    software: [],
    agent: { version: '1' },
  },
});
const target = (more: Partial<PlatformTarget> = {}): PlatformTarget => ({
  operatingSystem: 'windows-xp',
  language: 'any',
  architecture: 'any',
  ...more,
});
const level = (major: number) => ({ major, minor: 0 });
const verdict = (targets: PlatformTarget[], facts: { inventory: Inventory | null }) => {
  const { state, reasons } = platformApplicability(targets, facts);
  return [state, ...reasons.map((reason) => reason.code)];
};

test('BPKG-43: one of several operating systems, by id or by family, is enough', () => {
  assert.deepEqual(verdict([target({ operatingSystem: 'debian' }), target()], xp(null)), ['applicable']);
  assert.deepEqual(verdict([target({ operatingSystem: 'windows' })], xp(null)), ['applicable']);
  assert.deepEqual(verdict([target({ operatingSystem: 'linux' })], xp(null)), [
    'not-applicable',
    'platform-operating-system',
  ]);
  assert.deepEqual(verdict([], xp(null)), ['applicable']);
});

test('BPKG-43: a version means its point releases too, and no other version', () => {
  const rows: [string, string, string][] = [
    ['12', '12', 'applicable'],
    ['9', '9.4', 'applicable'],
    ['22.04', '22.04.3', 'applicable'],
    ['1', '12', 'not-applicable'],
    ['2', '12.5', 'not-applicable'],
    ['12', '13', 'not-applicable'],
    ['9.4', '9', 'not-applicable'],
  ];
  for (const [version, actual, expected] of rows)
    assert.equal(
      verdict([target({ version })], xp(null, { version: actual }))[0],
      expected,
      `${version} ${actual}`,
    );
});

test('BPKG-44: a package for Windows XP in Japanese is not offered to an English machine', () => {
  const japanese = [target({ language: 'ja' })];
  assert.deepEqual(verdict(japanese, xp(null)), ['applicable']);
  assert.deepEqual(verdict(japanese, xp(null, { language: 'en' })), ['not-applicable', 'platform-language']);
  assert.deepEqual(verdict([target({ language: 'zh' })], xp(null, { language: 'zh-TW' })), ['applicable']);
  assert.equal(
    verdict([target({ language: 'zh-tw' })], xp(null, { language: 'zh-CN' }))[0],
    'not-applicable',
  );
});

test('BPKG-45: a hotfix with base SP2 is not delivered to SP1', () => {
  const hotfix = [target({ baseServicePack: level(2) })];
  assert.deepEqual(verdict(hotfix, xp(2)), ['applicable']);
  for (const other of [null, 1, 3])
    assert.deepEqual(verdict(hotfix, xp(other)), ['not-applicable', 'platform-service-pack']);
  assert.deepEqual(verdict([target({ baseServicePack: level(0) })], xp(null)), ['applicable']);
  assert.deepEqual(verdict([target()], xp(3)), ['applicable']);
});

test('BPKG-46: a hotfix absorbed by SP3 is contained in SP3 and later, and delivered to its base', () => {
  const hotfix = [target({ baseServicePack: level(2), absorbedBy: [level(3)] })];
  assert.deepEqual(verdict(hotfix, xp(3)), ['contained', 'platform-contained']);
  assert.deepEqual(verdict(hotfix, xp(4)), ['contained', 'platform-contained']);
  assert.deepEqual(verdict(hotfix, xp(10)), ['contained', 'platform-contained']);
  assert.deepEqual(verdict(hotfix, xp(2)), ['applicable']);
  assert.deepEqual(verdict(hotfix, xp(1)), ['not-applicable', 'platform-service-pack']);
  const english = xp(3, { language: 'en' });
  assert.deepEqual(
    verdict([target({ language: 'ja', absorbedBy: [level(3)] })], english)[0],
    'not-applicable',
  );
});

test('BPKG-47: an x86 package is not offered to x64 unless both are ticked', () => {
  const x64 = xp(null, { architecture: 'x64' });
  const x86 = target({ architecture: 'x86' });
  assert.deepEqual(verdict([x86], x64), ['not-applicable', 'platform-architecture']);
  assert.deepEqual(verdict([x86, target({ architecture: 'x64' })], x64), ['applicable']);
});

test('BPKG-52: the reasons name what was wanted and what is there, each once', () => {
  const targets = [
    target({ language: 'ja', architecture: 'x64' }),
    target({ language: 'ja', architecture: 'arm64' }),
    target({ operatingSystem: 'debian' }),
  ];
  const { reasons } = platformApplicability(targets, xp(null, { language: 'en' }));
  assert.deepEqual(reasons, [
    { code: 'platform-language', params: { wanted: 'ja', actual: 'en' } },
    { code: 'platform-architecture', params: { wanted: 'x64', actual: 'x86' } },
    { code: 'platform-architecture', params: { wanted: 'arm64', actual: 'x86' } },
  ]);
  const [first] = platformApplicability([target({ operatingSystem: 'debian' })], xp(null)).reasons;
  assert.ok(first);
  assert.equal(reasonSentence(first), 'It is for debian; the machine runs windows-xp.');
});

test('a machine without an inventory is unknown, not unsuitable', () => {
  assert.deepEqual(verdict([target()], { inventory: null }), ['unknown', 'inventory-missing']);
  assert.deepEqual(verdict([], { inventory: null }), ['applicable']);
});

test('what is not simply applicable has a reason with a sentence', () => {
  const targets = fc.array(
    fc.record({
      operatingSystem: fc.constantFrom('windows-xp', 'windows', 'debian'),
      language: fc.constantFrom('any', 'ja', 'en'),
      architecture: fc.constantFrom('any' as const, 'x86' as const),
      baseServicePack: fc.nat(3).map(level),
      absorbedBy: fc.array(fc.nat(3).map(level), { maxLength: 1 }),
    }),
  );
  fc.assert(
    fc.property(targets, fc.option(fc.nat(3)), (some, servicePack) => {
      const { state, reasons } = platformApplicability(some, xp(servicePack));
      assert.equal(reasons.length === 0, state === 'applicable');
      for (const reason of reasons) {
        assert.ok(reason.code in allReasons());
        assert.ok(!reasonSentence(reason).includes('{'));
      }
    }),
  );
});
