import assert from 'node:assert/strict';
import { deploymentRoutes, packageRoutes } from '@tenkai/protocol';
import { listAudit, listStatusMessages } from '@tenkai/protocol/api/status.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { aKnownMachine, deploy, helloScenario, report, settle } from '@tenkai/testkit/deployed.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { openRuns, wholeRun } from '@tenkai/testkit/run-reports.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { insertDeployment } from '../deployments.store.ts';
import type { DeploymentsTable, ReviewsTable } from '../tables.ts';
import { insertReview } from './reviews.store.ts';

/** Names of the deployments of which a target is to be reviewed, with the upgrades. */
async function toReview(server: TestServer) {
  const { items } = await server.call(deploymentRoutes.list, { query: { needsReview: true } });
  return items.map(({ name, reviews }) => [
    name,
    ...reviews.map((one) => [one.packageId, one.fromVersion, one.toVersion]),
  ]);
}

/** The deployments that open pages were told to look at again. */
function noteChanged(server: TestServer): string[] {
  const told: string[] = [];
  server.kernel.events.watch('deployments.changed', ({ payload }) => void told.push(payload.deploymentId));
  return told;
}

async function change(server: TestServer, over: Parameters<typeof aDraft>[0]) {
  const { revision } = await server.call(packageRoutes.get, { params: { id: 'hello' } });
  const body = { draft: aDraft(over), contentId: null, revision };
  await server.call(packageRoutes.update, { params: { id: 'hello' }, body });
  await settle(server);
}

onBothEngines(
  'DIST-19: after an upgrade of its package a deployment stays in use, and its target is to be reviewed',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const first = await aKnownMachine(server, 'first');
    const scenarioId = await helloScenario(server);
    const { id } = await deploy(server, { subject: { kind: 'scenario', scenarioId } });
    const gone = await deploy(server, { name: 'gone', subject: { kind: 'scenario', scenarioId } });
    await server.call(deploymentRoutes.cancel, { params: { id: gone.id } });
    const [order] = await openRuns(first);
    assert.ok(order);
    await report(server, first, ...wholeRun(order));
    await change(server, { summary: 'another text' });
    assert.deepEqual(await toReview(server), [], 'nothing else was upgraded');

    await change(server, { version: '1.5' });
    await change(server, { version: '2.0' });
    assert.deepEqual(await toReview(server), [['Hello everywhere', ['hello', '1.0', '2.0']]]);
    const { items: told } = await server.call(listStatusMessages, {
      query: { code: 'deployment-review-asked' },
    });
    const text = (from: string, to: string) =>
      `The package hello went from ${from} to ${to}; the deployment Hello everywhere stays in use. Its target is to be reviewed.`;
    assert.deepEqual(
      told.map(({ severity, message, objects }) => [severity, message, objects[0]?.id]),
      [
        ['warning', text('1.5', '2.0'), id],
        ['warning', text('1.0', '1.5'), id],
      ],
    );
    const later = await aKnownMachine(server, 'later');
    await settle(server);
    assert.equal((await openRuns(later)).length, 1, 'it stays in use');

    await assert.rejects(server.call(deploymentRoutes.reviewed, { as: 'viewer', params: { id } }));
    const row = await server.call(deploymentRoutes.reviewed, { as: 'operator', params: { id } });
    assert.deepEqual([row.reviews, await toReview(server)], [[], []]);
    const { items: audit } = await server.call(listAudit, { query: { action: 'deployments.reviewed' } });
    assert.deepEqual(
      audit.map(({ object, details }) => [object, details.packages]),
      [[`deployment:${id}`, ['hello 2.0']]],
    );
    await deploy(server, { name: 'new', subject: { kind: 'scenario', scenarioId } });
    assert.deepEqual(await toReview(server), [], 'it was made for what the package is now');

    await change(server, { version: '3.0' });
    await change(server, { version: '2.0' });
    assert.deepEqual(await toReview(server), [], 'the package is again what was looked at');
  },
);

