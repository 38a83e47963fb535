import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { DeploymentDraft } from '@tenkai/domain';
import { packageRoutes } from '@tenkai/protocol';
import type { BareAgent } from '@tenkai/testkit/bare-agent.ts';
import { aKnownMachine, report, settle } from '@tenkai/testkit/deployed.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { openRuns, runReport } from '@tenkai/testkit/run-reports.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { cliOf } from '@tenkai/testkit/tenkai-cli.ts';

let server: TestServer;
let machine: BareAgent;
before(async () => {
  server = await startTestServer({ listen: true });
  machine = await aKnownMachine(server, 'alder');
  await server.call(packageRoutes.create, { body: { draft: aDraft(), contentId: null } });
});
after(() => server.stop());

const create = ['deployment', 'create', '--package', 'hello', '--collection', 'all'];

test('BSCN-19, BSCN-23: a run for the next start is made, explained and counted by the command line', async (t) => {
  const cli = await cliOf(t, server);
  const options = ['--timing', 'at-next-start', '--power-off', 'after-delivery', '--restart-after'];
  const preview = await cli.run(['deployment', 'preview', ...create.slice(2), ...options]);
  assert.match(preview.stdout, /Content is delivered first; each machine runs it when it next starts\./);
  assert.match(preview.stdout, /Machines are switched off once the content is there/);
  const made: { id: string; draft: DeploymentDraft } = await cli.json([...create, ...options]);
  assert.deepEqual(
    [made.draft.timing, made.draft.powerOffAtEnd, made.draft.restartAfter, 'restartAtStart' in made.draft],
    ['at-next-start', 'after-delivery', true, false],
  );
  const shown = await cli.run(['deployment', 'show', made.id]);
  assert.match(shown.stdout, /Timing +at-next-start\nRestart after +yes\nPower off +after-delivery\n/);

  await settle(server);
  const [order] = await openRuns(machine);
  assert.ok(order);
  await report(server, machine, runReport(order, 'delivered'), runReport(order, 'staged'));
  assert.match((await cli.run(['machine', 'show', 'alder'])).stdout, /Pending starts +1\/100\n/);
  assert.match((await cli.run(['deployment', 'runs', made.id])).stdout, /begins at its next start/);
  assert.equal((await cli.run(['site', 'settings', 'nextStartLimit=7'])).code, 0);
  await settle(server);
  assert.match((await cli.run(['machine', 'show', 'alder'])).stdout, /Pending starts +1\/7\n/);
});

test('BSCN-34: options go before a file, and what cannot be is refused', async (t) => {
  const cli = await cliOf(t, server);
  const file = join(cli.home, 'deployment.json');
  await writeFile(file, JSON.stringify({ restartAtStart: true, restartAfter: true }));
  const made: { draft: DeploymentDraft } = await cli.json([...create, '--from', file, '--no-restart-after']);
  assert.deepEqual([made.draft.restartAtStart, made.draft.restartAfter], [true, false]);
  const wrong = await cli.run([...create, '--power-off', 'after-delivery']);
  assert.deepEqual([wrong.code, /next start of the machine/.test(wrong.stderr)], [1, true], wrong.stderr);
  assert.equal((await cli.run([...create, '--timing', 'never'])).code, 2);
});

test('a run that no window holds is told never to begin, with the figures', async (t) => {
  const cli = await cliOf(t, server);
  const schedule = { kind: 'recurring', rule: { every: 'day', interval: 1, at: '00:00' }, timeZone: 'UTC' };
  const windows = [
    {
      id: 'w',
      name: 'short',
      schedule: { ...schedule, startsAt: '2026-01-01T00:00:00Z' },
      durationMinutes: 9,
    },
  ];
  const { windowRoutes } = await import('@tenkai/protocol');
  await server.call(windowRoutes.replace, { params: { id: 'all' }, body: { windows } as never });
  await settle(server);
  const preview = await cli.run(['deployment', 'preview', ...create.slice(2)]);
  assert.match(preview.stdout, /never/);
  assert.match(preview.stdout, /It never fits: this may take 15 min at the longest/);
});
