import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostFirewall } from '@tenkai/domain';
import type { SiteHealth } from '@tenkai/protocol/api/site-health.ts';
import { createFakeClock } from '@tenkai/server/kernel/clock.ts';
import { atEnd } from '../at-end.ts';
import { startTestServer } from '../start-server.ts';
import { cliOf } from '../tenkai-cli.ts';

test('BSRV-21: tenkai site health names what is missing and the command that repairs it; status 1 until it is', async (t) => {
  const clock = createFakeClock();
  const repair = 'tenkai firewall open --role server';
  const missing = [{ rule: 'Tenkai(TCP:443)', firewall: 'nftables', where: 'inet a b', remedy: repair }];
  let found: HostFirewall = { state: 'not-checked', cause: 'too-old' };
  const server = await startTestServer({ listen: true, clock, lookAtFirewall: async () => found });
  atEnd(t, () => server.stop());
  const cli = await cliOf(t, server);
  const health = async (next: HostFirewall) => {
    found = next;
    clock.advance(15_000);
    await server.kernel.jobs.idle();
    return cli.run(['site', 'health']);
  };
  const unchecked = await health(found);
  assert.equal(unchecked.code, 0);
  assert.match(
    unchecked.stdout,
    /not checked, nobody looks any more: .*tenkai-firewall-check\.timer\nContact: no/,
  );
  const check = { checkedAt: clock.now(), active: ['nftables'], missing };
  const closed = await health({ state: 'closed', check });
  assert.equal(closed.code, 1);
  assert.match(closed.stdout, /CLOSED \(nftables\) since .*; missing: Tenkai\(TCP:443\)\n/);
  assert.match(closed.stderr, /As root on that host: tenkai firewall open --role server\n/);
  const { stdout } = await cli.run(['--json', 'site', 'health']);
  const { firewall } = JSON.parse(stdout) as SiteHealth;
  assert.deepEqual([firewall.state, firewall.missing, firewall.repair], ['closed', missing, repair]);
  const open = await health({ state: 'open', check: { ...check, missing: [] } });
  assert.deepEqual(
    [open.code, open.stdout.split('\n')[0]],
    [0, "Firewall of the server's host: open (nftables)"],
  );
});
