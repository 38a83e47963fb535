import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluate } from '../collection/evaluate.ts';
import type { Inventory } from '../machine/inventory.ts';
import { movesUserState, strictClientQuery, strictClientRule } from './state-migration.ts';
import { findHotfix, hotfixRefusal } from './supersedence.ts';

/** A Windows 7 with what decides; everything else is of no account. */
function facts({
  client,
  windows,
  updates,
}: {
  client: string;
  windows: string;
  updates: readonly string[];
}) {
  const software: Inventory['software'] = [
    { name: 'Configuration Manager Client', version: client, source: 'msi' },
    ...updates.map((name) => ({ name, version: '1', source: 'other' as const })),
  ];
  const operatingSystem = { family: 'windows', id: 'windows', name: 'Windows 7', version: windows };
  const inventory = { software, operatingSystem } as unknown as Inventory;
  const machine = { id: 'm', name: 'pc', powerState: 'on', isOnline: true, properties: {}, inventory };
  return machine as unknown as Parameters<typeof evaluate>[1];
}

test('IDENT-13: of all eight combinations only affected client, strict importer and moved user state together are at risk', () => {
  const clients = {
    affected: ['4.00.6221.1000', '4.00.6487.2000'],
    other: ['4.00.5931.0001', '5.00.7711.0000'],
  };
  const strict = [
    { windows: '6.1.7601', updates: [] },
    { windows: '6.1.7600', updates: ['KB974571'] },
  ];
  const lax = [{ windows: '6.1.7600', updates: [] }];
  const moving = ['install-package', 'capture-user-state', 'apply-image', 'restore-user-state'];
  const sequences = [moving, ['apply-image'], ['capture-user-state'], ['restore-user-state']];
  const rule = strictClientRule();
  let atRisk = 0;
  for (const isAffected of [true, false])
    for (const isStrict of [true, false])
      for (const steps of sequences)
        for (const client of clients[isAffected ? 'affected' : 'other'])
          for (const machine of isStrict ? strict : lax) {
            const { matches } = evaluate(rule, facts({ client, ...machine }));
            const isRisk = matches && movesUserState(steps);
            assert.equal(
              isRisk,
              isAffected && isStrict && steps === moving,
              `${client} ${machine.windows} ${steps}`,
            );
            atRisk += isRisk ? 1 : 0;
          }
  assert.equal(atRisk, 4);
  assert.ok(strictClientQuery.length < 400, 'it can be written into a collection');
});

test('IDENT-20: the repair tool is in the catalogue still when the fix that brought it is superseded and refused', () => {
  const installed = ['KB977384'];
  assert.equal(hotfixRefusal({ id: 'KB977203', level: 'SP2', installed })?.code, 'hotfix-superseded');
  assert.deepEqual(findHotfix('KB977203')?.tools, ['Ccmcertfix.exe']);
  assert.deepEqual(findHotfix('KB977384')?.tools, []);
});
