import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import type { Condition } from '@tenkai/domain';
import { machineRoutes } from '@tenkai/protocol';
import { installStep } from '../../builders.ts';
import { noDebTools } from '../../rig/deb.ts';
import { noDebianHosts } from '../../rig/debian-host.ts';
import { noMsiTools } from '../../rig/msi.ts';
import { until } from '../../rig/until.ts';
import { noWine } from '../../rig/wine-machine.ts';
import { deployPackage, deployTo, registerCommand, registerDeb, untilEnded } from '../scene/deploy.ts';
import { type HostScene, startHostScene } from '../scene/host-scene.ts';
import { type ManagedWine, startManagedWine } from './managed-wine.ts';
import { noAgentMsi } from './shipped-msi.ts';
import { registerMsi, windowsOnly } from './windows-packages.ts';

const current = 'HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion';
const languages = 'HKLM\\SYSTEM\\CurrentControlSet\\Control\\Nls\\Language';
/** Of [MS-LCID], those that are here. */
const codes: Readonly<Record<string, string>> = { '0409': 'en', '0411': 'ja' };
const linuxOnly = [{ operatingSystem: 'linux', language: 'any', architecture: 'any' as const }];

describe('Debian hosts and a Windows machine', {
  skip: noDebianHosts || noDebTools || noMsiTools || noAgentMsi || noWine,
}, () => {
  let scene: HostScene;
  let windows: ManagedWine;
  before(async () => {
    scene = await startHostScene(['debian1', 'debian2']);
    windows = await startManagedWine(scene.network, scene.site, 'windows1');
  });
  after(async () => {
    await windows?.destroy();
    await scene?.destroy();
  });

  test('BAGT-03: one scenario reaches them all in one deployment, and each of them says so', async () => {
    const { site, hosts } = scene;
    await registerDeb(
      site,
      { name: 'road-tool', version: '1.2-3', files: { '/usr/bin/road-tool': '#!/bin/sh\necho linux\n' } },
      { targets: linuxOnly },
    );
    await registerMsi(site, { name: 'Road Tool', version: '1.2.3', files: { 'tool.txt': 'windows\n' } });
    const machineIds = [...hosts.map(({ machineId }) => machineId), windows.machineId];
    const steps = [installStep('road-tool'), installStep('road-tool-msi')];
    const runs = await untilEnded(site, await deployTo(site, machineIds, { name: 'Road tool', steps }), 3);
    for (const run of runs) {
      const log = (await windows.agent.data('log\\agent.log')).slice(-4000);
      assert.equal(run.status, 'succeeded', `${JSON.stringify(run)}\n${log}`);
      const isWindows = run.machineId === windows.machineId;
      const installed = run.steps.filter(({ step }) => step.kind === 'install-package');
      // What suits the other system is left out, and it is said why.
      assert.deepEqual(
        [installed.map(({ result }) => result?.outcome), run.skipped.map(({ reason }) => reason.code)],
        [['succeeded'], ['platform-operating-system']],
      );
      const verifiedBy = isWindows ? /msi Road Tool = 1\.2\.3/ : /dpkg road-tool = 1\.2-3/;
      assert.match(run.verifiedBy ?? '', verifiedBy);
      assert.equal(run.versionAfter, isWindows ? '1.2.3' : '1.2-3');
    }
    // One source, and of each system its own kind of service.
    assert.equal(await windows.agent.serviceState(), 'RUNNING');
    for (const host of hosts) assert.equal(await host.installedVersion('road-tool'), '1.2-3');
    assert.ok(existsSync(windows.machine.pathOf('C:\\Program Files\\Road Tool\\tool.txt')));
  });

  test('BPKG-48, BPKG-49, BPKG-50, BAGT-18: those packages are installed that the registry asks for, and the registry verifies', async () => {
    const { site } = scene;
    const { machine, machineId } = windows;
    const key = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Road';
    const level = { kind: 'registry' as const, key, name: 'CSDVersion', type: 'REG_SZ' };
    const conditions: Record<string, Condition> = {
      'for-sp1': { ...level, data: 'Service Pack 1' },
      'for-sp2': { ...level, data: 'Service Pack 2' },
      'for-any': { kind: 'registry', key, name: 'CSDVersion' },
      'for-other': { kind: 'registry', key, name: 'None' },
      'for-newer': { kind: 'registry', key, name: 'Build', operator: '>', data: '9.1' },
      'for-older': { kind: 'registry', key, name: 'Build', operator: '<', data: '9.1' },
      'for-no-version': { ...level, operator: '>=', data: '2' },
      'for-32': { kind: 'registry', key, name: 'Size', operator: '=', data: '16', view: '32' },
      'for-64': { kind: 'registry', key, name: 'Size', view: '64' },
    };
    for (const [id, condition] of Object.entries(conditions)) {
      const path = `C:\\probe\\${id}`;
      const mark = { kind: 'registry' as const, key, name: id, operator: '>=' as const, data: '2' };
      const detection = [{ kind: 'file' as const, path }, mark];
      const over = { condition, detection, targets: windowsOnly };
      const write = `reg add ${key} /v ${id} /t REG_DWORD /d 2 /f`;
      const line = `(if not exist C:\\probe md C:\\probe) & echo "a  b"> ${path}& ${write}`;
      await registerCommand(site, id, line, over);
    }
    await machine.ask(['reg', 'add', key, '/v', 'CSDVersion', '/d', 'Service Pack 2', '/f']);
    await machine.ask(['reg', 'add', key, '/v', 'Build', '/d', '10.0.19041', '/f']);
    await machine.ask(['reg', 'add', key, '/v', 'Size', '/t', 'REG_DWORD', '/d', '16', '/f', '/reg:32']);
    const steps = Object.keys(conditions).map((id) => installStep(id));
    const [run] = await untilEnded(site, await deployTo(site, [machineId], { name: 'Levels', steps }), 1);
    const outcomes = run?.steps
      .filter(({ step }) => step.kind === 'install-package')
      .map(({ result }) => [result?.outcome, result?.reason?.code]);
    const left = ['skipped', 'condition-not-met'];
    const installed = ['succeeded', undefined];
    const wanted = [left, installed, installed, left, installed, left, left, installed, left];
    assert.deepEqual(outcomes, wanted, JSON.stringify(run));
    assert.match(run?.verifiedBy ?? '', /registry .*for-/);
    // BPKG-25: what was written has reached cmd.exe as it was.
    assert.equal(await readFile(machine.pathOf('C:\\probe\\for-sp2'), 'utf8'), '"a  b"\r\n');
  });

  test('BAGT-17: what the agent says of Windows is what the registry holds, also after it has changed', async () => {
    const { machine, machineId, agent } = windows;
    const said = async () => {
      const { inventory } = await scene.site.api(machineRoutes.get, { params: { id: machineId } });
      const { name, edition, version, servicePack, language } = inventory?.operatingSystem ?? {};
      const level = servicePack ? `Service Pack ${servicePack.major}` : '';
      return { name, edition, version, level, language };
    };
    /** Empty: there is none. */
    const value = async (key: string, name: string) => {
      const { stdout } = await machine.run(['reg', 'query', key, '/v', name]);
      return (/ REG_SZ +(.*)$/m.exec(stdout)?.[1] ?? '').trim();
    };
    const held = async () => {
      const [product, edition, version, level, code] = await Promise.all([
        ...['ProductName', 'EditionID', 'CurrentBuild', 'CSDVersion'].map((one) => value(current, one)),
        value(languages, 'InstallLanguage'),
      ]);
      return { product, edition: edition || undefined, version, level, language: codes[code ?? ''] };
    };
    const agree = async () => {
      const { name, ...facts } = await said();
      const { product = '', ...wanted } = await held();
      assert.deepEqual(facts, wanted);
      assert.ok(name?.startsWith(/Windows \d+/.exec(product)?.[0] ?? product), `${name} is no ${product}`);
    };
    await agree();
    const write = (key: string, name: string, data: string) =>
      machine.ask(['reg', 'add', key, '/v', name, '/d', data, '/f']);
    await write(current, 'EditionID', 'Enterprise');
    await write(current, 'CSDVersion', 'Service Pack 3');
    await write(languages, 'InstallLanguage', '0411');
    assert.equal((await agent.command('inventory')).code, 0);
    await until('the site knows', async () => (await said()).language === 'ja');
    await agree();
    assert.deepEqual([(await said()).edition, (await said()).level], ['Enterprise', 'Service Pack 3']);
  });

  test('IDENT-18, IDENT-19: the ready made package tenkai-certfix runs on Windows before its first restart', async () => {
    const { site } = scene;
    const id = await deployPackage(site, [windows.machineId], 'tenkai-certfix');
    const [run] = await untilEnded(site, id, 1);
    assert.equal(run?.status, 'succeeded', JSON.stringify([run?.reason, run?.steps]));
    assert.match(run.steps[0]?.result?.logTail ?? '', /^2 checked\. Nothing to fix\./);
  });
});
