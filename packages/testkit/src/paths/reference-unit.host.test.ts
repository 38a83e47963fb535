/** A reference machine under systemd: prepared by the seven steps, and itself what its image becomes when it starts. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { enrollmentRoutes, machineRoutes } from '@tenkai/protocol';
import { noDebTools } from '../rig/deb.ts';
import { makeNetwork, type Network } from '../rig/network.ts';
import { noSystemdHosts } from '../rig/systemd-host.ts';
import { until } from '../rig/until.ts';
import { machineNamed } from './scene/managed-host.ts';
import { shippedDeb } from './scene/shipped-deb.ts';
import { type SiteProcess, startSiteProcess } from './scene/site-process.ts';
import { startUnitMachine, type UnitMachine } from './scene/unit-machine.ts';

const name = 'reference';
const agentUnit = 'tenkai-agent.service';
const signingKey = '/var/lib/tenkai-agent/identity/signing.key';

describe('a reference machine with systemd', { skip: noSystemdHosts || noDebTools }, () => {
  let network: Network;
  let site: SiteProcess;
  let machine: UnitMachine;
  before(async () => {
    network = await makeNetwork();
    site = await startSiteProcess(network);
    machine = await startUnitMachine(network, name);
    await machine.install(await shippedDeb('agent'));
  });
  after(async () => {
    await machine?.vm.destroy();
    await site?.destroy();
    await network?.destroy();
  });

  async function giveTicket(): Promise<void> {
    const body = { name: 'tests', maxUses: 1, validHours: 1 };
    const { secret } = await site.api(enrollmentRoutes.createTicket, { body });
    await machine.vm.ask('umask 077; cat > /root/ticket', { input: secret });
  }

  const enroll = async () => {
    await giveTicket();
    const { url, rootFingerprint } = site;
    const where = `--server ${url} --root-fingerprint ${rootFingerprint}`;
    await machine.vm.ask(`tenkai-agent enroll ${where} --ticket-file /root/ticket`);
  };
  const idOfOther = (former: string) =>
    until('the site has met a machine of that name', async () => {
      const { items } = await site.api(machineRoutes.list, { query: {} });
      return items.find((row) => row.name === name && row.id !== former && row.isOnline)?.id;
    });
  const unitStates = async () => {
    const { ActiveState, UnitFileState } = await machine.unit(agentUnit);
    return [ActiveState, UnitFileState];
  };

  test('MASTER-10, MASTER-16, MASTER-17, MASTER-20: under systemd the unit is stopped and taken from the start, the machine is made general, and its next start is that of another machine', async () => {
    const { vm } = machine;
    await enroll();
    const former = await idOfOther('');
    const machineId = await vm.ask('cat /etc/machine-id');
    const key = await vm.ask(['cat', signingKey]);
    const prepare = ['tenkai-agent', 'master', 'prepare', '--locator', 'mp1.lab.example', '--unassign'];
    const refused = await vm.run(prepare);
    assert.deepEqual([refused.code, await unitStates()], [1, ['active', 'enabled']], refused.stderr);
    assert.match(refused.stderr, /master-online/);

    await vm.ask(['systemctl', 'disable', '--now', agentUnit]);
    for (const step of ['1', '2']) await vm.ask([...prepare, '--step', step]);
    await vm.cutPower();
    await vm.powerOn();
    // Everything that starts with the system has started by then.
    await vm.run(['systemctl', 'is-system-running', '--wait']);
    assert.deepEqual(await unitStates(), ['inactive', 'disabled'], 'step 2 holds over a restart');
    await vm.ask(prepare);
    assert.deepEqual(
      await unitStates(),
      ['inactive', 'enabled'],
      'it starts with the system, and not before',
    );
    const audit = JSON.parse(await vm.ask('tenkai-agent master audit --json')) as { findings: unknown[] };
    assert.deepEqual(audit.findings, []);
    assert.equal(
      await vm.ask(`cat /etc/machine-id; ls ${signingKey} /etc/ssh/*_key 2>/dev/null || true`),
      '',
    );

    await vm.cutPower();
    await vm.powerOn();
    await until('the unit runs', async () => (await unitStates())[0] === 'active');
    assert.deepEqual(await unitStates(), ['active', 'enabled']);
    assert.notEqual(await vm.ask('cat /etc/machine-id'), machineId);
    // Nobody has told it its site yet: the name in the image is of no network here.
    assert.equal((await machineNamed(site, name)).id, former);
    await enroll();
    const next = await idOfOther(former);
    assert.notEqual(next, former);
    assert.notEqual(await vm.ask(['cat', signingKey]), key);
    const { items } = await site.api(machineRoutes.list, { query: {} });
    assert.deepEqual(
      items.map(({ id, enrollment, isOnline }) => [id, enrollment, isOnline]).sort(),
      [
        [former, 'enrolled', false],
        [next, 'enrolled', true],
      ].sort(),
    );
  });
});
