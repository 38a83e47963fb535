/** What goes first: the way to the latest level, and what a package needs. */
import assert from 'node:assert/strict';
import type { PackageDraft } from '@tenkai/domain';
import { deploymentRoutes } from '@tenkai/protocol';
import { aWholeInventory } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { aDeployment } from '@tenkai/testkit/builders.ts';
import {
  boot,
  inventory,
  machine,
  open,
  publish,
  report,
  settle,
  site,
  stateOf,
  work,
  xp,
} from './updates-for-test.ts';

const servicePack = (major: number, over: Partial<PackageDraft> = {}): Partial<PackageDraft> => ({
  id: `SP${major}`,
  type: 'service-pack',
  majorVersion: major,
  minorVersion: 0,
  urgency: 'highest',
  restartAfterInstall: true,
  targets: [xp],
  ...over,
});

onBothEngines(
  'BAUT-10, BAUT-11, BAUT-13: a machine without a service pack ends at SP3 by itself, each step and restart logged',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const none = await machine(given, 'none', 0);
    const one = await machine(given, 'one', 1);
    await publish(given, servicePack(3, { requires: [{ anyOf: ['SP1', 'SP2'] }] }));
    assert.equal(await stateOf(given, none, 'SP3'), 'not-applicable update-prerequisite-not-registered');
    assert.deepEqual(await open(none), []);
    await publish(given, servicePack(1));
    assert.deepEqual(await open(one), ['SP3'], 'the latest at once where it can go');
    const level = async (packageId: string) => {
      await boot(given, none);
      await report(given, none, aWholeInventory(inventory('none', Number(packageId.slice(2)))));
    };
    assert.deepEqual(await work(given, none, level), ['SP1', 'SP3']);
    assert.equal(await stateOf(given, none, 'SP3'), 'applied');
    assert.equal(await stateOf(given, none, 'SP1'), 'applied');
    const rows = await given.server.kernel.db.read.all<{ code: string; params: string }>(
      "SELECT code, params FROM status_messages WHERE machine_id = ? AND (component = 'updates' OR code = 'machine.on') ORDER BY seq",
      [none.machineId],
    );
    const log = rows.map(({ code, params }) => [
      code,
      (JSON.parse(params) as { packageId?: string }).packageId,
    ]);
    assert.deepEqual(log.slice(1), [
      ['update.begun-for', 'SP1'],
      ['machine.on', undefined],
      ['update.applied', 'SP1'],
      ['update.begun', 'SP3'],
      ['machine.on', undefined],
      ['update.applied', 'SP3'],
    ]);
  },
);

onBothEngines(
  'BAUT-14: the prerequisite goes by automatic update first, and the newer one when it is registered afterwards',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const agent = await machine(given, 'a');
    await publish(given, { id: 'SP1', urgency: 'highest' });
    assert.deepEqual(await work(given, agent), ['SP1']);
    await publish(given, { id: 'SP3', urgency: 'highest', requires: [{ anyOf: ['SP1', 'SP2'] }] });
    assert.deepEqual(await work(given, agent), ['SP3']);
  },
);

onBothEngines(
  'BAUT-15: after a scenario has brought the prerequisite, the newer comes by itself',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const agent = await machine(given, 'a');
    await publish(given, { id: 'base', urgency: 'normal' });
    await publish(given, { id: 'newer', urgency: 'highest', requires: [{ anyOf: ['base'] }] });
    assert.equal(await stateOf(given, agent, 'newer'), 'not-applicable update-prerequisite-missing');
    const subject = { kind: 'program' as const, packageId: 'base', program: null };
    await given.server.call(deploymentRoutes.create, { body: aDeployment({ subject }) });
    await settle(given);
    assert.deepEqual(await work(given, agent), ['base', 'newer']);
  },
);
