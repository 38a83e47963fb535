import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { packageRoutes } from '@tenkai/protocol';
import { changeSiteSettings } from '@tenkai/protocol/api/site.ts';
import type { BareAgent } from '@tenkai/testkit/bare-agent.ts';
import { aKnownMachine, settle } from '@tenkai/testkit/deployed.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { openRuns, wholeRun } from '@tenkai/testkit/run-reports.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { cliOf } from '@tenkai/testkit/tenkai-cli.ts';

let server: TestServer;
const agents: BareAgent[] = [];

before(async () => {
  server = await startTestServer({ listen: true });
  for (const name of ['alder', 'birch', 'cedar']) agents.push(await aKnownMachine(server, name));
  await server.call(changeSiteSettings, { body: { multicast: false } });
  await server.call(packageRoutes.create, { body: { draft: aDraft(), contentId: null } });
});
after(() => server.stop());

interface Made {
  readonly id: string;
  readonly status: string;
}

/** Everybody does what is open for them. */
async function workOff() {
  for (let isDone = false; !isDone; ) {
    await settle(server);
    isDone = true;
    for (const agent of agents) {
      for (const order of await openRuns(agent)) {
        await agent.report(...wholeRun(order));
        isDone = false;
      }
    }
  }
}

const create = ['deployment', 'create', '--package', 'hello', '--collection', 'all'];

test('BSCN-15, BSCN-17: a group is seen waiting, one machine leaves, one goes unicast, the rest start now', async (t) => {
  const cli = await cliOf(t, server);
  const made: Made = await cli.json([...create, '--name', 'group', '--max-targets', '9', '--max-wait', '30']);
  await settle(server);
  const shown = await cli.run(['deployment', 'show', made.id]);
  assert.match(shown.stdout, /Max\. targets +9\n/);
  assert.match(
    shown.stdout,
    /Group +3 of 9 ready, starts \d{4}-\d\d-\d\d \d\d:\d\d:\d\d at the latest \(in (30:00|29:\d\d)\)/,
  );
  const waiting = await cli.run(['deployment', 'runs', made.id, '--search', 'cedar']);
  assert.match(waiting.stdout, /waits for its group: 3 of 9 machines are ready/);
  assert.equal((await cli.run(['deployment', 'leave-group', made.id, 'Alder'])).code, 0);
  const again = await cli.run(['deployment', 'leave-group', made.id, 'alder']);
  assert.deepEqual([again.code, /waits for no group/.test(again.stdout)], [1, true], again.stdout);
  assert.equal((await cli.run(['deployment', 'unicast', made.id, 'birch'])).code, 0);
  const started = await cli.run(['deployment', 'start-group', made.id]);
  assert.match(started.stdout, /1 +1 .*an operator started it +test-administrator/);
  await settle(server);
  const runs: { machineName: string; delivery: { reason: { code: string } } }[] = await cli.json([
    'deployment',
    'runs',
    made.id,
  ]);
  assert.deepEqual(
    Object.fromEntries(runs.map(({ machineName, delivery }) => [machineName, delivery.reason.code])),
    { alder: 'unicast-left-group', birch: 'unicast-went-unicast', cedar: 'unicast-no-multicast' },
  );
  const waves: unknown[] = await cli.json(['deployment', 'waves', 'Group']);
  assert.equal(waves.length, 1);
  await workOff();
  const nobody = await cli.run(['deployment', 'start-group', 'group']);
  assert.deepEqual([nobody.code, /waits for others/.test(nobody.stderr)], [1, true]);
  const unknown = await cli.run(['deployment', 'show', 'no such thing']);
  assert.match(unknown.stderr, /There is no deployment no such thing/);
});

