import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { enrollmentRoutes, machineRoutes, packageRoutes } from '@tenkai/protocol';
import { atEnd } from '../../at-end.ts';
import { installStep } from '../../builders.ts';
import { aDraft } from '../../package-draft.ts';
import { makeNetwork } from '../../rig/network.ts';
import { makeScratchFolder } from '../../rig/rig-folder.ts';
import { until } from '../../rig/until.ts';
import { noWine } from '../../rig/wine-machine.ts';
import { newAgent, type TestAgent } from '../../small-site/run-agent.ts';
import { deployTo, runsOf, untilEnded, upload } from '../scene/deploy.ts';
import type { ReachedSite } from '../scene/reach-site.ts';
import { noWindowsServer, programFolder, startWineSite } from './wine-site.ts';

const limitMs = 1_200_000;
/** More than one chunk. */
const payload = randomBytes(5 * 1024 * 1024);

test('BSRV-18, BSRV-22: a service of Windows, in a folder of our choice, manages a machine, stops cleanly, and knows it all at its next start', {
  skip: noWine || noWindowsServer,
  timeout: limitMs,
}, async (t) => {
  const network = await makeNetwork();
  atEnd(t, () => network.destroy());
  const site = await startWineSite(network);
  atEnd(t, () => site.destroy());
  const agent = newAgent();
  atEnd(t, () => agent.remove());

  const key = 'HKLM\\System\\CurrentControlSet\\Services\\TenkaiServer';
  const path = await site.machine.ask(['reg', 'query', key, '/v', 'ImagePath']);
  assert.ok(path.endsWith(`"${programFolder}\\tenkai-service.exe"`), path);

  await enroll(site, agent);
  agent.start();
  const machine = await untilOnline(site);
  const deploymentId = await deploy(site, machine.id);
  const [run] = await untilEnded(site, deploymentId, 1);
  assert.equal(run?.status, 'succeeded', JSON.stringify(run));
  assert.deepEqual(readFileSync(join(agent.root, 'opt/hello/payload')), payload);

  await site.control('stop');
  assert.equal((await site.untilState('stopped')).exitCode, null);
  // The last line of a clean end: all is in the database itself, and its log is gone with the last connection.
  assert.match(site.read('log\\server.log')?.trim().split('\n').at(-1) ?? '', /"input-ended".*"stopping"/);
  assert.equal(site.read('tenkai.db-wal'), undefined);
  await site.control('start');
  await until('the server is ready again', () => site.starts() === 2, limitMs);
  assert.equal((await untilOnline(site)).id, machine.id);
  const [kept] = await runsOf(site, deploymentId);
  assert.deepEqual([kept?.id, kept?.status, kept?.verifiedBy], [run.id, run.status, run.verifiedBy]);

  await site.control('stop');
  await site.untilState('stopped');
  await site.machine.writeFile('C:\\ProgramData\\Tenkai\\Server\\server.env', 'TENKAI_PORT=x\r\n');
  await site.control('start');
  // Another start would end the same way: the service stays down, and says why.
  assert.equal((await site.untilState('stopped')).exitCode, 2);
  assert.match(site.read('service.log') ?? '', /TENKAI_PORT must be a whole number/);
  assert.deepEqual(await site.tenkai('service', 'remove'), { removed: true });
  assert.deepEqual(await site.tenkai('service', 'remove'), { removed: false });
  assert.ok(site.read('tenkai.db'), 'the data stay');
});

async function enroll(site: ReachedSite, agent: TestAgent): Promise<void> {
  const body = { name: 'tests', maxUses: 1, validHours: 1 };
  const { secret } = await site.api(enrollmentRoutes.createTicket, { body });
  const ticketFile = join(agent.root, 'ticket');
  writeFileSync(ticketFile, secret, { mode: 0o600 });
  const trust = ['--root-fingerprint', site.rootFingerprint, '--ticket-file', ticketFile];
  const { status, stderr } = await agent.command('enroll', '--server', site.baseUrl, ...trust);
  assert.equal(status, 0, stderr);
}

function untilOnline(site: ReachedSite) {
  return until(
    'the machine is online, with its inventory',
    async () => {
      const found = await site.api(machineRoutes.list, { query: {} }).catch(() => undefined);
      return found?.items.find((row) => row.isOnline && row.architecture !== '');
    },
    limitMs,
  );
}

/** A package with content, and a scenario that installs it. @returns the deployment's id */
async function deploy(site: ReachedSite, machineId: string): Promise<string> {
  const folder = join(await makeScratchFolder('payload'), '展開');
  mkdirSync(folder);
  const copy = 'mkdir -p "$TENKAI_ROOT/opt/hello" && cp payload version "$TENKAI_ROOT/opt/hello"';
  writeFileSync(join(folder, 'setup.sh'), `#!/bin/sh\n${copy}\n`, { mode: 0o755 });
  writeFileSync(join(folder, 'payload'), payload);
  writeFileSync(join(folder, 'version'), '1.0\n');
  const { contentId } = await upload(site, folder);
  const draft = aDraft();
  const programs = draft.programs.map((each) => ({ ...each, executable: '展開/setup.sh', parameters: '' }));
  const body = { draft: { ...draft, programs, restartAfterInstall: false }, contentId };
  await site.api(packageRoutes.create, { body });
  const options = { restartAfter: false, powerOffAtEnd: false, restartAtStart: false };
  return deployTo(site, [machineId], { name: 'Hello', steps: [installStep(draft.id)], options });
}
