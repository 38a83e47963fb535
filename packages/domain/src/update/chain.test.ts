import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anInventory, aPackage } from '@tenkai/testkit/builders.ts';
import fc from 'fast-check';
import { Failure } from '../failure.ts';
import type { SoftwarePackage } from '../software/software-package.ts';
import { type ChainStep, type ChainWorld, chainStep } from './chain.ts';
import { type Related, refuseRelationCycle } from './relations.ts';

const xpTarget = { operatingSystem: 'windows-xp', language: 'any', architecture: 'any' } as const;
const level = (major: number) => ({ major, minor: 0 });
const file = { kind: 'file', path: '/x' } as const;

/** A service pack for XP; `bases`: the levels it can go onto, none: every one. */
function servicePack(
  major: number,
  bases: number[] = [],
  over: Partial<SoftwarePackage> = {},
): SoftwarePackage {
  const targets =
    bases.length === 0 ? [xpTarget] : bases.map((base) => ({ ...xpTarget, baseServicePack: level(base) }));
  return aPackage({
    id: `SP${major}`,
    type: 'service-pack',
    majorVersion: major,
    minorVersion: 0,
    urgency: 'high',
    targets,
    detection: [file],
    ...over,
  });
}

interface Machine {
  readonly servicePack?: number;
  readonly verified?: string[];
  readonly refused?: string[];
  readonly debs?: Record<string, string>;
}

function world(
  packages: SoftwarePackage[],
  machine: Machine = {},
  over: Partial<ChainWorld> = {},
): ChainWorld {
  const isDebian = machine.debs !== undefined;
  const inventory = isDebian
    ? anInventory()
    : anInventory({
        family: 'windows',
        id: 'windows-xp',
        version: '5.1',
        ...(machine.servicePack ? { servicePack: level(machine.servicePack) } : {}),
      });
  const software = Object.entries(machine.debs ?? {}).map(([name, version]) => ({
    name,
    version,
    source: 'dpkg' as const,
  }));
  const ones = (ids: string[] = []) => new Map(ids.map((id) => [id, 1]));
  return {
    packages: new Map(packages.map((one) => [one.id, one])),
    machine: {
      facts: { inventory: { ...inventory, software } },
      verified: ones(machine.verified),
      refused: ones(machine.refused),
    },
    barredBy: () => null,
    ...over,
  };
}

function next(id: string, given: ChainWorld): string {
  const goal = given.packages.get(id);
  assert.ok(goal);
  return text(chainStep(goal, given));
}

function text(step: ChainStep): string {
  if (step.kind === 'run') return step.software.id;
  return step.kind === 'blocked' ? step.reasons.map(({ code }) => code).join(' ') : step.kind;
}

const xpLine = [servicePack(1), servicePack(2), servicePack(3, [1, 2])];

test('BAUT-10, BAUT-13: the latest level where it can apply, else the highest registered one that can', () => {
  const rows: [SoftwarePackage[], number, string][] = [
    [xpLine, 2, 'SP3'],
    [xpLine, 1, 'SP3'],
    [xpLine, 0, 'SP2'],
    [[servicePack(1), servicePack(3, [1, 2])], 0, 'SP1'],
    [[servicePack(1), servicePack(2, [1]), servicePack(3, [2])], 0, 'SP1'],
    [[servicePack(1), servicePack(2, [1]), servicePack(3, [2])], 1, 'SP2'],
    [xpLine, 3, 'in-place'],
  ];
  for (const [packages, servicePackNow, expected] of rows)
    assert.equal(next('SP3', world(packages, { servicePack: servicePackNow })), expected, expected);
});

test('BAUT-11, BAUT-12, BOSM-07: without an earlier level registered the machine stays, and the reason says which', () => {
  assert.match(next('SP3', world([servicePack(3, [1, 2])])), /^platform-service-pack/);
  const needs = servicePack(3, [], { requires: [{ anyOf: ['SP1', 'SP2'] }] });
  const step = chainStep(needs, world([needs]));
  assert.ok(step.kind === 'blocked');
  assert.deepEqual(step.reasons[0], {
    code: 'update-prerequisite-not-registered',
    params: { packageId: 'SP3', wanted: 'SP1 | SP2' },
  });
});

