import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { ownSubnet } from '@tenkai/testkit/rig/own-subnet.ts';
import { runOrder, testRunId } from '@tenkai/testkit/small-site/enrolled-agent.ts';
import { publishContent } from '@tenkai/testkit/small-site/publish.ts';
import { newAgent, until } from '@tenkai/testkit/small-site/run-agent.ts';
import { startSmallSite } from '@tenkai/testkit/small-site/small-site.ts';
import { contentPart, copyStep } from '@tenkai/testkit/small-site/steps.ts';
import { findProgram } from '../platform/linux/installer.ts';

const name = `tkfw${process.pid}`;
const { near, far } = ownSubnet();

function ip(...args: string[]): void {
  const { status, stderr } = spawnSync('ip', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr}`);
}

/** A namespace joined to ours whose firewall lets nothing in but answers. */
function closedNamespace(): boolean {
  if (process.getuid?.() !== 0 || !findProgram('ip') || !findProgram('nft')) return false;
  ip('netns', 'add', name);
  ip('link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
  ip('addr', 'add', `${near}/30`, 'dev', name);
  ip('link', 'set', name, 'up');
  for (const args of [
    ['addr', 'add', `${far}/30`, 'dev', 'eth0'],
    ['link', 'set', 'eth0', 'up'],
  ])
    ip('-n', name, ...args);
  const rules =
    'table inet f { chain i { type filter hook input priority 0; policy drop; ct state established accept; }; }';
  const { status } = spawnSync('ip', ['netns', 'exec', name, 'nft', '-f', '-'], { input: rules });
  return status === 0;
}

test('BAGT-05, BAGT-21: behind a firewall that lets nothing in, enrollment, a run, a power state and a shut-down work', {
  timeout: 120_000,
}, async (t) => {
  atEnd(t, () => {
    spawnSync('ip', ['link', 'del', name]);
    spawnSync('ip', ['netns', 'del', name]);
  });
  if (!closedNamespace()) return t.skip('needs root, ip and nft');
  const site = await startSmallSite(near);
  atEnd(t, () => site.close());
  const agent = newAgent();
  atEnd(t, () => agent.remove());
  assert.notEqual(spawnSync('ping', ['-c', '1', '-W', '1', far]).status, 0, 'nothing gets in');
  const { rootFingerprint } = site.keys;
  const powered = join(agent.root, 'power');
  const powerCommand = ['/bin/sh', '-c', `echo "$1" > ${powered}`, 'power'];
  agent.configure({ server: site.url, rootFingerprint, powerCommand });
  agent.start({}, ['ip', 'netns', 'exec', name]);
  const machineId = await until(() => site.connected()[0]);
  await until(() =>
    site.reports.some(({ report }) => report.kind === 'heartbeat' && report.state === 'running'),
  );

  const manifest = await publishContent(site, { 'app/file': 'text' });
  const step = copyStep({ content: contentPart(manifest), from: 'app', to: '/srv' });
  const run = runOrder({ machineId }, [step]);
  const { issuedAt, expiresAt } = run;
  const power = {
    kind: 'power',
    orderId: 'p',
    machineId,
    issuedAt,
    expiresAt,
    action: 'shut-down',
    delaySeconds: 0,
    force: false,
  };
  site.orders.set(machineId, [site.keys.signOrder(run)]);
  site.nudge(machineId);
  await until(() =>
    site.reports.some(
      ({ report }) => report.kind === 'run' && report.event === 'finished' && report.succeeded,
    ),
  );
  assert.ok(existsSync(join(agent.root, 'srv/file')));
  await until(() => existsSync(join(agent.data.runs, `${testRunId}-1`, 'closed')));
  site.orders.set(machineId, [site.keys.signOrder(power)]);
  site.nudge(machineId);
  await until(() => existsSync(powered));
});
