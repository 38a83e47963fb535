import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { aHeartbeat, aWholeInventory, enrolledAgent } from '@tenkai/testkit/bare-agent.ts';
import { anInventory } from '@tenkai/testkit/builders.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';
import { cliOf } from '@tenkai/testkit/tenkai-cli.ts';

test('BSRV-29: a site prints its page of supported environments, the one of docs/', async (t) => {
  const server = await startTestServer({ listen: true });
  t.after(() => server.stop());
  const { stdout } = await (await cliOf(t, server)).run(['systems', 'page']);
  const docs = new URL('../../../../docs/supported-systems.md', import.meta.url);
  assert.equal(stdout, readFileSync(docs, 'utf8'));
});

test('BOSM-01: tenkai systems lists, filters and shows rows, and the row of a machine with what is unlisted', async (t) => {
  const server = await startTestServer({ listen: true });
  t.after(() => server.stop());
  const plan9 = await enrolledAgent(server, { name: 'web-9' });
  await plan9.report(
    aHeartbeat(),
    aWholeInventory(anInventory({ id: 'plan9', name: 'Plan 9', version: '4' })),
  );
  const cli = await cliOf(t, server);
  const rows: { key: string }[] = await cli.json([
    'systems',
    'list',
    '--search',
    'rocky x64',
    '--capability',
    'agent',
  ]);
  assert.deepEqual(
    rows.map(({ key }) => key),
    ['rocky-8-x64', 'rocky-9-x64', 'rocky-10-x64'],
  );
  const table = await cli.run(['systems', 'list', '--verdict', 'simulated']);
  assert.match(table.stdout, /windows-xp-x86 +Windows XP +unsupported +simulated +unsupported/);
  assert.doesNotMatch(table.stdout, /debian/);
  const shown = await cli.run(['systems', 'show', 'windows-server-2003-x64']);
  assert.match(shown.stdout, /Service packs +none, SP2\n/);
  assert.match(shown.stdout, /agent +unsupported: No agent runs on Windows Server 2003/);
  assert.match(shown.stdout, /- server \(SP2\): As a host of NFS/);
  const machine = await cli.run(['systems', 'show', '--machine', 'web-9']);
  assert.match(machine.stdout, /^Plan 9 \(x64\) is not in the list of systems: nothing is refused/);
  const { row }: { row: unknown } = await cli.json(['systems', 'show', '--machine', 'web-9']);
  assert.equal(row, null);
  assert.equal((await cli.run(['systems', 'show'])).code, 2);
  assert.equal((await cli.run(['systems', 'list', '--capability', 'fly'])).code, 2);
  assert.equal((await cli.run(['systems', 'show', 'plan9'])).code, 1);
});