test('BAUT-13: of what is required any one that is there will do, and the highest is tried first', () => {
  const needs = servicePack(3, [], { requires: [{ anyOf: ['SP1', 'SP2'] }] });
  const line = [servicePack(1), servicePack(2), needs];
  assert.equal(next('SP3', world(line)), 'SP2');
  assert.equal(next('SP3', world(line, { servicePack: 1 })), 'SP3');
  assert.equal(next('SP3', world(line, { verified: ['SP1'] })), 'SP3');
});

test('BAUT-16: a machine that refuses the condition is brought to a lower level first', () => {
  const line = [servicePack(1), servicePack(2), servicePack(3)];
  assert.equal(next('SP3', world(line)), 'SP3', 'nothing speaks against it');
  assert.equal(next('SP3', world(line, { refused: ['SP3'] })), 'SP2');
  assert.equal(next('SP3', world(line, { refused: ['SP3', 'SP2'] })), 'SP1');
});

test('BAUT-02: a prerequisite that may not be delivered is named with the reason', () => {
  const needs = servicePack(3, [], { requires: [{ anyOf: ['SP2'] }] });
  const barred = { code: 'update-urgency', params: {} };
  const given = world([needs, servicePack(2)], {}, { barredBy: ({ id }) => (id === 'SP2' ? barred : null) });
  assert.equal(next('SP3', given), 'update-prerequisite-missing update-urgency');
});

const deb = (id: string, version: string, over: Partial<SoftwarePackage> = {}) =>
  aPackage({
    id,
    urgency: 'highest',
    targets: [{ operatingSystem: 'debian', language: 'any', architecture: 'any' }],
    detection: [{ kind: 'package', source: 'dpkg', name: 'point', operator: '>=', version }],
    ...over,
  });

test('BAUT-28: point releases of a distribution by declared relations and the inventory', () => {
  const line = [
    deb('p1', '12.1'),
    deb('p2', '12.2', { requires: [{ anyOf: ['p1'] }], supersedes: ['p1'] }),
    deb('p3', '12.3', { requires: [{ anyOf: ['p2'] }], supersedes: ['p2'] }),
  ];
  const at = (version?: string) => world(line, { debs: version ? { point: version } : {} });
  assert.equal(next('p3', at()), 'p1');
  assert.equal(next('p3', at('12.1')), 'p2');
  assert.equal(next('p3', at('12.2')), 'p3');
  assert.equal(next('p3', at('12.3')), 'in-place');
  assert.equal(next('p3', at('12.10')), 'in-place', 'versions are compared by the rules of dpkg');
});

test('a condition that the inventory can answer is asked before anything is sent', () => {
  const condition = { kind: 'package-installed', name: 'base', source: 'dpkg' } as const;
  const given = (debs: Record<string, string>) => world([deb('p1', '1', { condition })], { debs });
  assert.equal(next('p1', given({})), 'condition-package-installed');
  assert.equal(next('p1', given({ base: '1' })), 'p1');
});

test('cycles are reported with their path, at save and in judgement', () => {
  const [a, b, c] = [
    deb('A', '1', { requires: [{ anyOf: ['B'] }] }),
    deb('B', '2', { requires: [{ anyOf: ['C'] }] }),
    deb('C', '3', { requires: [{ anyOf: ['A'] }] }),
  ];
  assert.ok(a && b && c);
  const step = chainStep(a, world([a, b, c], { debs: {} }));
  assert.ok(step.kind === 'blocked');
  assert.equal(step.reasons.find(({ code }) => code === 'update-cycle')?.params.path, 'A → B → C → A');
  const registered = new Map<string, Related>([a, b].map((one) => [one.id, one]));
  const isRefused = (path: string) => (error: unknown) =>
    error instanceof Failure && error.code === 'package-relation-cycle' && error.params.path === path;
  assert.throws(() => refuseRelationCycle(c, registered), isRefused('C → A → B → C'));
  refuseRelationCycle({ id: 'C', requires: [] }, registered);
  const loop = { id: 'X', supersedes: ['Y'] };
  assert.throws(
    () => refuseRelationCycle({ id: 'Y', supersedes: ['X'] }, new Map([['X', loop]])),
    isRefused('Y → X → Y'),
  );
});

