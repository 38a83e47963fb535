/** The real agent asks the real server's locator. */
import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { type TestContext, test } from 'node:test';
import type { BoundaryRow } from '@tenkai/protocol/api/boundaries.ts';
import { listStatusMessages } from '@tenkai/protocol/api/status.ts';
import { atEnd } from '../at-end.ts';
import { newAgent, until } from '../small-site/run-agent.ts';
import { startTestServer } from '../start-server.ts';
import { cliOf } from '../tenkai-cli.ts';

const options = { timeout: 400_000 };

async function scene(t: TestContext) {
  const server = await startTestServer({ listen: true });
  atEnd(t, () => server.stop());
  const agent = newAgent();
  atEnd(t, () => agent.remove());
  const pin = `ROOTFINGERPRINT=${server.kernel.keys.rootFingerprint}`;
  return { server, agent, pin };
}

test(
  'AGENT-19: a machine with a locator and a site code alone, in their old spellings, finds the site and asks to be taken',
  options,
  async (t) => {
    const { server, agent, pin } = await scene(t);
    const other = await agent.command('assign', `SMSSLP=${server.baseUrl}`, 'SMSSITECODE=NON', pin);
    assert.equal(other.status, 1);
    assert.match(other.stderr, /knows no site for this machine/);
    const found = await agent.command('assign', 'SMSSITECODE=TST', '--explain');
    assert.equal(found.status, 0, found.stderr);
    assert.match(found.stdout, /4\. locator \[https:\/\/localhost:\d+\]\n {3}taken/);
    agent.start();
    const isPending = async () => {
      const { items } = await server.call(listStatusMessages, { query: { code: 'enrollment.pending' } });
      return items.length === 1;
    };
    await until(isPending);
  },
);

const ownAddress = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ internal, address }) => !internal && !address.startsWith('fe80'))?.address;

test('AGENT-21, SITE-16: a machine inside of a boundary is assigned by its address, outside it stays unassigned', {
  ...options,
  skip: ownAddress === undefined && 'THIS MACHINE has no address but the loopback one',
}, async (t) => {
  const { server, agent, pin } = await scene(t);
  const cli = await cliOf(t, server);
  const json = (...args: string[]) => cli.json(['boundary', ...args]);
  await json('create', '--name', 'elsewhere', '--range', '240.0.0.0/8');
  await server.kernel.events.idle();
  const outside = await agent.command('assign', `LOCATOR=${server.baseUrl}`, pin);
  assert.equal(outside.status, 1, outside.stdout);
  const here: BoundaryRow = await json('create', '--name', 'here', '--range', `${ownAddress}-${ownAddress}`);
  assert.deepEqual([here.siteCode, here.managementPoint, here.isForAssignment], ['TST', null, true]);
  await server.kernel.events.idle();
  const inside = await agent.command('assign');
  assert.equal(inside.status, 0, inside.stderr);
  assert.match(inside.stdout, /Assigned to the site TST/);
  const table = await cli.run(['boundary', 'locate', ownAddress ?? '']);
  assert.match(table.stdout, /Site TST at this server, by the boundary here/);
  await json('modify', 'here', '--no-assign');
  await json('remove', 'elsewhere', '--yes');
  const left: BoundaryRow[] = await json('list');
  assert.deepEqual(
    left.map(({ name, isForAssignment }) => [name, isForAssignment]),
    [['here', false]],
  );
  assert.equal((await agent.command('assign', 'MP=', '--dry-run')).status, 1);
});
