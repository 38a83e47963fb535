import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isFinal } from '@tenkai/domain';
import {
  deploymentRoutes,
  enrollmentRoutes,
  machineRoutes,
  packageRoutes,
  scenarioRoutes,
} from '@tenkai/protocol';
import { atEnd } from '../at-end.ts';
import { aDeployment, aScenario, installStep } from '../builders.ts';
import { aDraft } from '../package-draft.ts';
import { newAgent, until } from '../small-site/run-agent.ts';
import { startTestServer } from '../start-server.ts';
import { uploadFolder } from '../upload-folder.ts';

test('a real agent on a real site: ticket, package, scenario, verified; power order and inventory', {
  timeout: 180_000,
}, async (t) => {
  const server = await startTestServer({ listen: true });
  atEnd(t, () => server.stop());
  const agent = newAgent();
  atEnd(t, () => agent.remove());
  const { secret } = await server.call(enrollmentRoutes.createTicket, {
    body: { name: 'test', maxUses: 1, validHours: 1 },
  });
  const ticketFile = join(agent.root, 'ticket');
  writeFileSync(ticketFile, secret, { mode: 0o600 });
  const { rootFingerprint } = server.kernel.keys;
  const enrolled = await agent.command(
    'enroll',
    '--server',
    server.baseUrl,
    '--root-fingerprint',
    rootFingerprint,
    '--ticket-file',
    ticketFile,
  );
  assert.equal(enrolled.status, 0, enrolled.stderr);
  agent.start();
  const machine = await until(async () => {
    const { items } = await server.call(machineRoutes.list, { query: {} });
    return items.find((row) => row.isOnline && row.powerState === 'on' && row.architecture !== '');
  });

  const folder = mkdtempSync(join(tmpdir(), 'tenkai-path-'));
  atEnd(t, () => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, '展開'));
  const script =
    '#!/bin/sh\nset -e\nmkdir -p "$TENKAI_ROOT/opt/hello"\ncp version "$TENKAI_ROOT/opt/hello/version"\n';
  writeFileSync(join(folder, '展開/setup.sh'), script, { mode: 0o755 });
  writeFileSync(join(folder, '展開/version'), '1.0\n');
  const manifest = await uploadFolder(server, join(folder, '展開'));
  const draft = aDraft();
  const [program] = draft.programs;
  assert.ok(program);
  const programs = [{ ...program, executable: '展開/setup.sh', parameters: '' }];
  await server.call(packageRoutes.create, {
    body: { draft: { ...draft, programs, restartAfterInstall: false }, contentId: manifest.contentId },
  });
  const scenario = aScenario({
    steps: [installStep(draft.id)],
    options: { restartAfter: false, powerOffAtEnd: false, restartAtStart: false },
  });
  const { id: scenarioId } = await server.call(scenarioRoutes.create, { body: scenario });
  const { id } = await server.call(deploymentRoutes.create, {
    body: aDeployment({ subject: { kind: 'scenario', scenarioId } }),
  });
  const run = await until(async () => {
    const { items } = await server.call(deploymentRoutes.runs, { params: { id } });
    return items.find(({ status }) => isFinal(status));
  });
  const detail = await server.call(deploymentRoutes.run, { params: { id: run.id } });
  assert.equal(run.status, 'succeeded', JSON.stringify([run.reason, detail.steps]));
  assert.equal(readFileSync(join(agent.root, 'opt/hello/version'), 'utf8'), '1.0\n');

  const refused = { machineIds: [machine.id], action: 'restart' as const };
  await server.call(machineRoutes.power, { body: refused });
  await until(async () => {
    const { items } = await server.call(machineRoutes.timeline, { params: { id: machine.id } });
    return JSON.stringify(items).includes('power-not-supported');
  });
});
