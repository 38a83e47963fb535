/** The agent's own processes, a real name server, and a site with real TLS. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Dnsmasq, noDnsmasq, startDnsmasq } from '@tenkai/testkit/rig/dnsmasq.ts';
import { newAgent, type TestAgent, until } from '@tenkai/testkit/small-site/run-agent.ts';
import type { SmallSite } from '@tenkai/testkit/small-site/site.ts';
import { startSmallSite } from '@tenkai/testkit/small-site/small-site.ts';
import { readSettings } from '../settings.ts';
import type { AgentStatus } from '../status.ts';

const options = { timeout: 400_000 };
const zone = 'lab.example';
const service = '_tenkai_mp_tst._tcp';

interface Scene {
  readonly site: SmallSite;
  readonly agent: TestAgent;
  readonly port: number;
  readonly pin: string;
  dns(...records: string[]): Promise<Dnsmasq>;
  assign(...args: string[]): ReturnType<TestAgent['command']>;
}

/** A site, an agent that was told nothing, and a name server where one is asked for. */
async function scene(t: TestContext): Promise<Scene> {
  const site = await startSmallSite();
  const agent = newAgent();
  let dnsmasq: Dnsmasq | undefined;
  t.after(async () => {
    await agent.remove();
    await dnsmasq?.stop();
    await site.close();
  });
  return {
    site,
    agent,
    port: Number(new URL(site.url).port),
    pin: `ROOTFINGERPRINT=${site.keys.rootFingerprint}`,
    async dns(...records) {
      dnsmasq = await startDnsmasq(zone, records);
      return dnsmasq;
    },
    assign: (...args) => agent.command('assign', ...args),
  };
}

const srv = (name: string, target: string, port: number, priority = 0) =>
  `--srv-host=${name}.${zone},${target},${port},${priority},0`;
const status = async (agent: TestAgent) =>
  JSON.parse((await agent.command('status', '--json')).stdout) as AgentStatus;
const verdicts = (text: string) =>
  (JSON.parse(text).steps as { source: string; verdict: string; reason: { code: string } }[]).map(
    ({ verdict, reason }) => `${verdict}: ${reason.code}`,
  );

test('AGENT-11, AGENT-19, AGENT-33, AGENT-34: a machine finds its site by DNS alone, is enrolled there, and its notifications are enabled', {
  ...options,
  skip: noDnsmasq,
}, async (t) => {
  const { site, agent, port, pin, dns, assign } = await scene(t);
  const { server, questions } = await dns(srv(service, 'localhost', port));
  agent.start();
  await until(async () => (await status(agent)).general.isRunning);
  assert.equal((await agent.command('verify', '--unassigned')).status, 0);
  const { components } = await status(agent);
  assert.deepEqual(new Set(components.map(({ state }) => state)), new Set(['installed', 'disabled']));
  const found = await assign(`DNSSUFFIX=${zone}`, 'SMSSITECODE=TST', pin, '--dns-server', server);
  assert.equal(found.status, 0, found.stderr);
  assert.ok(questions().includes(`SRV ${service}.${zone}`));
  await until(() => site.connected()[0]);
  await until(async () => (await status(agent)).general.isConnected);
  const after = await status(agent);
  assert.equal(after.site.foundBy, 'dns');
  assert.equal(after.site.code, 'TST');
  assert.ok(after.components.every(({ state, name }) => state === 'enabled' || name === 'power'));
  const verified = await agent.command('verify', '--unassigned');
  assert.equal(verified.status, 1);
  assert.match(verified.stderr, /assigned to site TST\n.*component core is enabled, not installed/s);
});

test(
  'AGENT-10: with the server in its settings file alone, written by hand, an agent that starts is assigned by that server',
  options,
  async (t) => {
    const { site, agent } = await scene(t);
    const assignment = { managementPoint: site.url };
    agent.configure({ rootFingerprint: site.keys.rootFingerprint, assignment });
    agent.start();
    await until(() => site.connected()[0]);
    const { foundBy, server, code } = (await status(agent)).site;
    assert.deepEqual([foundBy, server, code], ['given', site.url, 'TST']);
  },
);

test('AGENT-21: the service itself finds the site by what was kept in its settings, once it is published', {
  ...options,
  skip: noDnsmasq,
}, async (t) => {
  const { site, agent, port, pin, dns, assign } = await scene(t);
  const { server } = await dns(srv('_tenkai_mp._tcp', 'localhost', port));
  const kept = await assign(`DNSSUFFIX=${zone}`, pin, '--dns-server', server, '--no-search');
  assert.equal(kept.status, 0, kept.stderr);
  assert.deepEqual(site.requests, []);
  agent.start();
  await until(() => site.connected()[0]);
  assert.equal((await status(agent)).site.foundBy, 'dns');
});

