/**
 * The agent's package on a Windows machine that Wine plays, with a real site. One story, in order: each part goes on with
 * the machine as the one before left it.
 */
import assert from 'node:assert/strict';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { until } from '../../rig/until.ts';
import { callsOf, recordCalls, recorderProgram } from '../../rig/windows-recorder.ts';
import { noWine } from '../../rig/wine-machine.ts';
import { deployPackage, deployTo, runsOf, untilEnded } from '../scene/deploy.ts';
import {
  agent,
  beginStory,
  bring,
  bringAltered,
  endStory,
  enrollment,
  folder,
  generalize,
  giveTicket,
  longMs,
  machine,
  newer,
  newerMsi,
  older,
  olderMsi,
  patches,
  prepare,
  refused,
  row,
  scene,
  settings,
  signedMsp,
  stepsDone,
  sysprep,
  tenkai,
  thumbprints,
  version,
  versionText,
} from './msi-story.ts';
import { laterPatchedVersion, noAgentMsi, patchedVersion } from './shipped-msi.ts';
import { assertNoAgent, windowsData, windowsPrograms } from './windows-agent.ts';
import { registerExe, registerMsi } from './windows-packages.ts';

describe('the package for Windows', { skip: noWine || noAgentMsi, timeout: 30 * 60_000 }, () => {
  before(beginStory);
  after(endStory);

  test('AGENT-09, AGENT-12, AGENT-13: what is given under old and new names is kept exactly, and with it the agent enrolls', async () => {
    await giveTicket('msi');
    const { url, rootFingerprint } = scene.site;
    const code = await agent.msiexec(
      ...['/i', olderMsi, 'SMSSITECODE=TST', `SMSMP=${url}`, 'SMSSLP=https://[fd00::1]:8443'],
      ...['FSP=fsp.example', `ROOTFINGERPRINT=${rootFingerprint}`, 'LDAPCA=C:\\t\\証明書-é.pem'],
      'TICKET=C:\\t\\ticket',
    );
    assert.equal(code, 0);
    await until('it is online', async () => (await row().catch(() => undefined))?.isOnline, longMs);
    assert.equal((await row()).agentVersion, older);
    assert.deepEqual(await agent.kept(), {
      Version: older,
      Folder: `${windowsPrograms}\\Agent\\`,
      SITECODE: 'TST',
      MP: url,
      LOCATOR: 'https://[fd00::1]:8443',
      FSP: 'fsp.example',
      ROOTFINGERPRINT: rootFingerprint,
      LDAPCA: 'C:\\t\\証明書-é.pem',
    });
    const { site } = await agent.untilStatus();
    assert.deepEqual(site.properties, {
      siteCode: 'TST',
      managementPoint: url,
      locator: 'https://[fd00::1]:8443',
      fallbackStatusPoint: 'https://fsp.example',
    });
    assert.equal((await settings()).assignment.directoryCaFile, 'C:\\t\\証明書-é.pem');
    assert.deepEqual((await readdir(machine.pathOf('C:\\t'))).sort(), [
      `${older}.msi`,
      `${newer}.msi`,
      'key.reg',
    ]);
  });

  test('the service starts the agent anew when it is ended, as the same machine', async () => {
    const before = [(await row()).id, await enrollment()];
    const { process: first } = await agent.untilSays('it is connected', ({ isConnected }) => isConnected);
    await machine.ask(['taskkill', '/f', '/pid', String(first.pid)]);
    await agent.untilSays(
      'another one is connected',
      ({ isConnected, process }) => isConnected && process.startTime !== first.startTime,
    );
    assert.equal(await agent.serviceState(), 'RUNNING');
    assert.deepEqual([(await row()).id, await enrollment()], before);
  });

  test('installers that end with 3010 and 1641 have the machine restarted, and their runs end well after it', async () => {
    await recordCalls(machine, 'C:\\windows\\system32\\shutdown.exe');
    const { site } = scene;
    await registerMsi(site, { name: 'Late', version: '1.0.0', files: { a: 'a' }, wantsRestart: true });
    const isThere = [{ kind: 'file' as const, path: 'C:\\recorded\\ends-1641' }];
    await registerExe(site, 'ends-1641', await recorderProgram(), isThere);
    const { id } = await row();
    for (const [turn, [packageId, exitCode]] of [
      ['late-msi', 3010] as const,
      ['ends-1641', 1641] as const,
    ].entries()) {
      const deployment = await deployPackage(site, [id], packageId);
      await until(
        'a restart is asked for',
        async () => (await callsOf(machine, 'shutdown')).length > turn,
        longMs,
      );
      const [open] = await runsOf(site, deployment);
      assert.equal(open?.finishedAt, null, 'it waits for the restart');
      await machine.restart();
      const [run] = await untilEnded(site, deployment, 1);
      assert.equal(run?.status, 'succeeded', JSON.stringify(run));
      assert.deepEqual(
        run?.steps.map(({ step, result }) => [step.kind, result?.outcome, result?.exitCode]),
        [
          ['install-package', 'succeeded', exitCode],
          ['restart', 'succeeded', null],
        ],
      );
    }
    const line = 'C:\\windows\\System32\\shutdown.exe /r /f /t 0 /d P:4:2 /c Tenkai';
    assert.deepEqual(await callsOf(machine, 'shutdown'), [line, line]);
  });

  test('it ends by itself when the service is stopped, and a repair without properties loses none', async () => {
    await agent.setStartType(3);
    await agent.stop();
    assert.match((await agent.data('log\\agent.log')).trim().split('\n').at(-1) ?? '', /"service ends"/);
    const before = await agent.kept();
    await rm(machine.pathOf(`${windowsPrograms}\\Agent\\VERSION.txt`));
    assert.equal(await agent.msiexec('/i', olderMsi, 'REINSTALL=ALL', 'REINSTALLMODE=vamus'), 0);
    assert.deepEqual(await agent.kept(), before);
    assert.match(await versionText(), new RegExp(older));
    assert.equal(await agent.serviceState(), 'STOPPED');
  });

  test('HOTFIX-29: a client patch without its signature, or altered, never reaches Windows Installer', async () => {
    const file = await signedMsp(older);
    await bring(file, 'TK1001.msp');
    const apply = async () => (await agent.command('patch', 'apply', 'C:\\t\\TK1001.msp')).stderr;
    assert.match(await apply(), /agent-patch-unsigned/);
    await bring(`${file}.sig`, 'TK1001.msp.sig');
    await bringAltered(file, 'TK1001.msp');
    assert.match(await apply(), /agent-patch-tampered/);
    assert.deepEqual([await version(), await patches()], [older, []]);
  });

  test('AGENT-14, AGENT-27, HOTFIX-27: patch apply has Windows Installer apply a signed patch; properties and identity stay', async () => {
    const [kept, identity] = [await agent.kept(), await enrollment()];
    await bring(join(folder, `tenkai-agent-${older}-TK1001.msp`), 'TK1001.msp');
    const { code, stderr } = await agent.command('patch', 'apply', 'C:\\t\\TK1001.msp');
    assert.equal(code, 0, stderr);
    assert.equal(await version(), patchedVersion);
    const [one] = await patches();
    assert.deepEqual([one.id, one.title, one.state], ['TK1001', 'A cure', 'compliant']);
    assert.match((await agent.command('patch', 'check', 'TK1001')).stdout, /^compliant/);
    assert.deepEqual([await agent.kept(), await enrollment()], [kept, identity]);
    assert.equal(await agent.serviceState(), 'STOPPED');
  });

  test('HOTFIX-30: where Windows Installer takes a patch not back, as that of Wine does not, nothing says that it did', async () => {
    const before = [await version(), await patches(), await settings()];
    const { code, stderr } = await agent.command('patch', 'rollback', 'TK1001');
    assert.match(stderr, /agent-patch-not-removed/);
    assert.notEqual(code, 0);
    assert.deepEqual([await version(), await patches(), await settings()], before);
  });

  test('AGENT-07, AGENT-27, AGENT-36, AGENT-37: an upgrade keeps properties, identity and how the service starts', async () => {
    await writeFile(machine.pathOf(`${windowsData}\\mark`), 'kept');
    const [kept, identity, store] = [await agent.kept(), await enrollment(), await agent.certificateStore()];
    assert.equal(await agent.msiexec('/i', newerMsi, 'FSP=fsp2.example'), 0);
    assert.deepEqual(await agent.kept(), { ...kept, Version: newer, FSP: 'fsp2.example' });
    assert.match(await versionText(), new RegExp(newer));
    assert.deepEqual([await agent.data('mark'), await enrollment()], ['kept', identity]);
    assert.equal(await agent.certificateStore(), store);
    assert.deepEqual([await agent.startType(), await agent.serviceState()], ['0x3', 'STOPPED']);
    const uninstall = 'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall';
    const products = await machine.ask(['reg', 'query', uninstall, '/s']);
    assert.deepEqual(products.match(/DisplayName +REG_SZ +Tenkai Agent/g)?.length, 1);
    await agent.start();
    await until('the site knows of it', async () => (await row()).agentVersion === newer, longMs);
    assert.equal((await settings()).assignment.fallbackStatusPoint, 'https://fsp2.example');
  });

  test('HOTFIX-27: a deployment whose program is a client patch ends well, by an engine that its service does not take along', async () => {
    const { site } = scene;
    assert.deepEqual(await patches(), [], 'the upgrade has given up the one before');
    await tenkai('register', await signedMsp(newer));
    await agent.untilSays('it is connected', ({ isConnected }) => isConnected);
    const deployment = await deployPackage(site, [(await row()).id], 'tenkai-agent-TK1002');
    const [run] = await untilEnded(site, deployment, 1);
    assert.equal(run?.status, 'succeeded', JSON.stringify(run));
    assert.equal(run?.steps[0]?.result?.exitCode, 0, JSON.stringify(run?.steps));
    assert.equal(await version(), laterPatchedVersion);
    assert.match((await agent.command('patch', 'check', 'TK1002')).stdout, /^compliant/);
    // Started by hand, it was stopped for its programs, and runs with the new ones; it starts by hand as before.
    await agent.untilSays('the patched one runs', (status) => status.version === laterPatchedVersion);
    assert.ok((await agent.untilStatus()).general.isRunning);
    assert.deepEqual([await agent.startType(), await agent.serviceState()], ['0x3', 'RUNNING']);
  });

  test('HOTFIX-27: where a step replaced a program of the agent and left its service stopped, its engine starts it again', async () => {
    const program = `${windowsPrograms}\\Agent\\added.mjs`;
    const text = `echo // >"${program}"\r\nsc stop TenkaiAgent\r\n`;
    const step = { kind: 'run-script', id: 'half', name: 'half', interpreter: 'cmd', text } as const;
    const { site } = scene;
    const deployment = await deployTo(site, [(await row()).id], { name: 'half', steps: [step] });
    const [run] = await untilEnded(site, deployment, 1);
    assert.equal(run?.status, 'succeeded', JSON.stringify(run?.steps));
    assert.equal(await agent.serviceState(), 'RUNNING');
    await rm(machine.pathOf(program));
  });

  test('AGENT-36: a repair waits for a service that is slow to stop, and starts it again', async () => {
    const { process: first } = await agent.untilSays('it is connected', ({ isConnected }) => isConnected);
    const { host } = machine;
    // It neither ends nor answers.
    await host.ask(['pkill', '-STOP', '-f', 'tenkai-agent.mjs run']);
    let hasEnded = false;
    const repair = agent.msiexec('/i', newerMsi, 'REINSTALL=ALL', 'REINSTALLMODE=amus').finally(() => {
      hasEnded = true;
    });
    const isAwaited = async () => hasEnded || (await host.run(['pgrep', '-f', 'stopped$'])).code === 0;
    await until('the installer waits', isAwaited, longMs);
    await host.ask(['pkill', '-CONT', '-f', 'tenkai-agent.mjs run']);
    assert.equal(await repair, 0);
    await agent.untilSays('another one runs', ({ process }) => process.startTime !== first.startTime);
    assert.equal(await agent.serviceState(), 'RUNNING');
  });

  test('MASTER-07, MASTER-11, MASTER-17, MASTER-18, MASTER-20: prepared as a reference machine, it carries nothing of itself; what starts from it is another machine', async () => {
    const before = [(await row()).id, await thumbprints()];
    assert.equal(before[1]?.length, 2);
    // Linux tells the folders of Wine apart by upper and lower case.
    await recordCalls(machine, 'C:\\windows\\system32\\Sysprep\\sysprep.exe');
    await agent.setStartType(2);
    assert.match((await prepare()).stderr, /master-online/);
    await agent.setStartType(3);
    await agent.stop();
    // Wine's sc.exe knows no config; the step says what it wanted, and goes on once somebody has done it.
    const late = await prepare();
    assert.match(
      late.stderr,
      /master-step-failed[\s\S]*start-type: manual[\s\S]*sc\.exe config TenkaiAgent start= delayed-auto: status/,
    );
    assert.deepEqual(late.stdout.match(/^step \d.*/gm), stepsDone);
    assert.deepEqual(
      [await agent.serviceState(), await thumbprints(), await enrollment()],
      ['STOPPED', [], ''],
    );
    await agent.setStartType(2, true);
    const ungeneralized = await prepare();
    assert.match(ungeneralized.stderr, /master-step-failed[\s\S]*windows-sid: ImageState unknown/);
    assert.deepEqual(await callsOf(machine, 'sysprep'), [`${sysprep} /generalize /oobe /quit /quiet`]);
    await generalize();
    const done = await prepare();
    assert.match(done.stdout, /^Audit: no finding[\s\S]*shutdown\.exe \/s \/f \/t 0$/m, done.stderr);
    assert.equal(done.code, 0);
    assert.equal((await callsOf(machine, 'sysprep')).length, 1);
    assert.deepEqual(await agent.kept(), {
      ...{ Version: newer, Folder: `${windowsPrograms}\\Agent\\` },
      ...{ FSP: 'fsp2.example', LDAPCA: 'C:\\t\\証明書-é.pem' },
    });

    await giveTicket('clone');
    assert.equal((await agent.command('assign', 'TICKET=C:\\t\\ticket', '--no-search')).code, 0);
    await agent.start();
    await agent.untilSays('the clone is connected', ({ isConnected }) => isConnected);
    const { machineId } = JSON.parse(await enrollment());
    assert.notEqual(machineId, before[0]);
    // The package does not: it may be what the old product has left.
    await machine.ask(['reg', 'delete', 'HKLM\\SOFTWARE\\Microsoft\\CCM', '/f']);
    assert.equal(
      (await thumbprints()).some((print: string) => before[1]?.includes(print)),
      false,
    );
  });

  test('a removal leaves no file, no value, no service, no certificate and no store', async () => {
    assert.match(
      (await agent.certificateStore()) ?? '',
      /Certificates\\[0-9A-F]{40}/,
      'the upgrade has kept them',
    );
    await agent.stop();
    assert.equal(await agent.msiexec('/x', newerMsi), 0);
    await assertNoAgent(machine, agent);
  });

  test('AGENT-03: without properties the agent belongs to no site; an older version is refused where it is', async () => {
    assert.equal(await agent.msiexec('/i', newerMsi), 0);
    const { general, site } = await agent.untilStatus();
    assert.deepEqual(await agent.kept(), { Version: newer, Folder: `${windowsPrograms}\\Agent\\` });
    assert.deepEqual(
      [general.serviceVersion, site.isAssigned, site.server, site.search],
      [newer, false, null, null],
    );
    assert.deepEqual([site.properties, await settings()], [{}, {}]);
    assert.equal(await agent.msiexec('/i', olderMsi), refused);
    assert.match(await versionText(), new RegExp(newer));
  });
});
