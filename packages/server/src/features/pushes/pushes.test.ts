/** Pushes through their door, to a real sshd. The site has no package of the agent, so that nothing is installed here. */
import assert from 'node:assert/strict';
import { glob, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pushKeyRoutes } from '@tenkai/protocol/api/push-keys.ts';
import { pushRoutes } from '@tenkai/protocol/api/pushes.ts';
import type { RemoteProblem } from '@tenkai/protocol/problem.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { dumpTables } from '@tenkai/testkit/dump-tables.ts';
import { refusedWith } from '@tenkai/testkit/refused.ts';
import { output } from '@tenkai/testkit/rig/command.ts';
import { until } from '@tenkai/testkit/rig/until.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';
import {
  approve,
  asBefore,
  audited,
  limitMs,
  onBoth,
  password,
  push,
  serve,
  settled,
  show,
  sshd,
} from './pushes-for-test.ts';

onBoth(
  'AGENT-16: a host key is shown, approved by what was seen, kept, and a changed one refused',
  async (t, under) => {
    const server = await serve(t, under);
    await assert.rejects(push(server), refusedWith('push-site-key-missing'));
    const { publicKey } = await server.call(pushKeyRoutes.create);
    const { id } = await push(server);
    const asked = await settled(server, id, 'awaiting-approval');
    assert.deepEqual(asked.hosts[0]?.offered, [await sshd.fingerprint()]);
    await assert.rejects(
      approve(server, asked, ['SHA256:another (ED25519)']),
      refusedWith('push-host-keys-other'),
    );
    await approve(server, asked);
    const refused = await settled(server, id, 'failed');
    assert.equal(refused.hosts[0]?.problem?.code, 'push-sign-in-refused');
    assert.equal(refused.hosts[0]?.hasLog, true);
    await sshd.admit(publicKey);
    await server.call(pushRoutes.retry, { params: { id }, body: {} });
    const missing = await settled(server, id, 'failed');
    assert.equal(missing.hosts[0]?.problem?.code, 'push-package-missing');
    assert.match(missing.hosts[0]?.problem?.remedy ?? '', /TENKAI_AGENTS/);

    const before = await sshd.fingerprint();
    await sshd.changeHostKey();
    const second = await push(server);
    const changed = (await settled(server, second.id, 'failed')).hosts[0];
    assert.equal(changed?.problem?.code, 'push-host-key-wrong');
    assert.deepEqual([changed?.known, changed?.offered], [[before], [await sshd.fingerprint()]]);
    await server.call(pushKeyRoutes.removeHost, { params: { id: changed?.hostKeysId ?? '' } });
    await server.call(pushRoutes.retry, { params: { id: second.id }, body: {} });
    const again = await settled(server, second.id, 'awaiting-approval');
    const refusal = { position: 0, fingerprints: again.hosts[0]?.offered ?? [], isApproved: false };
    await server.call(pushRoutes.decideHostKeys, {
      params: { id: second.id },
      body: { decisions: [refusal] },
    });
    assert.equal(
      (await settled(server, second.id, 'failed')).hosts[0]?.problem?.code,
      'push-host-key-refused',
    );

    const acts = (await audited(server)).join('\n');
    for (const act of ['push-keys.created', 'pushes.created', 'pushes.retried', 'push-host-keys.forgotten'])
      assert.match(acts, new RegExp(act));
    assert.match(acts, /push-host-keys.believed .*"origin":"approved"/);
    assert.match(acts, /push-host-keys.refused/);
    assert.ok(acts.includes(sshd.host), 'it is audited to which hosts');
  },
);

