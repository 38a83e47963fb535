import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { DeploymentDraft } from '@tenkai/domain';
import { machineRoutes } from '@tenkai/protocol';
import { installStep } from '../../builders.ts';
import { noDebTools } from '../../rig/deb.ts';
import { noDebianHosts } from '../../rig/debian-host.ts';
import { until } from '../../rig/until.ts';
import { deployTo, registerCommand, untilEnded, untilRun } from '../scene/deploy.ts';
import { type HostScene, startHostScene } from '../scene/host-scene.ts';
import type { ManagedHost } from '../scene/managed-host.ts';
import type { SiteProcess } from '../scene/site-process.ts';

describe('runs for the next start on a real host', { skip: noDebianHosts || noDebTools }, () => {
  let scene: HostScene;
  let site: SiteProcess;
  let one: ManagedHost;
  before(async () => {
    scene = await startHostScene(['one']);
    site = scene.site;
    [one] = scene.hosts as [ManagedHost];
  });
  after(() => scene?.destroy());

  /** A package whose installer writes its name and the boot in which it ran. */
  async function deploy(id: string, over: Partial<DeploymentDraft>): Promise<string> {
    const commandLine = `echo ${id} $(cat /proc/sys/kernel/random/boot_id) >> /opt/sequence; touch /opt/${id}`;
    await registerCommand(site, id, commandLine, { detection: [{ kind: 'file', path: `/opt/${id}` }] });
    const scenario = { name: `Install ${id}`, steps: [installStep(id)] };
    return deployTo(site, [one.machineId], scenario, { timing: 'at-next-start', ...over });
  }
  const untilStaged = (deploymentId: string) =>
    untilRun(site, deploymentId, 'it is staged', (run) => run.reason?.code === 'next-start');
  const sequence = async () => {
    const text = await one.host.ask('cat /opt/sequence 2>/dev/null || true');
    return text === '' ? [] : text.split('\n').map((line) => line.split(' '));
  };
  const pending = async () =>
    (await site.api(machineRoutes.get, { params: { id: one.machineId } })).pendingStarts.count;
  const statusOf = async (id: string) => (await untilEnded(site, id, 1)).map(({ status }) => status);

  test('BAGT-14, BSCN-19, BSCN-24, BPWR-11: staged, not applied; after a restart applied in order, each with its result', async () => {
    const ids: string[] = [];
    for (const name of ['first', 'second', 'third']) {
      ids.push(await deploy(name, {}));
      await untilStaged(ids.at(-1) ?? '');
    }
    const before = await one.host.ask('cat /proc/sys/kernel/random/boot_id');
    assert.deepEqual(await sequence(), []);
    assert.equal(await pending(), 3);
    // The agent's service starts anew, the machine does not.
    await one.host.run(['pkill', '-KILL', '-f', 'tenkai-agent.mjs run']);
    await until('the agent is down', () => !one.agent.isRunning);
    one.agent.start();
    await one.untilOnline();
    assert.deepEqual(await sequence(), []);

    const boots = one.host.boots;
    const body = { machineIds: [one.machineId], action: 'restart' as const };
    const { results } = await site.api(machineRoutes.power, { body });
    assert.deepEqual(
      results.map(({ accepted }) => accepted),
      [true],
      'what is staged keeps nobody from restarting',
    );
    await one.host.untilBooted(boots + 1);
    for (const id of ids) assert.deepEqual(await statusOf(id), ['succeeded']);
    const done = await sequence();
    assert.deepEqual(
      done.map(([name]) => name),
      ['first', 'second', 'third'],
    );
    assert.equal(new Set(done.map(([, boot]) => boot)).size, 1, 'all in one boot');
    assert.notEqual(done[0]?.[1], before);
    assert.equal(one.host.boots, boots + 1, 'one restart');
    assert.equal(await pending(), 0);
  });
});
