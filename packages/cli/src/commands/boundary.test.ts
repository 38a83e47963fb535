import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aHeartbeat, aWholeInventory, enrolledAgent } from '@tenkai/testkit/bare-agent.ts';
import { anInventory } from '@tenkai/testkit/builders.ts';
import { settle } from '@tenkai/testkit/deployed.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';
import { cliOf } from '@tenkai/testkit/tenkai-cli.ts';

test('SITE-16: boundaries are listed with what they overlap, and with their machines', async (t) => {
  const server = await startTestServer({ listen: true });
  atEnd(t, () => server.stop());
  const cli = await cliOf(t, server);
  await cli.run(['boundary', 'create', '--name', 'office', '--range', '10.1.0.0/16']);
  await cli.run(['boundary', 'create', '--name', 'room', '--range', '10.1.5.10-10.1.5.99']);
  assert.match((await cli.run(['boundary', 'list'])).stdout, /office .*holds room\s*\nroom .*within office/);
  const none = await cli.run(['boundary', 'machines', 'office']);
  assert.match(none.stdout, /No machine of this site has an address in it/);
  const agent = await enrolledAgent(server, { name: 'alder' });
  const addresses = [{ address: '10.1.5.12', prefix: 24, family: 'ipv4' as const }];
  const interfaces = [{ name: 'eth0', mac: '52:54:00:00:00:01', addresses, isUp: true }];
  const network = { hostname: 'alder', interfaces };
  await agent.report(aHeartbeat(), aWholeInventory({ ...anInventory(), network }));
  await settle(server);
  assert.match((await cli.run(['boundary', 'machines', 'office'])).stdout, /alder +10\.1\.5\.12 +room/);
  const rows: { machineName: string }[] = await cli.json(['boundary', 'machines', 'room']);
  assert.deepEqual([rows.length, rows[0]?.machineName], [1, 'alder']);
  assert.equal((await cli.run(['boundary', 'machines', 'nowhere'])).code, 1);
  // What was listed beside it is not sent back.
  assert.equal((await cli.run(['boundary', 'modify', 'room', '--range', '10.2.5.0/24'])).code, 0);
});
