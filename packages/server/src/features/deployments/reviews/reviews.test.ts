import assert from 'node:assert/strict';
import { deploymentRoutes, packageRoutes } from '@tenkai/protocol';
import { listAudit, listStatusMessages } from '@tenkai/protocol/api/status.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { aKnownMachine, deploy, helloScenario, report, settle } from '@tenkai/testkit/deployed.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { openRuns, wholeRun } from '@tenkai/testkit/run-reports.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';

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
    const toReview = async () =>
      (await server.call(deploymentRoutes.list, { query: { needsReview: true } })).items.map(
        ({ name, reviews }) => [
          name,
          ...reviews.map((one) => [one.packageId, one.fromVersion, one.toVersion]),
        ],
      );
    await change(server, { summary: 'another text' });
    assert.deepEqual(await toReview(), [], 'nothing else was upgraded');

    await change(server, { version: '1.5' });
    await change(server, { version: '2.0' });
    assert.deepEqual(await toReview(), [['Hello everywhere', ['hello', '1.0', '2.0']]]);
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
    assert.deepEqual([row.reviews, await toReview()], [[], []]);
    const { items: audit } = await server.call(listAudit, { query: { action: 'deployments.reviewed' } });
    assert.deepEqual(
      audit.map(({ object, details }) => [object, details.packages]),
      [[`deployment:${id}`, ['hello 2.0']]],
    );
    await deploy(server, { name: 'new', subject: { kind: 'scenario', scenarioId } });
    assert.deepEqual(await toReview(), [], 'it was made for what the package is now');

    await change(server, { version: '3.0' });
    await change(server, { version: '2.0' });
    assert.deepEqual(await toReview(), [], 'the package is again what was looked at');
  },
);