test('AGENT-25: --explain tells of each source what was asked, what it said and why', {
  ...options,
  skip: noDnsmasq,
}, async (t) => {
  const { agent, site, port, pin, dns, assign } = await scene(t);
  // On the first one nobody listens.
  const { server } = await dns(
    srv(service, 'localhost', 1, 0),
    srv(service, 'localhost', port, 2),
    srv('_tenkai_mp_osa._tcp', 'localhost', port),
  );
  const dnsServer = ['--dns-server', server];
  const taken = await assign(
    'SITECODE=TST',
    `DNSSUFFIX=${zone}`,
    pin,
    ...dnsServer,
    '--explain',
    '--dry-run',
  );
  assert.match(
    taken.stdout,
    /^1\. given on purpose\n {3}not asked: no management point was given \(MP=\)\n2\. boundary\n {3}not asked: /,
  );
  assert.match(
    taken.stdout,
    new RegExp(
      `5\\. DNS \\[${service}\\.${zone}\\]\n {3}taken: the site answers at ${site.url}\n {5}https://localhost:1: .*ECONNREFUSED`,
    ),
  );
  assert.equal(readSettings(agent.data).server, undefined, 'a look changes nothing');

  const none = await assign('SITECODE=NON', `DNSSUFFIX=${zone}`, pin, ...dnsServer, '--json', '--dry-run');
  assert.equal(none.status, 1);
  assert.equal(verdicts(none.stdout).at(-1), 'nothing: dns-no-record');
  assert.match(none.stderr, /assignment-none/);

  const other = await assign('SITECODE=OSA', `DNSSUFFIX=${zone}`, pin, ...dnsServer, '--json', '--dry-run');
  assert.equal(verdicts(other.stdout).at(-1), 'refused: other-site');

  const mute = await assign(
    'SITECODE=TST',
    `DNSSUFFIX=${zone}`,
    pin,
    '--dns-server',
    '127.0.0.1:1',
    '--json',
    '--dry-run',
  );
  assert.equal(verdicts(mute.stdout).at(-1), 'refused: dns-failed');

  const japanese = await agentIn('ja_JP.UTF-8', agent, ['assign', '--explain', '--dry-run']);
  assert.match(japanese, /1\. 指定\n {3}照会せず: 管理ポイントの指定がありません/);
});

async function agentIn(language: string, agent: TestAgent, args: readonly string[]): Promise<string> {
  agent.env.LC_ALL = language;
  const { stdout } = await agent.command(...args);
  delete agent.env.LC_ALL;
  return stdout;
}

test(
  'what was found is not trusted: another root key is refused, and nothing is enrolled',
  options,
  async (t) => {
    const { site, agent, assign } = await scene(t);
    const refused = await assign(`MP=${site.url}`, `ROOTFINGERPRINT=${'0'.repeat(64)}`, '--json');
    assert.equal(refused.status, 1);
    assert.equal(verdicts(refused.stdout)[0], 'refused: site-root-mismatch');
    const without = await assign('ROOTFINGERPRINT=', `MP=${site.url}`, '--json');
    assert.equal(verdicts(without.stdout)[0], 'not-asked: root-key-not-pinned');
    agent.start();
    await until(async () => (await status(agent)).general.isRunning);
    assert.equal((await status(agent)).site.server, null);
    assert.deepEqual(site.enrollments, []);
  },
);

test(
  'a server that shows the certificate of our root and does not have its key is refused',
  options,
  async (t) => {
    const { site, assign } = await scene(t);
    const impostor = await startSmallSite();
    t.after(() => impostor.close());
    const greeting = {
      siteCode: 'TST',
      siteName: 'x',
      rootCertificate: site.keys.root.certificate,
      protocol: 1,
    };
    impostor.intercept = (request, response) => {
      if (request.url !== '/agent/v1/site') return false;
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(greeting));
      return true;
    };
    const refused = await assign(
      `MP=${impostor.url}`,
      `ROOTFINGERPRINT=${site.keys.rootFingerprint}`,
      '--json',
    );
    assert.equal(refused.status, 1);
    assert.equal(verdicts(refused.stdout)[0], 'refused: site-unreachable');
  },
);

test(
  'properties stay unless they are taken away on purpose; a wrong one changes nothing',
  options,
  async (t) => {
    const { site, agent, pin, assign } = await scene(t);
    const ticket = join(agent.root, 'ticket');
    writeFileSync(ticket, 'one-time\n', { mode: 0o600 });
    const first = await assign(
      `SMSMP=${site.url}`,
      'FSP=localhost:9',
      pin,
      `TICKET=${ticket}`,
      '--no-search',
    );
    assert.equal(first.status, 0, first.stderr);
    assert.equal(existsSync(ticket), false);
    const before = readFileSync(agent.data.settings, 'utf8');
    for (const words of [['FSP=http://x'], ['NOSUCH=1'], ['FSP=a', 'FSP=b'], ['FSP=no-such-host.invalid']]) {
      const refused = await assign(...words);
      assert.equal(refused.status, 2, refused.stderr);
      assert.match(refused.stderr, /properties-invalid/);
      assert.equal(readFileSync(agent.data.settings, 'utf8'), before);
    }
    assert.equal((await assign('SITECODE=TST', '--no-search')).status, 0);
    assert.equal(readSettings(agent.data).assignment?.fallbackStatusPoint, 'https://localhost:9');
    assert.equal((await assign('FSP=')).status, 0);
    const { assignment, server } = readSettings(agent.data);
    assert.deepEqual(assignment, { managementPoint: site.url, siteCode: 'TST' });
    assert.equal(server, site.url);
  },
);

test('SITE-14: a name that does not exist is told before anything is written', options, async (t) => {
  const { agent, assign } = await scene(t);
  const refused = await assign('MP=no-such-host.invalid', 'SITECODE=TST');
  assert.match(refused.stderr, /property-host-unknown|no-such-host\.invalid/);
  assert.equal(readSettings(agent.data).assignment, undefined);
  assert.equal((await assign('MP=no-such-host.invalid', '--no-check', '--no-search')).status, 0);
});

test(
  'a running service follows to another address of its site without being restarted',
  options,
  async (t) => {
    const { site, agent, assign, pin } = await scene(t);
    agent.start();
    assert.equal((await assign(`MP=${site.url}`, pin)).status, 0);
    await until(() => site.connected()[0]);
    const second = await startSmallSite();
    t.after(() => second.close());
    const moved = await assign(`MP=${second.url}`, `ROOTFINGERPRINT=${second.keys.rootFingerprint}`);
    assert.equal(moved.status, 0, moved.stderr);
    await until(() => second.connected()[0]);
    assert.equal((await status(agent)).site.server, second.url);
  },
);
