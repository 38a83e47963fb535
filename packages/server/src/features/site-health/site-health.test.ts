import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { HostFirewall, HostFirewallCheck } from '@tenkai/domain';
import { firewallRules, openFirewall } from '@tenkai/domain';
import type { Role } from '@tenkai/protocol/api/permissions.ts';
import { getSiteSettings } from '@tenkai/protocol/api/site.ts';
import { getSiteHealth } from '@tenkai/protocol/api/site-health.ts';
import { listStatusMessages } from '@tenkai/protocol/api/status.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aHeartbeat, enrolledAgent } from '@tenkai/testkit/bare-agent.ts';
import { type EngineUnderTest, onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { recordedWindows } from '@tenkai/testkit/recorded-windows.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { createFakeClock } from '../../kernel/clock.ts';
import { askWindows } from './ask-windows.ts';
import { readChecks } from './host-firewall.ts';
import { tellFirewall } from './tell.ts';
import { createHealthWatch } from './watch.ts';

const repair = 'tenkai firewall open --role server';
const missing = (...rules: string[]) =>
  rules.map((rule) => ({ rule, firewall: 'nftables', where: 'inet site inbound', remedy: repair }));

async function start(t: TestContext, { databaseUrl }: Partial<EngineUnderTest> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'tenkai-health-'));
  atEnd(t, () => rmSync(folder, { recursive: true, force: true }));
  const clock = createFakeClock();
  const file = join(folder, 'check.json');
  const startAgain = () => {
    const lookAtFirewall = readChecks(file, clock.now());
    return startTestServer({ databaseUrl, clock, dataDir: folder, lookAtFirewall });
  };
  let server = await startAgain();
  atEnd(t, () => server.stop());
  // Of one token, which a server that was started again knows, too.
  const headers = { authorization: `Bearer ${await server.apiToken('viewer')}` };
  const health = () => server.call(getSiteHealth, { as: null, headers });
  const written = (check: Partial<HostFirewallCheck>) =>
    writeFileSync(
      file,
      JSON.stringify({ checkedAt: clock.now(), active: ['nftables'], missing: [], ...check }),
    );
  /** The health after the next look. */
  const next = async (ms = 15_000) => {
    clock.advance(ms);
    await server.kernel.jobs.idle();
    return health();
  };
  /** So many minutes, in each of which root looks and finds that. */
  const pass = async (minutes: number, check: Partial<HostFirewallCheck>) => {
    for (let minute = 0; minute < minutes; minute += 1) {
      written(check);
      await next(60_000);
    }
    return health();
  };
  /** The server, down for so long. */
  const restart = async (ms: number) => {
    await server.stop();
    clock.advance(ms);
    server = await startAgain();
    return server;
  };
  return { server, clock, file, written, next, pass, restart };
}

async function told(server: TestServer, as: Role = 'administrator') {
  const query = { component: 'server', limit: 100 } as const;
  const { items } = await server.call(listStatusMessages, { as, query });
  return items.filter(({ code }) => /firewall|contact/.test(code)).reverse();
}
const codes = async (...whose: Parameters<typeof told>) => (await told(...whose)).map(({ code }) => code);