onBoth(
  'host keys are believed by pasted lines, or the first time where that was chosen by name',
  async (t, under) => {
    const server = await serve(t, under);
    const { id: keyId } = await server.call(pushKeyRoutes.create);
    const [host = '', port] = sshd.host.split(':');
    const named = `[${host}]:${port}`;
    const other = await push(server, {
      hosts: [sshd.host],
      knownHosts: `${named} ssh-ed25519 ${'A'.repeat(68)}`,
    });
    const end = (await settled(server, other.id, 'failed')).hosts[0]?.problem?.code;
    assert.equal(end, 'push-host-key-wrong');
    for (const { id } of (await server.call(pushKeyRoutes.listHosts)).items)
      await server.call(pushKeyRoutes.removeHost, { params: { id } });
    const { id } = await push(server, { hostKeys: 'accept-new' });
    await settled(server, id, 'failed');
    const [kept] = (await server.call(pushKeyRoutes.listHosts)).items;
    assert.deepEqual(
      [kept?.host, kept?.origin, kept?.fingerprints],
      [named, 'accept-new', [await sshd.fingerprint()]],
    );
    assert.match((await audited(server)).join('\n'), /push-host-keys.believed .*"origin":"accept-new"/);
    // A new key beside the one that it replaces, and no third.
    await server.call(pushKeyRoutes.create);
    await assert.rejects(server.call(pushKeyRoutes.create), refusedWith('push-site-keys-enough'));
    await server.call(pushKeyRoutes.remove, { params: { id: keyId } });
    assert.equal((await server.call(pushKeyRoutes.list)).items.length, 1);
  },
);

onBoth('a password is refused, and stands nowhere: no table, no file, no log', async (t, under) => {
  const lines: string[] = [];
  const server = await startTestServer({ databaseUrl: under.databaseUrl, onLog: (line) => lines.push(line) });
  atEnd(t, () => server.stop());
  const credentials = { kind: 'password', password } as const;
  const { id } = await push(server, { credentials, hostKeys: 'accept-new' });
  const { hosts, hasSecret } = await settled(server, id, 'failed');
  assert.equal(hosts[0]?.problem?.code, 'push-sign-in-refused');
  assert.equal(hasSecret, false, 'nothing more needs it');
  await assert.rejects(
    server.call(pushRoutes.retry, { params: { id }, body: {} }),
    refusedWith('push-secret-needed'),
  );
  await server.call(pushRoutes.retry, { params: { id }, body: { credentials } });
  await settled(server, id, 'failed');
  await assert.rejects(
    push(server, { credentials: { kind: 'private-key', privateKey: `${password}\n` } }),
    ({ problem }: RemoteProblem) =>
      problem.code === 'push-key-unreadable' && !JSON.stringify(problem).includes(password),
  );
  const tables = JSON.stringify(await dumpTables(server.kernel.db.read));
  assert.ok(tables.includes(id) && !tables.includes(password));
  for await (const path of glob('**', { cwd: server.dataDir, withFileTypes: true })) {
    if (!path.isFile()) continue;
    const bytes = await readFile(join(path.parentPath, path.name));
    assert.ok(!bytes.includes(password), path.name);
  }
  assert.ok(lines.length > 0 && !lines.join('\n').includes(password));
});

onBoth('a private key given once signs in, with its passphrase, and stands nowhere', async (t, under) => {
  const server = await serve(t, under);
  const folder = await mkdtemp(join(tmpdir(), 'tenkai-given-key-'));
  atEnd(t, () => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'key');
  await output(['ssh-keygen', '-q', '-t', 'ed25519', '-N', 'a phrase of it', '-f', file]);
  await sshd.admit((await readFile(`${file}.pub`, 'utf8')).trim());
  const privateKey = await readFile(file, 'utf8');
  const given = { kind: 'private-key', privateKey } as const;
  await assert.rejects(
    push(server, { credentials: { ...given, passphrase: 'another' } }),
    refusedWith('push-key-unreadable'),
  );
  const credentials = { ...given, passphrase: 'a phrase of it' };
  const { id } = await push(server, { credentials, hostKeys: 'accept-new' });
  const { hosts } = await settled(server, id, 'failed');
  assert.equal(hosts[0]?.problem?.code, 'push-package-missing', 'it has signed in and looked');
  const written = [JSON.stringify(await dumpTables(server.kernel.db.read))];
  // What belongs to the push alone is removed just then.
  for await (const path of glob('**', { cwd: server.dataDir, withFileTypes: true }))
    if (path.isFile()) written.push(await readFile(join(path.parentPath, path.name), 'latin1').catch(gone));
  const middle = privateKey.split('\n')[3] ?? '';
  assert.ok(middle.length > 20);
  for (const text of written) assert.ok(!text.includes(middle) && !text.includes('a phrase of it'));
});

