/**
 * The agent's rpm on a host with an rpm database of its own: real transactions, real scriptlets. One story, in order: each
 * part goes on with the host as the one before left it.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { AgentStatus } from '@tenkai/agent/status.ts';
import { enrollmentRoutes } from '@tenkai/protocol';
import { type DebianHost, noDebianHosts, startHost } from '../../rig/debian-host.ts';
import { copyPrograms } from '../../rig/host-programs.ts';
import { noRpm } from '../../rig/rpm.ts';
import { until } from '../../rig/until.ts';
import { type HostScene, startHostScene } from '../scene/host-scene.ts';
import { machineNamed } from '../scene/managed-host.ts';
import { shippedRpm } from '../scene/shipped-deb.ts';

const name = 'rpm-host';
const newer = '0.1.1';
const slowMs = 300_000;

describe('the agent by rpm', { skip: noDebianHosts || noRpm, timeout: 900_000 }, () => {
  let scene: HostScene;
  let host: DebianHost;
  before(async () => {
    scene = await startHostScene([]);
    host = await startHost({ name, network: scene.network });
    await copyPrograms(host, ['/usr/bin/rpm'], ['/usr/lib/rpm']);
    await host.copyIn(await shippedRpm('agent'), '/root/agent.rpm');
    await host.copyIn(await shippedRpm('agent', newer), '/root/newer.rpm');
  });
  after(async () => {
    await host?.destroy();
    await scene?.destroy();
  });

  // The host's libraries are known to dpkg and not to rpm.
  const rpm = (args: string, properties = '') =>
    host.run(`rpm ${args}`, { timeoutMs: slowMs, env: { TENKAI_AGENT_PROPERTIES: properties } });
  const install = '-i --nodeps /root/agent.rpm';
  const done = async (args: string, properties = '') => {
    const { code, stderr } = await rpm(args, properties);
    assert.equal(code, 0, `${args}: ${stderr}`);
    assert.doesNotMatch(stderr, /scriptlet failed/);
  };
  const status = async () => JSON.parse(await host.ask('tenkai-agent status --json')) as AgentStatus;
  const settings = () => host.ask('cat /var/lib/tenkai-agent/agent.json');
  const left = () =>
    host.ask(
      'find / -xdev -iname "*tenkai*" -not -path "/proc/*" -not -path "/tmp/*" -not -path "/usr/local/*"',
    );

  test('AGENT-17: a property that there is not is refused, and nothing was installed', async () => {
    const { code, stderr } = await rpm(install, 'SITECOD=TK1');
    assert.match(stderr, /There is no property SITECOD\..*Nothing was changed/);
    assert.notEqual(code, 0);
    assert.equal((await rpm('-q tenkai-agent')).code, 1);
    assert.equal(await left(), '');
  });

  test('an rpm that is killed in the middle leaves no package; the next installation makes it whole', async () => {
    const killer =
      'until pid=$(pgrep -x rpm) && [ -n "$(find /usr/lib/tenkai-agent -type f -size +1M -print -quit 2>/dev/null)" ]; do :; done; kill -KILL $pid';
    const [{ code }, killed] = await Promise.all([rpm(install), host.run(killer, { timeoutMs: 300_000 })]);
    assert.notEqual(code, 0);
    assert.equal(killed.code, 0);
    assert.equal((await rpm('-q tenkai-agent')).code, 1);
    assert.match(await left(), /;[0-9a-f]{8}$/m, 'what rpm had begun to write');
    // It names such files by the second, and finds its own of before in the same one.
    await until('it is installed', async () => (await rpm(install)).code === 0);
    assert.equal(await host.ask('rpm -V --nodeps tenkai-agent'), '', 'every file is as it was packed');
    await done('-e tenkai-agent');
    assert.equal(await left(), '');
  });

  test('of two installers at once one installs, the other says why not', async () => {
    const both = await Promise.all([rpm(install), rpm(install)]);
    assert.deepEqual(both.map(({ code }) => code === 0).sort(), [false, true]);
    const refused = both.find(({ code }) => code !== 0);
    assert.match(refused?.stderr ?? '', /is already installed|transaction lock/);
    assert.equal(await host.ask('rpm -q tenkai-agent'), 'tenkai-agent-0.1.0-1.x86_64');
    assert.equal(await host.ask('rpm -V --nodeps tenkai-agent'), '', 'every file is as it was packed');
  });

  test('AGENT-03: installed without options the agent is unassigned, and says its version', async () => {
    assert.equal(await host.ask('tenkai-agent --version'), '0.1.0');
    const { site } = await status();
    assert.deepEqual([site.isAssigned, site.server], [false, null]);
  });

  test('erased it leaves nothing, changed settings included', async () => {
    await host.ask('echo "# mine" >> /etc/default/tenkai-agent');
    const { code } = await rpm('-e tenkai-agent');
    assert.equal(code, 0);
    assert.equal(await left(), '');
  });

  test('AGENT-09, AGENT-16: installed with the old spellings and a ticket it enrolls', async () => {
    const body = { name: 'rpm', maxUses: 1, validHours: 1 };
    const { secret } = await scene.site.api(enrollmentRoutes.createTicket, { body });
    await host.writeFile('/root/ticket', secret, 0o600);
    const { url, rootFingerprint } = scene.site;
    await done(
      install,
      `SMSMP=${url} FSP=fsp.example ROOTFINGERPRINT=${rootFingerprint} TICKET="/root/ticket"`,
    );
    assert.equal((await host.run('test -e /root/ticket')).code, 1, 'the ticket was taken');
    host.service(['/usr/bin/tenkai-agent', 'run']);
    const isThere = async () => (await machineNamed(scene.site, name).catch(() => undefined))?.isOnline;
    await until('the machine is online', async () => (await isThere()) === true, slowMs);
    assert.equal((await status()).site.isAssigned, true);
  });

  test('AGENT-07, AGENT-27: upgrade and repair keep every property and the identity', async () => {
    const [before, identity] = [await settings(), await identityOf()];
    assert.match(before, /fsp\.example/);
    await done('-U --nodeps /root/newer.rpm');
    assert.equal(await host.ask('tenkai-agent --version'), newer);
    assert.equal(await settings(), before);
    await done('-U --nodeps --replacepkgs /root/newer.rpm');
    assert.deepEqual([await settings(), await identityOf()], [before, identity]);
    await done('-U --nodeps --replacepkgs /root/newer.rpm', 'FSP=');
    assert.doesNotMatch(await settings(), /fsp\.example/, 'taken away on purpose');
  });
  const identityOf = () => host.ask('cat /var/lib/tenkai-agent/identity/enrollment.json');
});