onBothEngines(
  'DIST-19: distribution points of a package are chosen without an upgrade: nobody is asked for a look',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const scenarioId = await helloScenario(server);
    const { id } = await deploy(server, { name: 'old', subject: { kind: 'scenario', scenarioId } });
    await change(server, { version: '2.0' });
    assert.deepEqual(await toReview(server), [['old', ['hello', '1.0', '2.0']]]);
    await server.call(deploymentRoutes.reviewed, { params: { id } });
    await deploy(server, { name: 'new', subject: { kind: 'scenario', scenarioId } });
    await server.call(packageRoutes.place, { params: { id: 'hello' }, body: { pointIds: ['site'] } });
    await settle(server);
    assert.deepEqual(await toReview(server), []);
  },
);

onBothEngines(
  'DIST-19: open pages are told when there is nothing left to review: the package is what it was, or gone',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    await server.call(packageRoutes.create, { body: { draft: aDraft(), contentId: null } });
    const { id } = await deploy(server, { subject: { kind: 'program', packageId: 'hello', program: null } });
    const told = noteChanged(server);
    for (const version of ['2.0', '1.0']) {
      told.length = 0;
      await change(server, { version });
      assert.deepEqual(told, [id], version);
    }
    assert.deepEqual(await toReview(server), []);
    await change(server, { version: '2.0' });
    told.length = 0;
    await server.call(packageRoutes.remove, { params: { id: 'hello' } });
    await settle(server);
    assert.deepEqual([told, await toReview(server)], [[id], []]);
  },
);

onBothEngines(
  'DIST-19: every deployment of the package is found among many, whatever its name means to a search',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const { db } = server.kernel;
    for (const packageId of ['my_tool', 'my-tool']) {
      await server.call(packageRoutes.create, {
        body: { draft: aDraft({ id: packageId }), contentId: null },
      });
      await deploy(server, { name: packageId, subject: { kind: 'program', packageId, program: null } });
    }
    const [row] = await db.read.all<DeploymentsTable>(
      "SELECT * FROM deployments_deployments WHERE name = 'my_tool'",
    );
    assert.ok(row);
    const copies = Array.from({ length: 501 }, (_, n) => ({ ...row, id: `${row.id}-${1000 + n}` }));
    await db.transaction(async (tx) => {
      for (const copy of copies) await insertDeployment(tx, copy);
    });
    const draft = aDraft({ id: 'my_tool', version: '2.0' });
    const body = { draft, contentId: null, revision: 1 };
    await server.call(packageRoutes.update, { params: { id: 'my_tool' }, body });
    await settle(server);
    const asked = await db.read.all<{ deployment_id: string }>(
      'SELECT deployment_id FROM deployments_reviews ORDER BY deployment_id',
    );
    assert.deepEqual(
      asked.map(({ deployment_id }) => deployment_id),
      [row, ...copies].map(({ id }) => id),
    );
  },
);

onBothEngines(
  'DIST-19: a deployment that is cancelled is not to be reviewed any more, and is not asked for again',
  async (t, { databaseUrl }) => {
    const server = await startTestServer({ databaseUrl });
    atEnd(t, () => server.stop());
    const { db } = server.kernel;
    const scenarioId = await helloScenario(server);
    const { id } = await deploy(server, { subject: { kind: 'scenario', scenarioId } });
    await change(server, { version: '2.0' });
    const asked = () => db.read.all<ReviewsTable>('SELECT * FROM deployments_reviews');
    const [review] = await asked();
    assert.equal(review?.deployment_id, id);
    await server.call(deploymentRoutes.cancel, { params: { id } });
    assert.deepEqual([await toReview(server), await asked()], [[], []]);
    assert.deepEqual((await server.call(deploymentRoutes.get, { params: { id } })).reviews, []);

    await change(server, { version: '3.0' });
    await db.transaction((tx) => insertReview(tx, review));
    assert.deepEqual(await asked(), [], 'it may be cancelled while somebody looks for those to ask about');
  },
);
