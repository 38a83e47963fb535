/** Who gets a package, when, and why not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anInventory } from '@tenkai/testkit/builders.ts';
import fc from 'fast-check';
import { reasonSentence } from '../reason.ts';
import type { SoftwarePackage } from '../software/software-package.ts';
import type { UpdateMachine, UpdatePair } from './judge.ts';
import { type Given, judge, now, one, pair, told } from './judge-for-test.ts';
import { stateOfOpenRun } from './update-state.ts';

test('BAUT-02: only highest and high take part', () => {
  const packages = (['highest', 'high', 'normal', 'low'] as const).map((urgency) =>
    one(urgency, { urgency }),
  );
  assert.deepEqual(told({ packages }), {
    rows: ['highest delivering', 'high waiting-time update-set-time'],
    order: 'highest for highest in-window',
  });
});

test('BPKG-14: four urgencies and a machine that is on, off, or has just started', () => {
  const states = (urgency: SoftwarePackage['urgency'], machine: Partial<UpdateMachine>) =>
    told({ packages: [one('p', { urgency })], machine }).rows.map((row) => row.split(' ')[1] ?? '');
  const rows = (['highest', 'high', 'normal', 'low'] as const).map((urgency) => [
    urgency,
    ...states(urgency, {}),
    ...states(urgency, { isOn: false }),
    ...states(urgency, { startedAt: now }),
  ]);
  assert.deepEqual(rows, [
    ['highest', 'delivering', 'waiting-start', 'delivering'],
    ['high', 'waiting-time', 'waiting-start', 'delivering'],
    // Only by a scenario.
    ['normal'],
    ['low'],
  ]);
});

test('BAUT-26, BAUT-27: opted out, switched off, held, failed, other rings and other systems, each with its reason', () => {
  const packages = [one('p')];
  const held = { code: 'update-held', params: { note: 'wait' } };
  const pairs = (over: Partial<UpdatePair>) => ({ pairs: new Map([['p', pair(over)]]) });
  const other = [
    one('p', { targets: [{ operatingSystem: 'windows', language: 'any', architecture: 'any' }] }),
  ];
  const ring = { collectionId: 'pilot', successPercent: 80, soakMinutes: 0 };
  const rows: [string, Given, string][] = [
    ['opted out', { packages, machine: { isOptedOut: true } }, 'p not-applicable update-opted-out'],
    ['switched off', { packages, policy: { isOn: false } }, 'p not-applicable update-off'],
    ['held', { packages, machine: pairs({ held }) }, 'p held update-held'],
    [
      'package held',
      { packages, releases: new Map([['p', { registeredAt: 0, openRing: 0, held }]]) },
      'p held update-held',
    ],
    ['failed', { packages, machine: pairs({ attempts: 1, retryAt: now + 1 }) }, 'p failed update-retry'],
    [
      'later ring',
      { packages, policy: { rings: [ring] }, machine: { ring: 1 } },
      'p waiting-time update-ring',
    ],
    ['other system', { packages: other }, 'p not-applicable platform-operating-system'],
    ['off', { packages, machine: { isOn: false } }, 'p waiting-start update-at-start'],
    ['in place', { packages, machine: { verified: new Map([['p', 1]]) } }, 'p applied'],
    ['runs', { packages, machine: { openRun: { packageId: 'p' } } }, 'p delivering'],
  ];
  for (const [name, given, expected] of rows)
    assert.deepEqual(told(given), { rows: [expected], order: null }, name);
  const due = told({ packages, machine: pairs({ attempts: 1, retryAt: now }) });
  assert.equal(due.order, 'p for p in-window', 'the next attempt has come');
  const opened = new Map([['p', { registeredAt: 0, openRing: 1, held: null }]]);
  assert.ok(told({ packages, policy: { rings: [ring] }, machine: { ring: 1 }, releases: opened }).order);
});

test('BAUT-09: system, language, architecture, service packs, condition and what is there already decide who gets it', () => {
  const level = (major: number) => ({ major, minor: 0 });
  const windows = (over: object = {}) =>
    ({ operatingSystem: 'windows-xp', language: 'any', architecture: 'any', ...over }) as const;
  const suits = windows({
    language: 'ja',
    architecture: 'x86',
    baseServicePack: level(2),
    absorbedBy: [level(3)],
  });
  const condition = { kind: 'file-exists', path: 'C:\\Office' } as const;
  const xp = { family: 'windows', id: 'windows-xp', language: 'ja', architecture: 'x86' } as const;
  const rows: [string, Parameters<typeof anInventory>[0], string][] = [
    ['all of it', {}, 'p delivering'],
    ['another system', { id: 'windows-7' }, 'p not-applicable platform-operating-system'],
    ['another language', { language: 'en' }, 'p not-applicable platform-language'],
    ['another architecture', { architecture: 'x64' }, 'p not-applicable platform-architecture'],
    ['below its base', { servicePack: level(1) }, 'p not-applicable platform-service-pack'],
    ['absorbed by what is there', { servicePack: level(3) }, 'p applied'],
  ];
  for (const [name, system, expected] of rows) {
    const inventory = anInventory({ ...xp, servicePack: level(2), ...system });
    const packages = [one('p', { targets: [suits] })];
    assert.deepEqual(told({ packages, machine: { facts: { inventory } } }).rows, [expected], name);
  }
  const packages = [one('p', { targets: [suits], condition })];
  const facts = { inventory: anInventory({ ...xp, servicePack: level(2) }) };
  const refused = new Map([['p', 1]]);
  assert.deepEqual(told({ packages, machine: { facts, refused } }).rows, [
    'p not-applicable update-condition-refused',
  ]);
  const verified = new Map([['p', 1]]);
  const there = told({ packages, machine: { facts, verified } });
  assert.deepEqual(there, { rows: ['p applied'], order: null }, 'not delivered twice');
});

test('BAUT-27: what an open run means', () => {
  const rows: [Parameters<typeof stateOfOpenRun>, string][] = [
    [['planned', null], 'delivering'],
    [['waiting', 'slot-site'], 'delivering'],
    [['waiting', 'window-closed'], 'waiting-time'],
    [['waiting', 'machine-off'], 'waiting-start'],
    [['delivering', null], 'delivering'],
    [['executing', null], 'applying'],
    [['restarting', null], 'applying'],
    [['verifying', null], 'applying'],
  ];
  for (const [input, expected] of rows) assert.equal(stateOfOpenRun(...input), expected, input.join(' '));
});

test('whatever the machine: one order at most, for a package that is not there, and every reason has a sentence', () => {
  const anyPackage = fc.record({
    urgency: fc.constantFrom('highest' as const, 'high' as const, 'normal' as const),
    standalone: fc.boolean(),
    requires: fc.array(fc.nat(5), { maxLength: 2 }),
    supersedes: fc.array(fc.nat(5), { maxLength: 2 }),
  });
  const anyPair = fc.record({
    attempts: fc.nat(3),
    retry: fc.boolean(),
    isHeld: fc.boolean(),
    old: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.array(anyPackage, { maxLength: 6 }),
      fc.array(anyPair, { maxLength: 6 }),
      fc.subarray([0, 1, 2, 3, 4, 5]),
      fc.boolean(),
      (rows, pairs, verified, isOn) => {
        const packages = rows.map((row, index) =>
          one(`p${index}`, {
            ...row,
            requires: row.requires.map((id) => ({ anyOf: [`p${id}`] })),
            supersedes: row.supersedes.map((id) => `p${id}`),
          }),
        );
        const there = new Map(verified.map((id) => [`p${id}`, 1]));
        const memory = pairs.map(
          ({ attempts, retry, isHeld, old }, index) =>
            [
              String(`p${index}`),
              pair({
                attempts,
                since: old ? 0 : now,
                retryAt: retry ? now + 1 : null,
                held: isHeld ? { code: 'update-held', params: { note: '' } } : null,
              }),
            ] as const,
        );
        const input = { packages, machine: { verified: there, pairs: new Map(memory), isOn } };
        const { packages: judged, order } = judge(input);
        assert.deepEqual(judge(input), { packages: judged, order }, 'the same question has the same answer');
        if (order) {
          assert.ok(isOn && !there.has(order.packageId));
          assert.ok(!new Map(memory).get(order.packageId)?.held);
        }
        for (const { reason } of judged) if (reason) assert.notEqual(reasonSentence(reason), reason.code);
      },
    ),
    { numRuns: 1000 },
  );
});
