/**
 * Patches of the agent on a Debian host with the package as it ships, made and signed as an administrator does it. One
 * story, in order.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { enrollmentRoutes } from '@tenkai/protocol';
import { listStatusMessages } from '@tenkai/protocol/api/status.ts';
import { installStep } from '../../builders.ts';
import { noDebTools } from '../../rig/deb.ts';
import { type DebianHost, noDebianHosts, startHost } from '../../rig/debian-host.ts';
import { until } from '../../rig/until.ts';
import { runProgram } from '../../tenkai-cli.ts';
import { cliEnvironment } from '../scene/cli-environment.ts';
import { deployTo, registerCommand, untilEnded } from '../scene/deploy.ts';
import { type HostScene, startHostScene } from '../scene/host-scene.ts';
import { machineNamed } from '../scene/managed-host.ts';
import { shippedDeb } from '../scene/shipped-deb.ts';

const name = 'patch-host';
const newer = '0.1.1';
const slowMs = 300_000;
const main = join(import.meta.dirname, '../../../../cli/src/main.ts');
const patchPath = '/root/Client Patches/TK1001.tkp';

describe('patches of the agent', { skip: noDebianHosts || noDebTools, timeout: 900_000 }, () => {
  let scene: HostScene;
  let host: DebianHost;
  let folder: string;
  let env: Record<string, string>;
  let machineId: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tenkai-patch-host-'));
    scene = await startHostScene([]);
    host = await startHost({ name, network: scene.network });
    env = await cliEnvironment(scene.site, folder);
    await tenkai(
      'create',
      await shippedDeb('agent', newer),
      '--id',
      'TK1001',
      '--title',
      'A cure',
      '--out',
      file(),
    );
    await host.copyIn(await shippedDeb('agent'), '/root/agent.deb');
  });
  after(async () => {
    await host?.destroy();
    await scene?.destroy();
    await rm(folder, { recursive: true, force: true });
  });

  const file = () => join(folder, 'TK1001.tkp');
  const tenkai = async (...args: string[]) => {
    const { code, stderr } = await runProgram(process.execPath, [main, 'agent', 'patch', ...args], { env });
    assert.equal(code, 0, stderr);
  };
  /** Without any network: what an installation needs is on the machine. */
  const install = (properties: string) =>
    host.run('unshare --net dpkg --install /root/agent.deb', {
      timeoutMs: slowMs,
      env: { TENKAI_AGENT_PROPERTIES: properties },
    });
  const sums = () => host.ask('cd /usr/lib/tenkai-agent && sha256sum *.mjs');
  const version = () => host.ask('tenkai-agent --version');
  const settings = () => host.ask('cat /var/lib/tenkai-agent/agent.json');
  const state = async () => {
    const patches = JSON.parse(await host.ask('tenkai-agent patch list --json')) as {
      id: string;
      state: string;
    }[];
    return patches.map(({ id, state }) => `${id} ${state}`);
  };
  const online = async () => (await machineNamed(scene.site, name).catch(() => undefined))?.isOnline;

  test('AGENT-14: a patch that is not here is refused before anything is changed', async () => {
    const { code, stderr } = await install(`PATCH="${patchPath}"`);
    assert.match(
      stderr,
      /PATCH= names \/root\/Client Patches\/TK1001\.tkp, which is not here\. Nothing was changed/,
    );
    assert.notEqual(code, 0);
    assert.equal((await host.run('test -e /usr/bin/tenkai-agent')).code, 1);
  });

  test('AGENT-01, AGENT-14: installed from local files alone, the agent is patched right after the first installation', async () => {
    await host.copyIn(file(), patchPath);
    const { secret } = await scene.site.api(enrollmentRoutes.createTicket, {
      body: { name: 'patch', maxUses: 1, validHours: 1 },
    });
    await host.writeFile('/root/ticket', secret, 0o600);
    const { url, rootFingerprint } = scene.site;
    const given = `MP=${url} FSP=fsp.example ROOTFINGERPRINT=${rootFingerprint} TICKET=/root/ticket`;
    const { code, stderr } = await install(`${given} PATCH="${patchPath}"`);
    assert.equal(code, 0, stderr);
    assert.deepEqual([await version(), await state()], [newer, ['TK1001 compliant']]);
    const service = host.service(['/usr/bin/tenkai-agent', 'run']);
    await until('the machine is online', async () => (await online()) === true, slowMs);
    assert.equal(service.isRunning, true);
    machineId = (await machineNamed(scene.site, name)).id;
  });

  test('AGENT-07, AGENT-27, HOTFIX-26: a repair by the package manager keeps patch and properties', async () => {
    const before = [await sums(), await settings()];
    assert.match(before[1] ?? '', /fsp\.example/);
    await rmPatchFile();
    const { code, stderr } = await install('');
    assert.equal(code, 0, stderr);
    assert.deepEqual([await sums(), await settings()], before);
    assert.deepEqual([await version(), await state()], [newer, ['TK1001 compliant']]);
  });
  test('AGENT-29: machine and site know what became of a property: value, origin, time and version', async () => {
    type Event = { name: string; from: string | null; to: string | null; origin: string; version: string };
    const events = JSON.parse(await host.ask('tenkai-agent properties FSP --json')) as Event[];
    const told = ({ from, to, origin, version }: Event) => [from, to, origin, version];
    // The patch came after it, and changed none.
    const expected = [null, 'https://fsp.example', 'installation', '0.1.0'];
    assert.deepEqual(events.map(told), [expected]);
    const query = { machineId, object: 'property:FSP' };
    const onSite = async () => (await scene.site.api(listStatusMessages, { query })).items;
    await until('the site knows', async () => (await onSite()).length > 0, slowMs);
    assert.deepEqual(
      (await onSite()).map(({ code, params }) => [code, ...told(params as unknown as Event)]),
      [['machine.agent-property-changed', '-', ...expected.slice(1)]],
    );
  });
  const rmPatchFile = () => host.ask(['rm', patchPath]);

  test('AGENT-26, AGENT-28: a dry run prints what becomes of programs and properties, and what the original would have lost', async () => {
    await host.ask('tenkai-agent patch rollback TK1001 --no-restart');
    await host.copyIn(file(), patchPath);
    const before = [await sums(), await settings()];
    const patch = (...more: string[]) => host.ask(['tenkai-agent', 'patch', 'apply', patchPath, ...more]);
    const shown = await patch('--dry-run', 'LOCATOR=slp.example');
    assert.match(shown, /^program tenkai-agent\.mjs: 0\.1\.0 becomes 0\.1\.1$/m);
    assert.match(shown, /^property FSP: kept$/m);
    assert.match(shown, /^property LOCATOR: added, https:\/\/slp\.example$/m);
    const [, lost = ''] = (await patch('--as-original', 'MP=tenkai.example')).split('the original would');
    assert.match(lost, /^property FSP: removed, was https:\/\/fsp\.example$/m);
    assert.match(lost, /^property MP: kept$/m);
    assert.deepEqual([await sums(), await settings()], before);
    await patch('LOCATOR=slp.example', '--no-restart');
    assert.match(await settings(), /slp\.example/);
    const back = await host.ask('tenkai-agent patch rollback TK1001 --no-restart');
    assert.match(back, /^property LOCATOR: restored$/m);
    assert.deepEqual([await sums(), JSON.parse(await settings())], [before[0], JSON.parse(before[1] ?? '')]);
    await patch('--no-restart');
  });

  test('HOTFIX-03, HOTFIX-27, HOTFIX-30: by PATCH=, as a package and as a step: the same programs, no restart, and back', async () => {
    const [patched, bootId] = [await sums(), await host.ask('cat /proc/sys/kernel/random/boot_id')];
    await tenkai('register', file());
    await registerCommand(scene.site, 'before', 'touch /opt/before', {
      detection: [{ kind: 'file', path: '/opt/before' }],
    });
    const steps = { alone: ['tenkai-agent-TK1001'], 'in a scenario': ['before', 'tenkai-agent-TK1001'] };
    for (const [way, packages] of Object.entries(steps)) {
      await host.ask('tenkai-agent patch rollback TK1001 --no-restart');
      assert.deepEqual([await version(), await state()], ['0.1.0', []]);
      const scenario = { name: way, steps: packages.map((one) => installStep(one)) };
      const [run] = await untilEnded(scene.site, await deployTo(scene.site, [machineId], scenario), 1);
      assert.equal(run?.status, 'succeeded', JSON.stringify([run?.reason, run?.steps]));
      assert.equal(await sums(), patched, way);
      assert.deepEqual(await state(), ['TK1001 compliant']);
    }
    assert.equal(await host.ask('cat /proc/sys/kernel/random/boot_id'), bootId);
    assert.match(await settings(), /fsp\.example/);
  });
});
