/** Whom and what a push believes, and who may begin one. Nothing is installed here. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { enrollmentRoutes } from '@tenkai/protocol/api/enrollment.ts';
import { pushKeyRoutes } from '@tenkai/protocol/api/push-keys.ts';
import { pushRoutes } from '@tenkai/protocol/api/pushes.ts';
import type { RemoteProblem } from '@tenkai/protocol/problem.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';
import { serverVersion } from '../../kernel/version.ts';
import { asBefore, onBoth, push, serve, settled, sshd } from './pushes-for-test.ts';

onBoth('pasted lines are believed for each of many machines at a time', async (t, under) => {
  const server = await serve(t, under);
  await server.call(pushKeyRoutes.create);
  const hosts = Array.from({ length: 24 }, (_, index) => `127.0.0.${index + 2}:1`);
  const key = `ssh-ed25519 ${'A'.repeat(68)}`;
  const lines = hosts.map((host) => `[${host.replace(':', ']:')} ${key}`);
  // Long, so that it takes its time to be written and read.
  const knownHosts = `${`# ${'-'.repeat(98)}\n`.repeat(2400)}${lines.join('\n')}\n`;
  const { id } = await push(server, { hosts, knownHosts, parallel: 24 });
  await settled(server, id, 'failed');
  const { items } = await server.call(pushKeyRoutes.listHosts);
  assert.deepEqual([items.length, new Set(items.map(({ origin }) => origin))], [24, new Set(['pasted'])]);
});

onBoth('whoever is limited to some collections pushes nothing', async (t, under) => {
  const server = await serve(t, under);
  const who = { name: 'limited', role: 'administrator', collectionScope: ['c1'] } as const;
  const { secret } = await server.app.users.createWithToken({ ...who, collectionScope: ['c1'] });
  const limited = asBefore(server, secret);
  const refused = ({ problem }: RemoteProblem) => problem.code === 'not-allowed';
  await assert.rejects(push(limited), refused);
  await assert.rejects(limited.call(pushRoutes.list), refused);
  await assert.rejects(limited.call(pushRoutes.check, { body: { hosts: ['web-1'] } }), refused);
  await assert.rejects(limited.call(pushKeyRoutes.create), refused);
  await assert.rejects(limited.call(pushKeyRoutes.listHosts), refused);
  assert.deepEqual((await server.call(pushKeyRoutes.list)).items, []);
});

onBoth('a ticket that reached the package manager is not taken back', async (t, under) => {
  const agentsDir = await mkdtemp(join(tmpdir(), 'tenkai-no-agents-'));
  atEnd(t, () => rm(agentsDir, { recursive: true, force: true }));
  // The package manager refuses it before anything is changed.
  for (const machine of ['amd64', 'arm64'])
    await writeFile(join(agentsDir, `tenkai-agent_${serverVersion}_${machine}.deb`), 'no package');
  const server = await startTestServer({ databaseUrl: under.databaseUrl, agentsDir });
  atEnd(t, () => server.stop());
  await sshd.admit((await server.call(pushKeyRoutes.create)).publicKey);
  const { id } = await push(server, { hostKeys: 'accept-new' });
  const [host] = (await settled(server, id, 'failed')).hosts;
  assert.match(host?.problem?.code ?? '', /^push-(install-failed|package-manager-busy)$/);
  const { log } = await server.call(pushRoutes.log, { params: { id, position: '0' } });
  assert.match(log, /dpkg/, 'what it has written is shown, although it did not write to the line');
  const { items } = await server.call(enrollmentRoutes.listTickets);
  assert.deepEqual(
    items.map(({ name, isRevoked }) => [name, isRevoked]),
    [[`push: ${sshd.host}`, false]],
  );
});
