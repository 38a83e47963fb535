/** The agent pushed by the server to a real sshd on a Debian host, also over a death of the server. One story, in order. */
import assert from 'node:assert/strict';
import { glob, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { enrollmentRoutes } from '@tenkai/protocol/api/enrollment.ts';
import { pushKeyRoutes } from '@tenkai/protocol/api/push-keys.ts';
import { type PushDetail, type PushRequest, pushRoutes } from '@tenkai/protocol/api/pushes.ts';
import { changeSiteSettings } from '@tenkai/protocol/api/site.ts';
import { createUser } from '@tenkai/protocol/api/users.ts';
import { noBrowser, startBrowser } from '../../console/browser.ts';
import { textsOf } from '../../console/console-site.ts';
import { output } from '../../rig/command.ts';
import { type DebianHost, noDebianHosts, startHost } from '../../rig/debian-host.ts';
import type { HostService } from '../../rig/host-command.ts';
import { until } from '../../rig/until.ts';
import { type HostScene, startHostScene } from '../scene/host-scene.ts';
import { installSudo, noHostSshd, plainUser, startHostSshd } from '../scene/host-sshd.ts';
import { machineNamed } from '../scene/managed-host.ts';
import { shippedDeb } from '../scene/shipped-deb.ts';

const name = 'pushed-host';
const password = 'correct-horse-7-of-plain';
const slowMs = 300_000;

/** A package manager that takes its time; where that is wanted, the line breaks once before anybody hears of its end. */
const slowDpkg = `#!/bin/sh
while [ -e /hold ]; do sleep 0.1; done
/usr/bin/dpkg "$@"
status=$?
if [ -e /break ]; then
  rm /break
  pid=$$
  until grep -q '^sshd' /proc/$pid/comm; do pid=$(sed -n 's/^PPid:[^0-9]*//p' /proc/$pid/status); done
  kill -9 "$pid"
fi
exit $status
`;

describe('the agent pushed by the server', { skip: noDebianHosts || noHostSshd, timeout: 900_000 }, () => {
  let scene: HostScene;
  let host: DebianHost;
  let folder: string;
  let agent: HostService;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tenkai-pushes-test-'));
    await output(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'host_key')]);
    scene = await startHostScene([], { agentsDir: dirname(await shippedDeb('agent')) });
    host = await startHost({ name, network: scene.network });
    await startHostSshd(host, { hostKeyFile: join(folder, 'host_key'), password });
    await host.writeFile('/usr/local/sbin/dpkg', slowDpkg, 0o755);
  });
  after(async () => {
    await host?.destroy();
    await scene?.destroy();
    await rm(folder, { recursive: true, force: true });
  });

  const push = (over: Partial<PushRequest> = {}) =>
    scene.site.api(pushRoutes.create, {
      body: {
        hosts: [host.address],
        user: 'root',
        credentials: { kind: 'site-key' },
        hostKeys: 'ask',
        knownHosts: '',
        managementPoint: scene.site.url,
        parallel: 4,
        retries: 3,
        includesManaged: true,
        ...over,
      },
    });
  const show = (id: string) => scene.site.api(pushRoutes.get, { params: { id } });
  const hostIn = async (id: string, ...states: PushDetail['hosts'][number]['state'][]) => {
    let last = '';
    return until(
      `the machine is ${states.join(' or ')}`,
      async () => {
        const [row] = (await show(id)).hosts;
        if (row?.state !== last) last = row?.state ?? '';
        return row && states.includes(row.state) ? row : undefined;
      },
      slowMs,
    ).catch((error) => {
      throw new Error(`${error.message}; it is ${last}`);
    });
  };
  const runAgent = () => {
    agent = host.service(['/usr/bin/tenkai-agent', 'run'], { atBoot: false });
  };

  test('AGENT-16: by the site key and an approved host key, over a death of the server, to a managed machine', async () => {
    const { publicKey } = await scene.site.api(pushKeyRoutes.create, {});
    await host.writeFile('/root/.ssh/authorized_keys', `${publicKey}\n`, 0o600);
    await host.ask('touch /hold');
    await scene.site.api(changeSiteSettings, { body: { pushProperties: 'SMSFSP=fsp.example' } });
    const { id } = await push({ properties: ['DNSSUFFIX=lab.example'] });
    const asked = await hostIn(id, 'awaiting-approval');
    const own = (await output(['ssh-keygen', '-lf', join(folder, 'host_key')])).split(' ')[1] ?? '';
    assert.ok(asked.offered.some((one) => one.startsWith(own)));
    const decisions = [{ position: 0, fingerprints: asked.offered, isApproved: true }];
    await scene.site.api(pushRoutes.decideHostKeys, { params: { id }, body: { decisions } });
    await hostIn(id, 'installing');
    await scene.site.kill();
    await scene.site.start();
    await host.ask('rm /hold');
    await hostIn(id, 'enrolling');
    runAgent();
    const done = await hostIn(id, 'done');
    const machine = await machineNamed(scene.site, name);
    assert.equal(done.machineId, machine.id);
    const { assignment } = JSON.parse(await host.ask('cat /var/lib/tenkai-agent/agent.json'));
    assert.equal(assignment.managementPoint, scene.site.url);
    assert.deepEqual(
      [assignment.dnsSuffix, assignment.fallbackStatusPoint],
      ['lab.example', 'https://fsp.example'],
    );
    assert.equal(await host.ask('ls /var/tmp'), '', 'nothing of the push is left');
    const again = await push();
    assert.equal((await hostIn(again.id, 'done')).outcome, 'already');
  });

  test('AGENT-16: a line that breaks before the installation is told of is taken up again, until the machine is managed', async () => {
    await agent.kill();
    await host.ask(['/usr/bin/dpkg', '--purge', 'tenkai-agent']);
    await host.ask('touch /break');
    const { id: purged } = await machineNamed(scene.site, name);
    const { id } = await push({ retries: 10 });
    const { outcome } = await hostIn(id, 'enrolling');
    assert.equal(outcome, 'already', 'it was installed before the line broke');
    assert.equal((await host.run('test -e /break')).code, 1, 'it broke');
    runAgent();
    const done = await hostIn(id, 'done', 'failed');
    // What was purged was another machine.
    assert.ok(done.machineId !== null && done.machineId !== purged, JSON.stringify(done));
    const tickets = (await scene.site.api(enrollmentRoutes.listTickets)).items;
    assert.deepEqual(
      tickets.filter(({ uses, isRevoked }) => uses === 0 && !isRevoked),
      [],
      'none is left over',
    );
  });

  test('AGENT-02: a password opens sudo, a wrong one nothing, and neither is written anywhere', async () => {
    await agent.kill();
    await host.ask(['/usr/bin/dpkg', '--purge', 'tenkai-agent']);
    const signIn = (secret: string) =>
      ({ user: plainUser, credentials: { kind: 'password', password: secret } }) as const;
    const refused = await push(signIn('wrong-horse-8-of-plain'));
    assert.equal((await hostIn(refused.id, 'failed')).problem?.code, 'push-sign-in-refused');
    const powerless = await push(signIn(password));
    assert.equal((await hostIn(powerless.id, 'failed')).problem?.code, 'push-rights-missing');
    await installSudo(host);
    const { credentials } = signIn(password);
    await scene.site.api(pushRoutes.retry, { params: { id: powerless.id }, body: { credentials } });
    await hostIn(powerless.id, 'enrolling');
    runAgent();
    const done = await hostIn(powerless.id, 'done');
    assert.equal(done.outcome, 'installed');
    const { log } = await scene.site.api(pushRoutes.log, { params: { id: powerless.id, position: '0' } });
    assert.match(log, /Setting up tenkai-agent/);
    await assertNowhere(password);
    await assertNowhere('wrong-horse-8-of-plain');
  });

  test('AGENT-16: from the console to a managed machine', { skip: noBrowser }, async (t) => {
    await agent.kill();
    await host.ask(['/usr/bin/dpkg', '--purge', 'tenkai-agent']);
    const user = { name: 'pusher', password: 'a-password-of-the-console' };
    await scene.site.api(createUser, { body: { ...user, role: 'administrator' } });
    const ca = await readFile(join(scene.site.dataDir, 'keys/root.crt'), 'utf8');
    const page = await (await startBrowser(t, { language: 'en', ca })).newPage();
    page.setDefaultTimeout(slowMs);
    const { pushes, session, nav } = textsOf.en;
    await page.goto(`${scene.site.baseUrl}/sign-in`);
    await page.getByLabel(session.name).fill(user.name);
    await page.getByLabel(session.password, { exact: true }).fill(user.password);
    await page.getByRole('button', { name: session.signIn }).click();
    await page.getByRole('heading', { level: 1, name: nav.overview }).waitFor();
    await page.goto(`${scene.site.baseUrl}/machines/pushes/new`);
    await page.getByLabel(pushes.fields.hosts, { exact: true }).fill(`host,user\n${host.address},root\n`);
    await page.getByRole('button', { name: pushes.check }).click();
    await page.getByText(pushes.keyKnown).or(page.getByText('Managed already')).first().waitFor();
    await page.getByLabel(pushes.fields.includesManaged).check();
    await page.getByLabel(pushes.fields.managementPoint).fill(scene.site.url);
    await page.getByRole('button', { name: /Install on 1 machine/ }).click();
    const list = page.getByRole('list', { name: nav.machines });
    await list.getByText(pushes.hostStates.enrolling).waitFor();
    runAgent();
    await list.getByText(pushes.outcomes.installed).waitFor();
    await list.getByRole('link', { name: host.address }).click();
    await page.getByRole('heading', { level: 1, name }).waitFor();
  });

  async function assertNowhere(secret: string) {
    let files = 0;
    for await (const entry of glob('**', { cwd: scene.site.dataDir, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      files += 1;
      const bytes = await readFile(join(entry.parentPath, entry.name));
      assert.ok(!bytes.includes(secret), entry.name);
    }
    assert.ok(files > 5);
    assert.ok(!scene.site.log().includes(secret));
  }
});