onBothEngines(
  "BSRV-21: the host's firewall turned on later is told with the missing rules and the command, once; and that it is open again",
  async (t, engine) => {
    const { server, clock, file, written, next } = await start(t, engine);
    const unseen = (await next()).firewall;
    assert.deepEqual([unseen.state, unseen.cause, unseen.since], ['not-checked', 'never', null]);
    written({});
    assert.equal((await next()).firewall.state, 'open');
    assert.deepEqual(await codes(server), [], 'that all is well at first is no news');

    written({ missing: missing('Tenkai(TCP:443)', 'Tenkai(TCP:80)') });
    const closedAt = clock.now() + 15_000;
    const { firewall } = await next();
    assert.deepEqual(
      [firewall.state, firewall.since, firewall.repair, firewall.missing.map(({ rule }) => rule)],
      ['closed', closedAt, repair, ['Tenkai(TCP:443)', 'Tenkai(TCP:80)']],
    );
    assert.equal((await next()).firewall.since, closedAt);
    const [message] = await told(server);
    assert.deepEqual([message?.severity, message?.code], ['error', 'site.firewall-closed']);
    assert.match(
      message?.message ?? '',
      /\(nftables\).*: Tenkai\(TCP:443\), Tenkai\(TCP:80\)\. .*open --role server$/,
    );
    assert.match(
      server.kernel.metrics.render(),
      /^tenkai_host_firewall_missing_rules 2$/m,
      'whoever watches by figures sees it',
    );

    assert.equal((await next(6 * 60_000)).firewall.state, 'not-checked', 'an old look is not believed');
    written({});
    assert.equal((await next()).firewall.state, 'open');
    assert.deepEqual(await codes(server), [
      'site.firewall-closed',
      'site.firewall-unchecked',
      'site.firewall-open',
    ]);
    for (const text of ['', '{', 'null', '{"checkedAt":1}']) {
      writeFileSync(file, text);
      assert.equal((await next()).firewall.cause, 'unreadable', text);
    }
    await assert.rejects(server.call(getSiteHealth, { as: null }), { status: 401 });
  },
);

onBothEngines(
  'BSRV-21: machines that lose contact together are counted, and a closed firewall is named as the cause',
  async (t, engine) => {
    const { server, clock, pass } = await start(t, engine);
    const [first, ...others] = await Promise.all(
      ['a', 'b', 'c', 'd'].map((name) => enrolledAgent(server, { name })),
    );
    assert.ok(first);
    const all = [first, ...others];
    const report = async (agents: typeof all, state: 'running' | 'shutting-down' = 'running') => {
      for (const agent of agents) await agent.report(aHeartbeat({ state }));
    };
    const closed = { missing: missing('Tenkai(TCP:443)') };
    await report(all);
    assert.equal((await pass(1, {})).lostContact, null);
    await report(all);
    const lost = { machines: 3, of: 4, since: clock.now() };
    assert.equal((await pass(10, closed)).lostContact, null, 'nobody is missed yet');
    await report([first]);
    assert.deepEqual((await pass(3, closed)).lostContact, { ...lost, isByFirewall: true });
    assert.match(
      (await told(server)).at(-1)?.message ?? '',
      /^3 of 4 machines .*blocks Tenkai\(TCP:443\)\.$/,
    );
    assert.deepEqual(
      (await pass(1, {})).lostContact,
      { ...lost, isByFirewall: false },
      'open, nobody is back',
    );
    await report(all);
    assert.equal((await pass(1, {})).lostContact, null);
    assert.deepEqual(await codes(server), [
      'site.firewall-closed',
      'site.contact-lost-by-firewall',
      'site.firewall-open',
      'site.contact-back',
    ]);

    const since = clock.now() - 60_000;
    assert.deepEqual((await pass(13, {})).lostContact, { machines: 4, of: 4, since, isByFirewall: false });
    assert.deepEqual((await codes(server)).slice(-1), ['site.contact-lost']);
    await report(others, 'shutting-down');
    await report([first]);
    assert.equal((await pass(13, {})).lostContact, null, 'who says good-bye is not lost');
  },
);

