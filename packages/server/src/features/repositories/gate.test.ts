/** The gate: what waits for approval, and how urgent it may be. */
import assert from 'node:assert/strict';
import { packageRoutes } from '@tenkai/protocol/api/packages.ts';
import { repositoryRoutes } from '@tenkai/protocol/api/repositories.ts';
import { listAudit } from '@tenkai/protocol/api/status.ts';
import { updateRoutes } from '@tenkai/protocol/api/updates.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { aKnownMachine } from '@tenkai/testkit/deployed.ts';
import { createRepository } from '@tenkai/testkit/package-repository.ts';
import { refusedWith as refused } from '@tenkai/testkit/refused.ts';
import { openRuns, wholeRun } from '@tenkai/testkit/run-reports.ts';
import { settle } from '@tenkai/testkit/settle.ts';
import { createFakeClock } from '../../kernel/clock.ts';
import {
  addRepository,
  day,
  look,
  packagesOf,
  pullNow,
  settingsOf,
  site,
  urlOf,
} from './repositories-for-test.ts';

onBothEngines(
  'BAUT-24: with the gate on hold nothing is registered until it is approved',
  async (t, { databaseUrl }) => {
    const clock = createFakeClock();
    const repository = await createRepository(t, clock.now);
    await repository.publish({ id: 'app', urgency: 'highest' });
    await repository.publish({ id: 'other', urgency: 'high' });
    const server = await site(t, clock, databaseUrl);
    const id = await addRepository(server, repository, { url: urlOf(repository), gate: { kind: 'hold' } });
    const waiting = await pullNow(server, id);
    assert.equal(waiting.waitingCount, 2);
    assert.deepEqual(await packagesOf(server), []);
    const [app, other] = waiting.packages;
    assert.deepEqual([app?.waitsFor, app?.draft?.urgency], ['gate', 'highest']);
    const decide = (
      route: 'approve' | 'reject',
      packageId: string,
      offered: number,
      as = 'operator' as const,
    ) => server.call(repositoryRoutes[route], { as, params: { id, packageId }, body: { offered } });
    await assert.rejects(decide('approve', 'app', 99), refused('changed-meanwhile'));
    await assert.rejects(
      server.call(repositoryRoutes.approve, {
        as: 'viewer',
        params: { id, packageId: 'app' },
        body: { offered: 2 },
      }),
      refused('not-allowed'),
    );
    // What waits outlives the grace time of unused content.
    clock.advance(3 * day);
    await settle(server);
    const approved = await decide('approve', 'app', app?.offered ?? 0);
    assert.deepEqual([approved.state, approved.registeredRevision], ['registered', 1]);
    assert.deepEqual(await packagesOf(server), ['app 1 highest repository:main']);
    assert.equal((await decide('reject', 'other', other?.offered ?? 0)).state, 'rejected');
    await assert.rejects(decide('reject', 'other', other?.offered ?? 0), refused('repository-not-waiting'));
    assert.equal((await pullNow(server, id)).packages[1]?.state, 'rejected', 'the same is not asked again');
    await repository.publish({ id: 'other', version: '2.0' });
    assert.equal((await pullNow(server, id)).packages[1]?.state, 'waiting', 'a later one is');
    const { items } = await server.call(listAudit, { query: {} });
    const acts = items.filter(({ action }) => action.startsWith('repositories.package-'));
    assert.deepEqual(acts.map(({ action, object }) => `${action} ${object}`).sort(), [
      'repositories.package-approved package:app',
      'repositories.package-rejected package:other',
    ]);
  },
);

onBothEngines(
  'BAUT-22, BAUT-24: what is pulled is delivered by automatic update at once; behind a gate on hold once it is approved',
  async (t, { databaseUrl }) => {
    const clock = createFakeClock();
    const server = await site(t, clock, databaseUrl);
    const agent = await aKnownMachine(server, 'pc-1');
    // A machine that has just come is left in peace for a while.
    await server.call(updateRoutes.setPolicy, { body: { startDelayMinutes: 0 } });
    const ordered = async () =>
      (await openRuns(agent)).flatMap(({ steps }) =>
        steps.flatMap((step) => (step.kind === 'install-package' ? step.packageId : [])),
      );
    const open = await createRepository(t, clock.now);
    await open.publish({ id: 'open', urgency: 'highest' });
    await addRepository(server, open, { url: urlOf(open) });
    assert.deepEqual(await ordered(), ['open']);
    for (const order of await openRuns(agent)) await agent.report(...wholeRun(order));
    await settle(server);
    const gated = await createRepository(t, clock.now);
    await gated.publish({ id: 'gated', urgency: 'highest' });
    const id = await addRepository(server, gated, {
      ...{ name: 'gated', url: urlOf(gated), gate: { kind: 'hold' } },
    });
    assert.deepEqual(await ordered(), [], 'nobody has approved it');
    const { packages } = await look(server, id);
    const [held] = packages;
    await server.call(repositoryRoutes.approve, {
      params: { id, packageId: 'gated' },
      body: { offered: held?.offered ?? 0 },
    });
    await settle(server);
    assert.deepEqual(await ordered(), ['gated']);
  },
);

onBothEngines(
  'BAUT-24: a pulled package keeps its urgency, or the gate lowers it; what is less urgent stays so',
  async (t, { databaseUrl }) => {
    const clock = createFakeClock();
    const repository = await createRepository(t, clock.now);
    for (const urgency of ['highest', 'high', 'normal', 'low'] as const)
      await repository.publish({ id: urgency, urgency });
    const server = await site(t, clock, databaseUrl);
    const gate = { kind: 'lower', to: 'normal' } as const;
    const id = await addRepository(server, repository, { url: urlOf(repository), gate });
    const urgencies = async () =>
      (await server.call(packageRoutes.list, {})).items.map((row) => `${row.id}: ${row.urgency}`).sort();
    const lowered = ['high: normal', 'highest: normal', 'low: low', 'normal: normal'];
    assert.deepEqual(await urgencies(), lowered);
    const before = await look(server, id);
    assert.equal(before.packages.find(({ packageId }) => packageId === 'high')?.draft?.urgency, 'high');
    const { name: _, ...settings } = settingsOf(before);
    const body = { ...settings, gate: { kind: 'automatic' } as const, revision: before.revision };
    await server.call(repositoryRoutes.update, { params: { id }, body });
    await repository.publish({ id: 'high', urgency: 'high', version: '2.0' });
    await pullNow(server, id);
    assert.deepEqual(await urgencies(), ['high: high', ...lowered.slice(1)]);
  },
);
