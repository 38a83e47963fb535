import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import * as Value from 'typebox/value';
import { canonicalJson } from '../canonical-json.ts';
import {
  applyDifference,
  diffInventory,
  InventoryDifference,
  inventoryDigestInput,
  isEmptyDifference,
  normalizeInventory,
} from './difference.ts';
import { type InstalledSoftware, Inventory } from './inventory.ts';

const inventory = (
  software: InstalledSoftware[],
  hostname = 'h',
  memoryBytes = 1,
  bootId = 'b',
): Inventory => ({
  hardware: {
    manufacturer: '',
    model: '',
    serial: '',
    uuid: '',
    cpu: { model: '', cores: 1, architecture: 'x64' },
    memoryBytes,
    disks: [],
  },
  network: { hostname, interfaces: [] },
  operatingSystem: {
    family: 'linux',
    id: 'debian',
    name: 'Debian',
    version: '12',
    language: 'en',
    architecture: 'x64',
    kernel: '6',
    bootId,
    bootedAt: '2026-01-01T00:00:00Z',
  },
  software,
  agent: { version: '1' },
});
const nginx: InstalledSoftware = { name: 'nginx', version: '1', source: 'dpkg', architecture: 'amd64' };
const kernel = (version: string): InstalledSoftware => ({ name: 'kernel', version, source: 'rpm' });

test('only what changed is told', () => {
  const before = inventory([nginx, kernel('1'), kernel('2')]);
  assert.deepEqual(diffInventory(before, structuredClone(before)), {});
  assert.deepEqual(diffInventory(before, inventory([kernel('2'), nginx, kernel('1')])), {});
  const foreign = { ...nginx, architecture: 'i386' };
  const after = inventory([{ ...nginx, version: '2' }, foreign, { ...nginx, source: 'other' }], 'renamed');
  assert.deepEqual(diffInventory(before, after), {
    network: after.network,
    software: {
      added: [{ ...nginx, source: 'other' }, foreign],
      changed: [{ ...nginx, version: '2' }],
      removed: [{ source: 'rpm', name: 'kernel' }],
    },
  });
});

test('one of several versions that are installed side by side may go', () => {
  const before = inventory([kernel('1'), kernel('2'), kernel('3')]);
  const after = inventory([kernel('1'), kernel('3')]);
  const difference = diffInventory(before, after);
  assert.deepEqual(difference.software?.changed, [kernel('1'), kernel('3')]);
  assert.deepEqual(applyDifference(before, difference), after);
});

test('an empty difference is recognised', () => {
  assert.equal(isEmptyDifference({}), true);
  assert.equal(isEmptyDifference(diffInventory(inventory([]), inventory([nginx]))), false);
});

const software: fc.Arbitrary<InstalledSoftware> = fc.record(
  {
    name: fc.constantFrom('a', 'b', '"', 'a\n', '__proto__'),
    version: fc.constantFrom('1', '2'),
    source: fc.constantFrom('dpkg' as const, 'rpm' as const, 'msi' as const),
    architecture: fc.constantFrom('x64', 'x86', ''),
    publisher: fc.constantFrom('', 'P'),
  },
  { requiredKeys: ['name', 'version', 'source'], noNullPrototype: true },
);
const inventories: fc.Arbitrary<Inventory> = fc
  .tuple(
    fc.array(software, { maxLength: 8 }),
    fc.constantFrom('h', 'i'),
    fc.constantFrom(1, 2),
    fc.constantFrom('b', 'c'),
  )
  .map((parts) => inventory(...parts));

test('a difference that is applied gives the next inventory, through JSON and the schema', () => {
  fc.assert(
    fc.property(inventories, inventories, (a, b) => {
      const difference: unknown = JSON.parse(JSON.stringify(diffInventory(a, b)));
      assert.ok(Value.Check(InventoryDifference, difference));
      const applied = applyDifference(a, difference);
      assert.ok(Value.Check(Inventory, applied));
      assert.deepEqual(applied, normalizeInventory(b));
      assert.equal(inventoryDigestInput(applied), inventoryDigestInput(b));
      assert.equal(isEmptyDifference(difference), inventoryDigestInput(a) === inventoryDigestInput(b));
    }),
    { numRuns: 500 },
  );
});

test('the digest does not depend on the order of software', () => {
  fc.assert(
    fc.property(inventories, (some) => {
      const shuffled = { ...some, software: [...some.software].reverse() };
      assert.equal(inventoryDigestInput(shuffled), inventoryDigestInput(some));
      assert.equal(
        inventoryDigestInput(some),
        canonicalJson(normalizeInventory(some)),
        'its form is RFC 8785',
      );
    }),
  );
});
