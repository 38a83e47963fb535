import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { packageRoutes, windowRoutes } from '@tenkai/protocol';
import { collectionRoutes } from '@tenkai/protocol/api/collections.ts';
import type { DeploymentWhatIf } from '@tenkai/protocol/api/deployments.ts';
import { aHeartbeat } from '@tenkai/testkit/bare-agent.ts';
import { aKnownMachine, report, settle } from '@tenkai/testkit/deployed.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { cliOf } from '@tenkai/testkit/tenkai-cli.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer({ listen: true });
  await server.call(packageRoutes.create, { body: { draft: aDraft(), contentId: null } });
  await aKnownMachine(server, 'alder');
  const birch = await aKnownMachine(server, 'birch');
  const cedar = await aKnownMachine(server, 'cedar');
  await report(server, birch, aHeartbeat({ state: 'shutting-down' }));
  const rules = [{ kind: 'direct' as const, machineIds: [cedar.machineId] }];
  const { id } = await server.call(collectionRoutes.create, {
    body: { name: 'Short', limitingCollectionId: null, rules },
  });
  const window = { id: 'w', name: 'short', durationMinutes: 9 };
  const schedule = { kind: 'at' as const, at: new Date(Date.now() + 3_600_000).toISOString() };
  await server.call(windowRoutes.replace, { params: { id }, body: { windows: [{ ...window, schedule }] } });
  await settle(server);
});
after(() => server.stop());

const whatIf = ['deployment', 'what-if', '--package', 'hello', '--collection', 'all'];

test('BSCN-07: what-if tells who starts, who waits and who never fits a window, before anything is made', async (t) => {
  const cli = await cliOf(t, server);
  const told: DeploymentWhatIf = await cli.json([...whatIf, '--max-targets', '1', '--max-wait', '5']);
  assert.deepEqual(told.counts, { starts: 1, waits: 1, never: 1, 'not-applicable': 0 });
  assert.deepEqual(
    told.machines.items.map(({ machineName, outcome, wave }) => [machineName, outcome, wave]),
    [
      ['alder', 'starts', 1],
      ['birch', 'waits', null],
      ['cedar', 'never', null],
    ],
  );
  const shown = await cli.run(whatIf);
  assert.equal(shown.code, 0, shown.stderr);
  assert.match(shown.stdout, /1 of 3 machines start, 1 wait, 1 never fit a window, 0 do not apply/);
  assert.match(shown.stdout, /It never fits: this may take 15 min at the longest/);
  const only = await cli.run([...whatIf, '--outcome', 'waits']);
  assert.match(only.stdout, /birch/);
  assert.doesNotMatch(only.stdout, /alder|cedar/);
  assert.equal((await cli.run([...whatIf, '--outcome', 'perhaps'])).code, 2);
  assert.deepEqual((await cli.run(['deployment', 'list'])).stdout.includes('There is no deployment.'), true);
});