onBoth(
  'a server that starts again goes on without a secret, and says where one is gone',
  async (t, under) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'tenkai-pushes-'));
    atEnd(t, () => rm(dataDir, { recursive: true, force: true }));
    const options = { databaseUrl: under.databaseUrl, dataDir };
    const first = await startTestServer(options);
    const token = await first.apiToken('administrator');
    await first.call(pushKeyRoutes.create);
    const byKey = await push(first);
    const byPassword = await push(first, { credentials: { kind: 'password', password } });
    for (const { id } of [byKey, byPassword]) await settled(first, id, 'awaiting-approval');
    await first.stop();
    const started = await startTestServer(options);
    atEnd(t, () => started.stop());
    const second = asBefore(started, token);
    const kept = await show(second, byKey.id);
    assert.equal(kept.state, 'awaiting-approval');
    await approve(second, kept);
    assert.equal((await settled(second, byKey.id, 'failed')).hosts[0]?.problem?.code, 'push-sign-in-refused');
    const lost = await show(second, byPassword.id);
    assert.deepEqual([lost.state, lost.hosts[0]?.problem?.code], ['interrupted', 'push-interrupted']);
    await assert.rejects(
      second.call(pushRoutes.retry, { params: { id: lost.id }, body: {} }),
      refusedWith('push-secret-needed'),
    );
    const body = { credentials: { kind: 'password', password } as const };
    await second.call(pushRoutes.retry, { params: { id: lost.id }, body });
    assert.equal((await settled(second, lost.id, 'failed')).hosts[0]?.problem?.code, 'push-sign-in-refused');
  },
);

onBoth('a list is checked, cancelled and forgotten by those who may', async (t, under) => {
  const server = await serve(t, under);
  await server.call(pushKeyRoutes.create);
  await assert.rejects(server.call(pushRoutes.list, { as: 'operator' }), { status: 403 });
  await assert.rejects(
    push(server, { hosts: ['a', '-oProxyCommand=id', 'a'], user: '-l' }),
    (error: Error) => {
      const { problem } = error as unknown as {
        problem: { code: string; problems: { field: string; code: string }[] };
      };
      assert.deepEqual(
        problem.problems.map(({ field, code }) => `${field} ${code}`),
        ['hosts[1] push-host-invalid', 'hosts[2] push-host-twice', 'user push-user-invalid'],
      );
      return problem.code === 'draft-invalid';
    },
  );
  const { items, packages } = await server.call(pushRoutes.check, { body: { hosts: ['web-1', 'a b'] } });
  assert.deepEqual(
    items.map(({ host, problem }) => [host, problem?.code ?? null]),
    [
      ['web-1', null],
      ['a b', 'push-host-invalid'],
    ],
  );
  assert.deepEqual(packages, []);
  const { id } = await push(server, { hosts: [sshd.host, '127.0.0.1:1'] });
  await until(
    'both are past their first look',
    async () => (await show(server, id)).counts.failed === 1,
    limitMs,
  );
  const asked = await settled(server, id, 'awaiting-approval');
  assert.equal(asked.hosts[1]?.problem?.code, 'push-unreachable');
  await assert.rejects(
    server.call(pushRoutes.remove, { params: { id } }),
    refusedWith('push-act-impossible'),
  );
  const cancelled = await server.call(pushRoutes.cancel, { params: { id }, body: {} });
  assert.deepEqual(
    cancelled.hosts.map(({ state }) => state),
    ['cancelled', 'failed'],
  );
  await assert.rejects(
    server.call(pushRoutes.cancel, { params: { id }, body: {} }),
    refusedWith('push-act-impossible'),
  );
  await server.call(pushRoutes.remove, { params: { id } });
  assert.deepEqual((await server.call(pushRoutes.list)).items, []);
});

/** @throws whatever is not that the file is there no more */
function gone(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return '';
  throw error;
}
