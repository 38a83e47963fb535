import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { enrollmentRoutes, getSiteHealth, listStatusMessages, machineRoutes } from '@tenkai/protocol';
import { changeSiteSettings } from '@tenkai/protocol/api/site.ts';
import { atEnd } from '../../at-end.ts';
import { output, runCommand } from '../../rig/command.ts';
import { noFirewall } from '../../rig/guarded-host.ts';
import { makeNetwork, noNetworks } from '../../rig/network.ts';
import { makeRigFolder } from '../../rig/rig-folder.ts';
import { until } from '../../rig/until.ts';
import { newAgent } from '../../small-site/run-agent.ts';
import { startSiteProcess } from '../scene/site-process.ts';

const main = resolve(import.meta.dirname, '../../../../cli/src/main.ts');
const limitMs = 600_000;

/** As somebody turns it on who does not know of the site: the test itself comes in by the loopback. */
const turnedOn = `
table inet host {
  chain inbound {
    type filter hook input priority filter; policy drop;
    iif "lo" accept
    tcp dport 22 accept
  }
}`;

test("BSRV-21: the server's host gets a firewall after the installation: the health names the port, who lost contact by it, and the command that opens it", {
  skip: noNetworks || noFirewall('nftables'),
  timeout: limitMs,
}, async (t) => {
  const network = await makeNetwork();
  atEnd(t, () => network.destroy());
  const machine = await network.addMachine();
  const folder = await makeRigFolder('firewall-check');
  atEnd(t, () => rm(folder, { recursive: true }));
  const file = join(folder, 'check.json');
  const site = await startSiteProcess(network, { env: { TENKAI_FIREWALL_CHECK: file } });
  atEnd(t, () => site.destroy());
  const env = { PATH: process.env.PATH ?? '', HOME: '/root', TENKAI_PORT: '8443' };
  const tenkai = (...words: string[]) =>
    runCommand(network.site.command([process.execPath, main, ...words]), { env });
  /** What the unit does each minute, and the health after it. */
  const health = async () => {
    const { code, stderr } = await tenkai('firewall', 'check', '--role', 'server', '--write', file);
    assert.equal(code, 0, stderr);
    return site.api(getSiteHealth);
  };
  const untilState = (state: string) =>
    until(
      `the firewall is ${state}`,
      async () => {
        const { firewall } = await health();
        return firewall.state === state ? firewall : undefined;
      },
      limitMs,
    );
  const comesIn = async () => {
    const connect = `exec 3<>/dev/tcp/${network.site.address}/8443`;
    return (await runCommand(machine.command(['timeout', '2', 'bash', '--norc', '-c', connect]))).code === 0;
  };

  await site.api(changeSiteSettings, { body: { heartbeatMs: 10_000, heartbeatJitterMs: 0 } });
  const agent = newAgent();
  atEnd(t, () => agent.remove());
  const body = { name: 'tests', maxUses: 1, validHours: 1 };
  const { secret } = await site.api(enrollmentRoutes.createTicket, { body });
  const ticket = join(agent.root, 'ticket');
  writeFileSync(ticket, secret, { mode: 0o600 });
  const trust = ['--root-fingerprint', site.rootFingerprint, '--ticket-file', ticket];
  const enrolled = await agent.command('enroll', '--server', site.baseUrl, ...trust);
  assert.equal(enrolled.status, 0, enrolled.stderr);
  // The machine is another one than the test's.
  agent.configure({ server: site.url });
  agent.start({}, machine.command([]));
  const first = await untilState('open');
  assert.deepEqual([first.active, first.missing], [[], []]);
  assert.equal(await comesIn(), true);
  const isHeard = async () => {
    const { items } = await site.api(machineRoutes.list, { query: {} });
    return items.some(({ isOnline, powerState }) => isOnline && powerState === 'on');
  };
  await until('the agent has checked in', isHeard, limitMs);

  await output(network.site.command(['nft', '-f', '-']), { input: turnedOn });
  assert.equal(await comesIn(), false);
  const closed = await untilState('closed');
  const repair = 'tenkai firewall open --role server';
  assert.deepEqual(closed.active, ['nftables']);
  assert.deepEqual(closed.missing, [
    { rule: 'Tenkai(TCP:8443)', firewall: 'nftables', where: 'inet host inbound', remedy: repair },
  ]);
  assert.equal(closed.repair, repair);
  const lost = await until(
    'the agent is missed',
    async () => (await health()).lostContact ?? undefined,
    limitMs,
  );
  assert.deepEqual([lost.machines, lost.of, lost.isByFirewall], [1, 1, true]);

  const repaired = await tenkai(...closed.repair.split(' ').slice(1));
  assert.equal(repaired.code, 0, repaired.stderr);
  assert.equal(await comesIn(), true);
  assert.deepEqual((await untilState('open')).missing, []);
  await until('the agent is heard again', async () => (await health()).lostContact === null, limitMs);
  const { items } = await site.api(listStatusMessages, { query: { component: 'server', limit: 100 } });
  assert.deepEqual(
    items
      .filter(({ code }) => /firewall|contact/.test(code))
      .map(({ code }) => code)
      .reverse(),
    ['site.firewall-closed', 'site.contact-lost-by-firewall', 'site.firewall-open', 'site.contact-back'],
  );
});