onBothEngines(
  'BSRV-21: after the pause of the server itself nobody is missed until two reports after it, and no old look is told',
  async (t, engine) => {
    const { server, clock, written, next, pass, restart } = await start(t, engine);
    const agents = await Promise.all(['a', 'b', 'c'].map((name) => enrolledAgent(server, { name })));
    for (const agent of agents) await agent.report(aHeartbeat());
    const since = clock.now();
    written({});
    assert.equal((await next()).firewall.state, 'open');

    const again = await restart(30 * 60_000);
    const health = await next();
    assert.deepEqual([health.firewall.cause, health.lostContact], ['never', null]);
    assert.equal((await pass(11, {})).lostContact, null, 'as long as each of them may be on its way');
    assert.deepEqual(await codes(again, 'operator'), []);
    assert.deepEqual((await pass(1, {})).lostContact, {
      machines: 3,
      of: 3,
      since,
      isByFirewall: false,
    });

    // The host was asleep: one look, and half an hour later the next.
    assert.equal((await next(30 * 60_000)).lostContact, null);
    assert.equal((await pass(11, {})).lostContact, null);
    assert.equal((await pass(1, {})).lostContact?.machines, 3);
    const told = await codes(again, 'operator');
    assert.deepEqual(
      told.filter((code) => code !== 'site.firewall-open' && code !== 'site.firewall-unchecked'),
      ['site.contact-lost'],
      'neither taken back nor told again',
    );
  },
);

onBothEngines(
  'BSRV-21: who asks while somebody looks waits for that look; what has turned is told once, however many saw it',
  async (t, { databaseUrl }) => {
    const clock = createFakeClock();
    const server = await startTestServer({ databaseUrl, clock });
    atEnd(t, () => server.stop());
    const check = { checkedAt: clock.now(), active: ['nftables'], missing: missing('Tenkai(TCP:443)') };
    const closed: HostFirewall = { state: 'closed', check };
    let looks = 0;
    const lookAtFirewall = async () => {
      looks += 1;
      return closed;
    };
    const { status, machines, kernel } = server.app;
    const settings = await server.call(getSiteSettings);
    const sites = { settings: () => settings };
    const deps = { ...kernel, status, machines, sites, lookAtFirewall };
    const watch = createHealthWatch(deps);
    const found = await Promise.all([watch.lookNow(), watch.lookNow(), watch.lookNow()]);
    assert.deepEqual([looks, new Set(found).size], [1, 1]);
    await watch.lookNow();
    assert.equal(looks, 2, 'the next one looks again');
    const open: HostFirewall = { state: 'open', check: { ...check, missing: [] } };
    await Promise.all([tellFirewall(deps, open), tellFirewall(deps, open), tellFirewall(deps, open)]);
    assert.deepEqual(await codes(server), ['site.firewall-closed', 'site.firewall-open']);
  },
);

test('BSRV-21, BFWL-11: on Windows the server looks itself, by these lines, once a minute, at the profiles of its settings', async () => {
  const needs = { https: 443, redirect: 80, multicast: { first: 56_100, last: 56_227 } };
  const windows = recordedWindows();
  const input = { role: 'server', system: 'windows', profiles: ['domain'] } as const;
  windows.run(openFirewall({ ...input, rules: firewallRules('server', needs) }));
  const [closed] = [...windows.rules].filter(([, data]) => data.includes('TCP:80)'));
  assert.ok(closed);
  windows.rules.set(closed[0], closed[1].replace('Active=TRUE', 'Active=FALSE'));
  windows.asked.length = 0;
  const look = askWindows({ needs, profiles: ['domain'] }, async (ask) => windows.answer(ask));
  const { signal } = new AbortController();
  const found = await look(60_000, signal);
  const lines = [
    'netsh advfirewall show allprofiles',
    'reg query HKLM\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy /s /reg:64',
    'reg query HKLM\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall /s /reg:64',
  ];
  assert.deepEqual(windows.asked, lines);
  assert.equal(found.state, 'closed');
  assert.deepEqual(found.check?.missing, [
    { rule: 'Tenkai(TCP:80)', firewall: 'windows', where: 'domain', remedy: repair },
  ]);
  windows.rules.set(...closed);
  assert.equal((await look(119_999, signal)).state, 'closed');
  assert.equal(windows.asked.length, lines.length);
  assert.equal((await look(120_000, signal)).state, 'open');
  assert.equal(windows.asked.length, 2 * lines.length);
});
