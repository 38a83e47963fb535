/** Point releases of a Debian as automatic update: each needs the one before it, and the second a restart. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { updateRoutes } from '@tenkai/protocol/api/index.ts';
import { noDebTools } from '../rig/deb.ts';
import { noSystemdHosts, type SystemdHost } from '../rig/systemd-host.ts';
import { until } from '../rig/until.ts';
import { registerDeb } from './scene/deploy.ts';
import { startUnitScene, type UnitScene } from './scene/managed-unit.ts';
import type { SiteProcess } from './scene/site-process.ts';

const slowMs = 240_000;
const level = (point: number) => `level-${point}`;
/** Each installation writes down its release and the boot in which it was done. */
const postinst = (version: string) =>
  `#!/bin/sh\necho ${version} $(cat /proc/sys/kernel/random/boot_id) >> /opt/releases\n`;

describe('automatic update on a real machine', { skip: noSystemdHosts || noDebTools }, () => {
  let scene: UnitScene;
  let site: SiteProcess;
  let host: SystemdHost;
  let machineId: string;
  let untilOnline: () => Promise<void>;
  before(async () => {
    scene = await startUnitScene('behind');
    ({ site, host, machineId, untilOnline } = scene);
  });
  after(() => scene?.destroy());

  /** The package web server of a distribution would bring them; only the last is wanted for its own sake. */
  async function register(point: number): Promise<void> {
    const version = `12.${point}`;
    await registerDeb(
      site,
      {
        name: 'release',
        version,
        files: { '/etc/release-level': `${version}\n` },
        scripts: { postinst: postinst(version) },
      },
      {
        id: level(point),
        name: `Release ${version}`,
        urgency: 'highest',
        restartAfterInstall: point === 2,
        detection: [{ kind: 'package', source: 'dpkg', name: 'release', operator: '>=', version }],
        requires: point === 1 ? [] : [{ anyOf: [level(point - 1)] }],
        supersedes: point === 1 ? [] : [level(point - 1)],
      },
    );
  }

  test('BAUT-28, BAUT-10: a machine without any release ends at the last by itself, in order, with the restart that the second needs', async () => {
    // Machines that start together are spread over minutes, and their users are warned; this one is alone, without users.
    await site.api(updateRoutes.setPolicy, { body: { startDelayMinutes: 0, restartWarningSeconds: 0 } });
    const { boots } = host;
    const first = await host.bootId();
    // The last one first: until its prerequisites are there, nothing is done.
    for (const point of [3, 2, 1]) await register(point);
    // Its files are there before its script has run.
    const isLast = async () => host.isOn && (await host.run("grep -q '^12.3 ' /opt/releases")).code === 0;
    await until('the last release is there', () => isLast().catch(() => false), slowMs);
    await untilOnline();
    const done = (await host.ask(['cat', '/opt/releases'])).split('\n').map((line) => line.split(' '));
    assert.deepEqual(
      done.map(([version]) => version),
      ['12.1', '12.2', '12.3'],
    );
    assert.equal(host.boots, boots + 1);
    const second = await host.bootId();
    assert.deepEqual(
      done.map(([, bootId]) => bootId),
      [first, first, second],
    );
    const states = async () =>
      (await site.api(updateRoutes.ofMachine, { params: { id: machineId } })).items.map(
        ({ packageId, state }) => `${packageId} ${state}`,
      );
    await until(
      'all are applied',
      async () => (await states()).every((line) => line.endsWith(' applied')),
      slowMs,
    );
    assert.deepEqual(
      (await states()).sort(),
      [1, 2, 3].map((point) => `${level(point)} applied`),
    );
  });
});
