/** The folder with the agent's package, copied to a machine, installs it with one command and no network. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { noDebTools } from '../../rig/deb.ts';
import { type DebianHost, noDebianHosts, startHost } from '../../rig/debian-host.ts';
import { makeNetwork, type Network } from '../../rig/network.ts';
import { until } from '../../rig/until.ts';
import { shippedDeb } from '../scene/shipped-deb.ts';

const script = '/srv/Client/install-agent.sh';
const marker = '/var/lib/tenkai-agent-install/result';
const slowMs = 300_000;
const left = ['/srv', '/proc', '/sys', '/dev', '/run', '/tmp', '/var/lib/dpkg', '/var/log/dpkg.log'];

/** One story: each test goes on with what the one before left. */
describe('the folder that is copied to a machine', { skip: noDebianHosts || noDebTools }, () => {
  let network: Network;
  let host: DebianHost;
  let atFirst: ReadonlySet<string>;
  before(async () => {
    const folder = dirname(await shippedDeb('agent'));
    network = await makeNetwork();
    host = await startHost({ name: 'isolated', network });
    for (const name of readdirSync(folder)) await host.copyIn(join(folder, name), `/srv/Client/${name}`);
  });
  before(async () => {
    atFirst = new Set(await paths());
  });
  after(async () => {
    await host?.destroy();
    await network?.destroy();
  });

  /** Everything but what this test brings, and what dpkg keeps for itself. */
  const paths = async () =>
    (await host.ask(`find / -xdev ${left.map((path) => `-path ${path} -prune -o`).join(' ')} -print`)).split(
      '\n',
    );
  const added = async () => (await paths()).filter((path) => !atFirst.has(path));
  const install = (...args: string[]) =>
    host.run(['unshare', '--net', 'sh', script, ...args], { timeoutMs: slowMs });
  const result = async () => JSON.parse(await host.ask(['cat', marker])) as Record<string, unknown>;
  const isInstalled = async () => (await host.run(['test', '-e', '/usr/bin/tenkai-agent'])).code === 0;

  test('AGENT-02: wrong words, missing rights and a changed package are refused before anything is installed', async () => {
    assert.equal((await install('--nonsense')).code, 2);
    const user = await host.run(['setpriv', '--reuid', '65534', '--clear-groups', 'sh', script]);
    assert.equal(user.code, 1);
    assert.match(user.stderr, /rights-missing/);
    assert.equal((await host.run(['test', '-e', marker])).code, 1);
    await host.ask(['cp', '-r', '/srv/Client', '/srv/Changed']);
    await host.ask(['sh', '-c', 'for file in /srv/Changed/*.deb; do echo x >> $file; done']);
    const changed = await host.run(['sh', '/srv/Changed/install-agent.sh'], { timeoutMs: slowMs });
    assert.equal(changed.code, 1);
    const { state, step, detail } = await result();
    assert.deepEqual([state, step, detail], ['failed', 'check', 'sum-wrong']);
    assert.equal((await host.run(['sh', script, '--status'])).code, 1);
    assert.equal(await isInstalled(), false);
  });

  test('a disk that is full is named, nothing is half installed, and with room the same command goes on', async () => {
    // Room for the copy of the package, and for little of what is in it.
    const fill =
      'deb=$(du -k /srv/Client/*_"$(dpkg --print-architecture)".deb | cut -f1); free=$(df -k --output=avail / | tail -n 1); fallocate -l $((free - deb - 20000))K /srv/filler';
    await host.ask(fill);
    const { code, stderr } = await install();
    assert.equal(code, 1);
    assert.match(stderr, /No space left on device/);
    const { state, step, detail } = await result();
    assert.deepEqual([state, step, detail], ['failed', 'install', 'package-refused']);
    assert.deepEqual([await isInstalled(), await host.ask(['dpkg', '--audit'])], [false, '']);
    await host.ask(['rm', '/srv/filler']);
  });

  test('a package manager that is killed in the middle leaves a half package and a failed marker; the next installation repairs it', async () => {
    const killer =
      'until pid=$(pgrep -x dpkg) && [ -n "$(find /usr/lib/tenkai-agent -name "*.dpkg-new" -print -quit 2>/dev/null)" ]; do :; done; kill -KILL $pid';
    const [{ code }, killed] = await Promise.all([install(), host.run(killer, { timeoutMs: slowMs })]);
    assert.deepEqual([code, killed.code], [1, 0]);
    assert.deepEqual([(await result()).state, (await result()).step], ['failed', 'install']);
    assert.match(await host.ask(['dpkg', '--audit']), /tenkai-agent/);
    const { code: repaired, stdout, stderr } = await install();
    assert.equal(repaired, 0, stdout + stderr);
    assert.deepEqual([(await result()).state, await host.ask(['dpkg', '--audit'])], ['complete', '']);
    assert.equal(await host.ask("find / -xdev -name '*.dpkg-new' -not -path '/proc/*'"), '');
    await host.ask(['dpkg', '--purge', 'tenkai-agent']);
  });

  test('AGENT-05: killed in the middle it leaves a failed marker; the next one waits for the package manager and completes', async () => {
    const killed = host.service(['sh', script], { atBoot: false });
    await until('it installs', async () => {
      const { step, pid } = await result().catch(() => ({}) as Record<string, unknown>);
      return step === 'install' && killed.isRunning && typeof pid === 'number';
    });
    assert.equal((await host.run(['sh', script, '--status'])).code, 3, 'it is at work');
    await killed.kill('SIGKILL');
    const { state, step, detail } = await result();
    assert.deepEqual([state, step, detail], ['failed', 'install', 'not finished']);
    assert.equal((await host.run(['sh', script, '--status'])).code, 1);
  });

  test('AGENT-01, AGENT-05, MASTER-08, MASTER-09: one command copies, checks, installs, waits and verifies, and returns when the agent is complete', async () => {
    const { code, stdout, stderr } = await install('--unassigned');
    assert.equal(code, 0, stdout + stderr);
    const steps = ['copy', 'check', 'network', 'install', 'wait', 'verify'];
    const transcript = await host.ask(['cat', '/var/log/tenkai-agent-install.log']);
    for (const text of [stdout, transcript]) {
      const at = steps.map((name, index) => text.indexOf(`[${index + 1}/6] ${name}: `));
      assert.ok(
        at.every((place, index) => place > (at[index - 1] ?? -1)),
        text,
      );
    }
    assert.match(stdout, /\[3\/6\] network: none/);
    assert.match(transcript, /^ +notification +disabled \(not assigned to a site\)$/m);
    assert.match(transcript, /^ +core +installed$/m);
    assert.match(transcript, /^ +code +-$/m);
    const { state, detail } = await result();
    assert.deepEqual([state, String(detail).endsWith('.deb')], ['complete', true]);
    assert.equal((await host.run(['sh', script, '--status'])).code, 0);
  });

  test('of two installations at once one is carried out, the other says so and changes nothing', async () => {
    const both = await Promise.all([install(), install()]);
    assert.deepEqual(both.map(({ code }) => code).sort(), [0, 1]);
    assert.match(
      both.find(({ code }) => code === 1)?.stderr ?? '',
      /Another installation is at work; nothing was changed/,
    );
    assert.equal((await result()).state, 'complete');
  });

  test('AGENT-12: SMSSLP= of the installation is the locator, and config show names the installer as its origin', async () => {
    const again = await install('SMSSLP=slp.example', 'FSP=fsp.example');
    assert.equal(again.code, 0, again.stderr);
    await host.ask(['tenkai-agent', 'assign', 'FSP=fsp2.example', '--no-search', '--no-check']);
    type Shown = { name: string; value: string; origin: string; version: string };
    const shown = JSON.parse(await host.ask(['tenkai-agent', 'config', 'show', '--json'])) as Shown[];
    assert.deepEqual(
      shown.map(({ name, value, origin, version }) => [name, value, origin, version]),
      [
        ['LOCATOR', 'https://slp.example', 'installation', '0.1.0'],
        ['FSP', 'https://fsp2.example', 'assign', '0.1.0'],
      ],
    );
    assert.match(
      await host.ask(['tenkai-agent', 'config', 'show']),
      /^LOCATOR +https:\/\/slp\.example +installer /m,
    );
  });

  test('AGENT-05: in the background, --status speaks of this one from the beginning; a value with blanks goes on whole', async () => {
    const { pid: former } = await result();
    const missing = '/srv/Client Patches/none.tkp';
    const { code, stderr } = await install('--background', `PATCH=${missing}`);
    assert.equal(code, 0, stderr);
    assert.notEqual((await result()).pid, former);
    await until('it has ended', async () => (await host.run(['sh', script, '--status'])).code !== 3);
    const { state, step, detail } = await result();
    assert.deepEqual([state, step, detail], ['failed', 'install', 'package-refused']);
    const transcript = await host.ask(['cat', '/var/log/tenkai-agent-install.log']);
    assert.ok(transcript.includes(missing), transcript);
  });

  test('MASTER-09: an agent that knows a server is not what a reference machine may begin with', async () => {
    const site = ['--server', 'https://mp.example', '--root-fingerprint', 'ab'.repeat(32)];
    await host.ask(['tenkai-agent', 'enroll', ...site, '--no-wait']);
    const assigned = await install('--unassigned');
    assert.equal(assigned.code, 1);
    assert.match(assigned.stderr, /knows the server/);
    const { state, step, detail } = await result();
    assert.deepEqual([state, step, detail], ['failed', 'verify', 'not-unassigned']);
  });

  test('removed for good, nothing is left of the agent nor of what install-agent.sh has written', async () => {
    const own = ['/var/lib/tenkai-agent-install', '/var/log/tenkai-agent-install.log'];
    const written = await added();
    for (const path of own) assert.ok(written.includes(path), `the script has written ${path}`);
    await host.ask(['dpkg', '--purge', 'tenkai-agent']);
    assert.deepEqual(await added(), []);
  });
});
