import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { packageRoutes, updateRoutes } from '@tenkai/protocol';
import type { DeploymentWhatIf } from '@tenkai/protocol/api/deployments.ts';
import type { UpdateWhatIf } from '@tenkai/protocol/api/updates.ts';
import { aHeartbeat, aWholeInventory, enrolledAgent } from '@tenkai/testkit/bare-agent.ts';
import { anInventory } from '@tenkai/testkit/builders.ts';
import { settle } from '@tenkai/testkit/deployed.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { writeFiles } from '@tenkai/testkit/published-content.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { cliOf } from '@tenkai/testkit/tenkai-cli.ts';
import { uploadFolder } from '@tenkai/testkit/upload-folder.ts';

const bytes = 2048;
const machines = { alder: '10.1.1.7', birch: '10.1.1.8', cedar: '10.1.2.7', nowhere: undefined };
const expected = [
  { subnet: '10.1.1.0/24', machineCount: 2, bytes: 2 * bytes, lineBytes: 2 * bytes },
  { subnet: '10.1.2.0/24', machineCount: 1, bytes, lineBytes: bytes },
  { subnet: null, machineCount: 1, bytes, lineBytes: bytes },
];

async function aSite(t: TestContext): Promise<TestServer> {
  const server = await startTestServer({ listen: true });
  const folder = await mkdtemp(join(tmpdir(), 'tenkai-subnets-'));
  t.after(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });
  await server.call(updateRoutes.setPolicy, { body: { isOn: false } });
  await writeFiles(folder, { 'app/data': bytes });
  const { contentId } = await uploadFolder(server, join(folder, 'app'));
  const draft = aDraft({ urgency: 'highest', restartAfterInstall: true });
  await server.call(packageRoutes.create, { body: { draft, contentId } });
  for (const [name, address] of Object.entries(machines)) await aMachine(server, name, address);
  await settle(server);
  return server;
}

async function aMachine(server: TestServer, hostname: string, address: string | undefined) {
  const agent = await enrolledAgent(server, { name: hostname });
  const addresses = address ? [{ address, prefix: 24, family: 'ipv4' as const }] : [];
  const interfaces = [{ name: 'eth0', mac: '52:54:00:00:00:01', addresses, isUp: true }];
  await agent.report(aHeartbeat(), aWholeInventory({ ...anInventory(), network: { hostname, interfaces } }));
}

test('BSCN-07, BAUT-07: what-if tells how many bytes go to each subnet, and how many restarts come with them', async (t) => {
  const server = await aSite(t);
  const cli = await cliOf(t, server);
  const deployment = ['deployment', 'what-if', '--package', 'hello', '--collection', 'all'];
  const told: DeploymentWhatIf = await cli.json(deployment);
  assert.deepEqual(told.subnets, expected);
  assert.equal(told.subnetCount, 3);
  const { stdout } = await cli.run(deployment);
  assert.match(stdout, /to 10\.1\.1\.0\/24: 2 machines, 4\.0 KiB/);
  assert.match(stdout, /to machines without a known address: 1 machine, 2\.0 KiB/);
  const update = ['update', 'what-if', 'isOn=true'];
  const changed: UpdateWhatIf = await cli.json(update);
  assert.deepEqual(changed.subnets, expected);
  assert.deepEqual([changed.totalBytes, changed.totalRestarts], [4 * bytes, 4]);
  const shown = await cli.run(update);
  assert.match(shown.stdout, /4 machines, 8\.0 KiB, 4 restarts under these settings/);
  assert.match(shown.stdout, /to 10\.1\.2\.0\/24: 1 machine,/);
});
