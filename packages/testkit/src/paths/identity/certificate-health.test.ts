/** IDENT-15 with a real agent, a real site and the command line: damaged, seen, repaired by one command, seen good. */
import assert from 'node:assert/strict';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { CertificateHealth } from '@tenkai/protocol/api/certificates.ts';
import { machineRoutes } from '@tenkai/protocol/api/machines.ts';
import { packageRoutes } from '@tenkai/protocol/api/packages.ts';
import { atEnd } from '../../at-end.ts';
import { enrolledByTicket } from '../../small-site/enrolled-by-ticket.ts';
import { type TestAgent, until } from '../../small-site/run-agent.ts';
import { startTestServer, type TestServer } from '../../start-server.ts';
import { cliOf } from '../../tenkai-cli.ts';

async function enrolled(t: TestContext, server: TestServer): Promise<TestAgent> {
  const agent = await enrolledByTicket(t, server);
  agent.start();
  await runByItsFolder(server, agent);
  return agent;
}

/** The package runs the installed `tenkai-agent`; this agent is none, and is run from where it is. */
async function runByItsFolder(server: TestServer, agent: TestAgent): Promise<void> {
  const program = join(agent.root, 'tenkai-agent');
  const entry = fileURLToPath(import.meta.resolve('@tenkai/agent/main.ts'));
  const script = `#!/bin/sh\nTENKAI_AGENT_DATA='${agent.data.root}' exec '${process.execPath}' '${entry}' "$@"\n`;
  writeFileSync(program, script);
  chmodSync(program, 0o755);
  const params = { id: 'tenkai-certfix' };
  const { draft, revision } = await server.call(packageRoutes.get, { params });
  const programs = draft.programs.map((each) => ({
    ...each,
    parameters: each.parameters.replace('tenkai-agent', program),
  }));
  const body = { draft: { ...draft, programs }, contentId: null, revision };
  await server.call(packageRoutes.update, { params, body });
}

test('IDENT-15: a damaged certificate of a real machine is seen by the site, repaired by one command, and seen good', {
  timeout: 180_000,
}, async (t) => {
  if (process.getuid?.() !== 0) return t.skip('THE CERTIFICATES OF A MACHINE are read by root alone');
  const server = await startTestServer({ listen: true });
  atEnd(t, () => server.stop());
  await server.app.addBuiltIn(null);
  const cli = await cliOf(t, server);
  const agent = await enrolled(t, server);
  const stateBecomes = (wanted: string) =>
    until(async () => {
      const { items } = await server.call(machineRoutes.list, { query: {} });
      return items.find(({ certificates }) => certificates === wanted);
    });
  const { id, name } = await stateBecomes('good');

  const file = join(agent.data.identity, 'signing.crt');
  const before = readFileSync(file, 'utf8');
  writeFileSync(file, before.replace('Signing Cert', 'Signing\0Cert'));
  assert.equal((await agent.command('inventory')).status, 0);
  await stateBecomes('repairable');
  const health: CertificateHealth = await cli.json(['certificate', 'health']);
  assert.deepEqual(
    [health.machines, health.states.repairable, health.remedies],
    [1, 1, { generator: 0, certfix: 1 }],
  );
  const listed: { name: string }[] = await cli.json(['machine', 'list', '--certificates', 'repairable']);
  assert.deepEqual(
    listed.map((row) => row.name),
    [name],
  );
  assert.match(
    (await cli.run(['machine', 'show', name])).stdout,
    /REPAIRABLE name-nul \(Tenkai: .*signing.crt\)/,
  );

  const { deploymentId }: { deploymentId: string } = await cli.json(['certificate', 'repair']);
  const watched = await cli.run(['deployment', 'watch', deploymentId]);
  assert.equal(watched.code, 0, watched.stdout + watched.stderr);
  await stateBecomes('good');
  const { inventory } = await server.call(machineRoutes.get, { params: { id } });
  assert.deepEqual(inventory?.agent.certificates, { count: 2, faults: [] });
  const after = readFileSync(file, 'utf8');
  assert.equal(after.split('-----')[2], before.split('-----')[2], 'the certificate itself is the same');
  assert.ok(!after.includes('\0'));

  writeFileSync(file, after.replace('Signing', 'Sign\0ing'));
  assert.equal((await agent.command('inventory')).status, 0);
  await stateBecomes('repairable');
  assert.equal((await agent.command('certfix')).status, 0);
  await stateBecomes('good');
});