test('BSCN-12, BSCN-43: settings are changed, taken away, and what is ignored is said', async (t) => {
  const cli = await cliOf(t, server);
  const made: Made = await cli.json([...create, '--name', 'changed', '--max-targets', '9']);
  await settle(server);
  const changed = await cli.run([
    'deployment',
    'delivery',
    made.id,
    '--max-targets',
    '60',
    '--max-wait',
    '5',
  ]);
  assert.match(changed.stdout, /Max\. wait +5 min/);
  assert.match(changed.stdout, /60 machines, but the site runs 50 at once/);
  const unicast = await cli.run(['deployment', 'delivery', made.id, '--delivery', 'unicast']);
  assert.match(unicast.stdout, /Ignored: maxTargets +With unicast/);
  const none: { maxTargets: null } = await cli.json([
    'deployment',
    'delivery',
    made.id,
    '--delivery',
    'auto',
    '--max-targets',
    'none',
    '--max-wait',
    'none',
  ]);
  assert.equal(none.maxTargets, null);
  const wrong = await cli.run(['deployment', 'delivery', made.id, '--max-targets', 'many']);
  assert.deepEqual([wrong.code === 0, /neither a number nor/.test(wrong.stderr)], [false, true]);
  const refused = await cli.run(['deployment', 'delivery', made.id, '--multicast-address', '10.0.0.1']);
  assert.match(refused.stderr, /10\.0\.0\.1 is no address for multicast/);
  const whole: Made = await cli.json([...create, '--name', 'whole', '--max-targets', '9']);
  assert.match((await cli.run(['deployment', 'unicast', whole.id])).stdout, /whole delivers by unicast/);
  await workOff();
});

test('BSCN-07: what was assigned as available runs when it is told to', async (t) => {
  const cli = await cliOf(t, server);
  const made: Made = await cli.json([...create, '--name', 'assigned', '--purpose', 'available']);
  await settle(server);
  for (const agent of agents) assert.deepEqual(await openRuns(agent), []);
  assert.equal((await cli.run(['deployment', 'request', made.id, 'alder'])).code, 0);
  const rest: unknown[] = await cli.json(['deployment', 'request', made.id]);
  assert.equal(rest.length, 2);
  await settle(server);
  for (const agent of agents) assert.equal((await openRuns(agent)).length, 1);
  assert.match((await cli.run(['deployment', 'request', made.id])).stdout, /No run waits/);
  await workOff();
});

test('BSCN-26: who fetches for its subnet is decided by hand, listed, and left to the merits again', async (t) => {
  const cli = await cliOf(t, server);
  const rule = async (verb: string, machine: string) =>
    (await cli.run(['multicast', 'representative', verb, machine])).stdout;
  assert.match(await rule('name', 'birch'), /birch fetches for its subnet/);
  assert.match(await rule('forbid', 'alder'), /alder fetches for nobody/);
  const { stdout } = await cli.run(['multicast', 'representative', 'list']);
  assert.match(stdout, /alder +never .*\n.*birch +before others/);
  for (const machine of ['alder', 'birch']) assert.match(await rule('clear', machine), /merits again/);
  assert.deepEqual(await cli.json(['multicast', 'representative', 'list']), []);
  assert.equal((await cli.run(['multicast', 'representative', 'name', 'nobody'])).code, 1);
});

test('whether the site sends by multicast is shown, with the reason, and changed', async (t) => {
  const cli = await cliOf(t, server);
  const off = await cli.run(['multicast', 'show']);
  assert.match(off.stdout, /Card +-\n.*Works +By unicast: this site does not send by multicast/s);
  assert.match((await cli.run(['multicast', 'list'])).stdout, /Nothing was sent by multicast/);
  await cli.json(['site', 'settings', 'multicast=true', 'multicastBytesPerSecond=5000000']);
  await settle(server);
  assert.deepEqual(await cli.json(['multicast', 'show']), { interface: '127.0.0.1/8', refusal: null });
  assert.deepEqual(await cli.json(['multicast', 'list']), []);
  const wrong = await cli.run(['site', 'settings', 'multicastFirst=239.9.9.9', 'multicastLast=239.9.9.1']);
  assert.deepEqual([wrong.code, /239\.9\.9\.9 to 239\.9\.9\.1/.test(wrong.stderr)], [1, true]);
});