/** Any packages with any relations, circles among them. */
const anyPackages = fc
  .array(
    fc.record({
      requires: fc.array(fc.array(fc.nat(7), { minLength: 1, maxLength: 3 }), { maxLength: 2 }),
      supersedes: fc.array(fc.nat(7), { maxLength: 3 }),
      level: fc.option(fc.integer({ min: 1, max: 4 })),
      bases: fc.array(fc.nat(3), { maxLength: 2 }),
      isBarred: fc.boolean(),
    }),
    { minLength: 1, maxLength: 7 },
  )
  .map((rows) =>
    rows.map((row, index) => ({
      isBarred: row.isBarred,
      software: servicePack(row.level ?? 1, row.bases, {
        id: `P${index}`,
        type: row.level === null ? 'hotfix' : 'service-pack',
        requires: row.requires.map((ids) => ({ anyOf: ids.map((id) => `P${id}`) })),
        supersedes: row.supersedes.map((id) => `P${id}`).filter((id) => id !== `P${index}`),
      }),
    })),
  );

test('BAUT-13: a chain always ends, never runs what is not ready, and nothing twice', () => {
  fc.assert(
    fc.property(anyPackages, fc.nat(7), (rows, pick) => {
      const packages = rows.map(({ software }) => software);
      const goal = packages[pick % packages.length] as SoftwarePackage;
      const barred = new Set(rows.filter((row) => row.isBarred).map(({ software }) => software.id));
      const done: string[] = [];
      let servicePackNow = 0;
      for (let round = 0; ; round++) {
        assert.ok(round <= packages.length, 'it does not end');
        const given = world(
          packages,
          { verified: done, servicePack: servicePackNow },
          { barredBy: ({ id }) => (barred.has(id) ? { code: 'update-held', params: { note: '' } } : null) },
        );
        const step = chainStep(goal, given);
        if (step.kind !== 'run') return;
        const { software } = step;
        assert.ok(!done.includes(software.id), 'nothing twice');
        assert.ok(!barred.has(software.id), 'nothing that is barred');
        const isThere = (id: string) =>
          done.some((one) => one === id || reaches(one, id, packages)) ||
          packages.some(
            (one) => (one.id === id || reaches(one.id, id, packages)) && isLevelThere(one, servicePackNow),
          );
        for (const { anyOf } of software.requires ?? [])
          assert.ok(anyOf.some(isThere), 'a requirement fails');
        const bases = software.targets.flatMap(({ baseServicePack }) => baseServicePack?.major ?? []);
        assert.ok(bases.length === 0 || bases.includes(servicePackNow), 'the level does not fit');
        done.push(software.id);
        if (software.type === 'service-pack')
          servicePackNow = Math.max(servicePackNow, software.majorVersion ?? 0);
      }
    }),
    { numRuns: 2000 },
  );
});

function isLevelThere(one: SoftwarePackage, now: number): boolean {
  return one.type === 'service-pack' && (one.majorVersion ?? 0) <= now;
}

function reaches(from: string, to: string, packages: SoftwarePackage[], seen = new Set<string>()): boolean {
  if (seen.has(from)) return false;
  seen.add(from);
  const next = packages.find(({ id }) => id === from)?.supersedes ?? [];
  return next.some((id) => id === to || reaches(id, to, packages, seen));
}
