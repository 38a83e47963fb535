/**
 * Both Debian packages as they ship, on one machine with systemd: a site, and the agent that it manages. The tests
 * are one story, in order: each goes on with the machine as the one before left it.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Step } from '@tenkai/domain';
import { distributionPointRoutes, enrollmentRoutes, machineRoutes, type RunDetail } from '@tenkai/protocol';
import { installStep } from '../../builders.ts';
import { noDebTools } from '../../rig/deb.ts';
import { makeNetwork, type Network } from '../../rig/network.ts';
import { noSystemdHosts } from '../../rig/systemd-host.ts';
import type { SystemdMachine } from '../../rig/systemd-machine.ts';
import { until } from '../../rig/until.ts';
import { deployTo, registerCommand, untilEnded } from '../scene/deploy.ts';
import { machineNamed } from '../scene/managed-host.ts';
import { assertOneResultEach } from '../scene/one-result-each.ts';
import type { ReachedSite } from '../scene/reach-site.ts';
import { registerAgent, shippedDeb } from '../scene/shipped-deb.ts';
import { startUnitMachine, type UnitMachine } from '../scene/unit-machine.ts';

const name = 'unit-vm';
const agentUnit = 'tenkai-agent.service';
const serverUnit = 'tenkai-server.service';
const slowMs = 480_000;
const newer = '0.1.1';

describe('both packages on a machine with systemd', {
  skip: noSystemdHosts || noDebTools,
}, () => {
  let network: Network;
  let machine: UnitMachine;
  let vm: SystemdMachine;
  let site: ReachedSite;
  let machineId: string;
  let servicePid: string;
  let isBroken = false;
  /** One part of the story; none is told after one that went wrong. */
  const chapter = (title: string, tell: () => Promise<void>) =>
    test(title, async (t) => {
      if (isBroken) return t.skip('an earlier one failed');
      isBroken = true;
      await tell();
      isBroken = false;
    });
  before(async () => {
    network = await makeNetwork();
    const debs = Promise.all([shippedDeb('agent'), shippedDeb('server'), shippedDeb('agent', newer)]);
    [machine] = await Promise.all([startUnitMachine(network, name), debs]);
    vm = machine.vm;
  });
  after(async () => {
    await vm?.destroy();
    await network?.destroy();
  });

  const untilOnline = () =>
    until(
      'the machine is online',
      async () => {
        const row = await machineNamed(site, name).catch(() => undefined);
        return row?.isOnline && row.powerState === 'on' && row.architecture !== '' ? row : undefined;
      },
      slowMs,
    );

  async function onlyRun(deploymentId: string): Promise<RunDetail> {
    const [run] = await untilEnded(site, deploymentId, 1);
    assert.ok(run);
    return run;
  }

  chapter(
    'AGENT-32, AGENT-35: installed without settings the agent is a unit with name, description and log, unassigned and silent',
    async () => {
      const connectionsMade = async () =>
        (await vm.ask("grep -h '^Tcp:\\|^Udp:' /proc/net/snmp")).split('\n');
      await vm.copyIn(await shippedDeb('agent'), '/root/agent.deb');
      const before = await connectionsMade();
      await vm.ask(['dpkg', '--install', '/root/agent.deb'], { timeoutMs: slowMs });
      await until('the service is up', async () => (await machine.agentStatus()).general.isRunning, slowMs);
      const unit = await machine.unit(agentUnit);
      assert.deepEqual(
        [unit.ActiveState, unit.UnitFileState, unit.Description, unit.NRestarts],
        ['active', 'enabled', 'Tenkai agent', '0'],
      );
      servicePid = unit.MainPID;
      const { site, components, general } = await machine.agentStatus();
      assert.deepEqual([site.isAssigned, site.server, general.isConnected], [false, null, false]);
      assert.match(general.trouble, /does not know its site yet/);
      const states = components.map((component) => [component.name, component.state]);
      for (const [component, state] of states)
        assert.equal(state, component === 'notification' ? 'disabled' : 'installed', component);
      const log = await vm.ask('cat /var/lib/tenkai-agent/log/agent.log');
      assert.deepEqual(
        log.split('\n').filter((line) => (JSON.parse(line) as { level: number }).level > 30),
        [],
        'no warning',
      );
      assert.deepEqual(await connectionsMade(), before, 'nothing was sent by anybody');
    },
  );

  chapter('the server is a unit of its own user, listens on 443 and 80, and is well', async () => {
    await machine.install(await shippedDeb('server'));
    site = await machine.reachSite();
    const unit = await machine.unit(serverUnit);
    assert.deepEqual(
      [unit.ActiveState, unit.UnitFileState, unit.NRestarts, unit.User],
      ['active', 'enabled', '0', 'tenkai'],
    );
    assert.equal(await vm.ask('stat -c "%U %a" /var/lib/tenkai'), 'tenkai 700');
    const ask = "fetch('https://127.0.0.1/healthz').then(async (r) => console.log(r.status, await r.text()))";
    const healthz = `NODE_TLS_REJECT_UNAUTHORIZED=0 /usr/lib/tenkai-server/node --no-warnings -e "${ask}"`;
    assert.equal(await vm.ask(healthz), '200 {"ok":true}');
    const plain =
      'exec 3<>/dev/tcp/127.0.0.1/80; printf "GET /x HTTP/1.1\\r\\nHost: site\\r\\n\\r\\n" >&3; head -n 5 <&3';
    assert.match(await vm.ask(['bash', '-c', plain]), /^HTTP\/1\.1 30[178].*\nlocation: https:\/\/site\/x/is);
    assert.equal(await vm.ask('systemctl list-units --failed --no-legend --plain'), '');
    // A folder outside of the server's own: its sandbox must let it be.
    await vm.ask(['install', '-d', '-o', 'tenkai', '-g', 'tenkai', '/srv/point']);
    // No web server is asked: what counts here is that the server may write there.
    const place = { baseUrl: `http://${vm.address}:8080`, folder: '/srv/point', hasFileView: false };
    const body = { name: 'web server', ...place, isEnabled: true, takesAll: true, preference: 1000 };
    await site.api(distributionPointRoutes.create, { body });
  });

  chapter('the agent, which has waited since, is enrolled by a ticket without a restart', async () => {
    const body = { name: 'units', maxUses: 1, validHours: 1 };
    const { secret, rootFingerprint } = await site.api(enrollmentRoutes.createTicket, { body });
    await vm.ask('umask 077; cat > /root/ticket', { input: secret });
    const options = `--server https://${vm.address} --root-fingerprint ${rootFingerprint} --ticket-file /root/ticket`;
    await vm.ask(`tenkai-agent enroll ${options}`);
    machineId = (await untilOnline()).id;
    const unit = await machine.unit(agentUnit);
    assert.deepEqual([unit.MainPID, unit.NRestarts], [servicePid, '0'], 'it never restarted');
    assert.equal((await vm.run('test -e /root/ticket')).code, 1, 'the ticket is gone');
    assert.equal((await machine.agentStatus()).site.isAssigned, true);
  });

  chapter('AGENT-36, AGENT-37: stopped and started is one thing, disabled and enabled another', async () => {
    const states = async () => {
      const { ActiveState, UnitFileState } = await machine.unit(agentUnit);
      return `${ActiveState} ${UnitFileState}`;
    };
    await vm.ask(['systemctl', 'stop', agentUnit]);
    assert.equal(await states(), 'inactive enabled');
    await vm.ask(['systemctl', 'disable', agentUnit]);
    // What an upgrade does after its files are in place.
    await vm.ask(['dpkg-reconfigure', 'tenkai-agent']);
    assert.equal(await states(), 'inactive disabled', 'an upgrade does not start it either');
    await vm.ask(['systemctl', 'enable', agentUnit]);
    assert.equal(await states(), 'inactive enabled', 'enabled is not started');
  });

  chapter('a machine whose agent is stopped answers the echo of the server in its sandbox', async () => {
    await until('the site sees it go', async () => !(await machineNamed(site, name)).isOnline, slowMs);
    await site.api(machineRoutes.power, { body: { machineIds: [machineId], action: 'query' } });
    assert.equal((await machineNamed(site, name)).powerState, 'on');
    await vm.ask(['systemctl', 'start', agentUnit]);
    await untilOnline();
  });

  chapter(
    'a restart of the machine in the middle of a run: both come back, the run goes on, nobody enrolls again',
    async () => {
      const bootId = 'cat /proc/sys/kernel/random/boot_id';
      const detection = [{ kind: 'file' as const, path: '/var/tmp/as-user' }];
      const touch = 'touch in-its-work-folder /var/tmp/as-user';
      await registerCommand(site, 'as-user', touch, { detection }, { rights: 'user' });
      const id = await deployTo(site, [machineId], {
        name: 'restart',
        steps: [
          script('first', `${bootId} > /opt/first`),
          { kind: 'restart', id: 'restart', name: 'restart' },
          script('second', `${bootId} > /opt/second`),
          installStep('as-user'),
        ],
      });
      const former = await vm.bootId();
      await vm.untilRebooted(former);
      const run = await onlyRun(id);
      assert.equal(run.status, 'succeeded', JSON.stringify(run.reason));
      const [first, second] = (await vm.ask('cat /opt/first /opt/second')).split('\n');
      assert.deepEqual([first, second], [former, await vm.bootId()], 'one restart');
      await assertOneResultEach(vm, run);
      assert.equal(
        await vm.ask(['stat', '-c', '%U', '/var/tmp/as-user']),
        'nobody',
        'a program without rights',
      );
      for (const unit of [agentUnit, serverUnit]) {
        const { ActiveState, NRestarts } = await machine.unit(unit);
        assert.deepEqual([ActiveState, NRestarts], ['active', '0'], unit);
      }
      assert.equal((await untilOnline()).id, machineId);
      const { items } = await site.api(machineRoutes.list, { query: { limit: 10 } });
      assert.deepEqual(
        items.map((item) => item.id),
        [machineId],
        'the same machine, and no other',
      );
      const log = await vm.ask('cat /var/lib/tenkai-agent/log/agent.log');
      assert.equal(log.match(/"msg":"enrolled"/g)?.length, 1, 'enrolled once');
    },
  );

  chapter('AGENT-38: a run whose own step upgrades the agent ends as if nothing had happened', async () => {
    await registerAgent(site, newer);
    const whoAmI = "sed -n 's/^0:://p' /proc/self/cgroup; cut -d' ' -f4 /proc/$PPID/stat";
    const id = await deployTo(site, [machineId], {
      name: 'upgrade',
      steps: [
        script('engine-before', `(${whoAmI}) > /opt/engine-before`),
        script('stop-the-agent', `systemctl stop ${agentUnit} && systemctl start ${agentUnit}`),
        installStep('tenkai-agent'),
        script('engine-after', `(${whoAmI}) > /opt/engine-after`),
      ],
    });
    const run = await onlyRun(id);
    assert.equal(run.status, 'succeeded', JSON.stringify(run.reason));
    assert.deepEqual([run.versionBefore, run.versionAfter], ['0.1.0', newer]);
    await assertOneResultEach(vm, run);
    const engine = await vm.ask('cat /opt/engine-before');
    assert.match(engine, /^\/system\.slice\/tenkai-engine-[^/]+\.service\n\d+$/);
    assert.equal(await vm.ask('cat /opt/engine-after'), engine, 'the same unit and the same process');
    assert.equal(await machine.installedVersion('tenkai-agent'), newer);
    await until('the site knows the new version', async () => {
      const row = await machineNamed(site, name);
      return row.isOnline && row.agentVersion === newer;
    });
    assert.equal((await machine.agentStatus()).general.version, newer);
    await untilNoEngine();
  });

  chapter('a web server can read all that the server has copied to a distribution point', async () => {
    const copied = 'find /srv/point/manifests /srv/point/objects -type f | wc -l';
    await until(
      'the content lies in the distribution point',
      async () => Number(await vm.ask(copied)) > 1,
      slowMs,
    );
    assert.equal(await vm.ask('find /srv/point ! -perm -o=r'), '');
  });

  chapter('removed, also in the middle of a run, the units are gone; purged, the data too', async () => {
    await deployTo(site, [machineId], { name: 'endless', steps: [script('endless', 'exec sleep 3600')] });
    await until('the engine works', async () => (await engines()) !== '', slowMs);
    const both = ['tenkai-agent', 'tenkai-server'];
    await vm.ask(['dpkg', '--remove', ...both], { timeoutMs: slowMs });
    for (const unit of [agentUnit, serverUnit])
      assert.equal((await machine.unit(unit)).LoadState, 'not-found', unit);
    assert.equal(await engines(), '', 'no engine');
    assert.equal((await vm.run('ls -l /proc/[0-9]*/exe 2>/dev/null | grep tenkai')).stdout, '', 'no process');
    await vm.ask(
      'test -s /var/lib/tenkai-agent/identity/enrollment.json && test -s /var/lib/tenkai/tenkai.db',
    );
    await vm.ask(['dpkg', '--purge', ...both]);
    const left =
      'find /etc /usr /var /opt -name "*tenkai*" -not -path "/var/lib/dpkg/*" -not -path "/var/log/*"';
    assert.equal(await vm.ask(left), '', 'nothing is left');
    assert.equal(await vm.ask('systemctl list-units --failed --no-legend --plain'), '');
  });

  const engines = () => vm.ask("systemctl list-units --no-legend --plain 'tenkai-engine-*'");
  const untilNoEngine = () => until('the engine is gone', async () => (await engines()) === '', slowMs);
});

function script(id: string, text: string): Step {
  return { kind: 'run-script', id, name: id, interpreter: 'sh', text };
}
