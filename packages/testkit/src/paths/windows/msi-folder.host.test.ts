/**
 * The agent's package for Windows, installed to another folder with every property, without a site. One story, in order:
 * each part goes on with the machine as the one before left it.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { ConfiguredProperty } from '@tenkai/agent/assignment/show-config.ts';
import type { AgentStatus } from '@tenkai/agent/status.ts';
import type { FirewallReport } from '@tenkai/domain';
import { makeNetwork, type Network } from '../../rig/network.ts';
import { callsOf, recordCalls } from '../../rig/windows-recorder.ts';
import { noWine, startWine, type WineMachine } from '../../rig/wine-machine.ts';
import { propertyTable, shownOf } from '../scene/property-table.ts';
import { noAgentMsi, patchedVersion, shippedMsp } from './shipped-msi.ts';
import {
  assertNoAgent,
  keepWindowsUp,
  type WindowsAgent,
  windowsAgent,
  windowsData,
  windowsPrograms,
} from './windows-agent.ts';

// Without blanks: Wine's msiexec takes quotes only around a whole word.
const folder = 'C:\\Elsewhere\\Agent';
const command = [`${folder}\\node.exe`, `${folder}\\tenkai-agent.mjs`];
/** 1603; of an exit code, Linux sees the lowest eight bits. */
const refused = 1603 & 0xff;
const [older, newer] = ['0.1.1', '98.7.6'] as const;
const firewallPolicy = 'HKLM\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy';
const multicast = '56100-56227';
const msp = 'C:\\t\\TK1001.msp';
/** The same folder as a share, which Wine finds below `unc`. */
const share = '\\\\dp\\pkg';
const cases = propertyTable('C:\\t\\');
const first = shownOf(cases, 'first');

describe('the package for Windows in another folder', {
  skip: noWine || noAgentMsi,
  timeout: 30 * 60_000,
}, () => {
  let network: Network;
  let machine: WineMachine;
  let agent: WindowsAgent;
  let [olderMsi, newerMsi] = ['', ''];
  before(async () => {
    network = await makeNetwork();
    machine = await startWine({ name: 'elsewhere', network });
    keepWindowsUp(machine);
    agent = windowsAgent(machine);
    [olderMsi, newerMsi] = await Promise.all([agent.bring(older), agent.bring(newer)]);
    await copyFile(await shippedMsp(), machine.pathOf(msp));
    const unc = join(machine.pathOf('C:\\'), '../dosdevices/unc/dp');
    await mkdir(unc, { recursive: true });
    await symlink('../../../drive_c/t', join(unc, 'pkg'));
  });
  after(async () => {
    await machine?.destroy();
    await network?.destroy();
  });

  /** The properties, once a service that started after that time has taken what the installer left. */
  async function properties(sinceMs: number, version: string): Promise<Record<string, string>> {
    await agent.untilSays(
      `${version} runs`,
      (status) => status.startedAt >= sinceMs && status.version === version,
    );
    const shown = await machine.ask([...command, 'config', 'show', '--json'], { env: { LC_ALL: 'C.UTF-8' } });
    const rows = JSON.parse(shown) as ConfiguredProperty[];
    return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
  }

  const program = (name: string) => readFile(machine.pathOf(`${folder}\\${name}`), 'utf8');
  const saidVersions = async () =>
    Promise.all(['tenkai-agent.mjs', 'engine.mjs'].map(async (name) => (await program(name)).split('\n')[0]));
  const versions = (version: string) => [`// tenkai-agent ${version}`, `// engine ${version}`];

  test('AGENT-14: a patch that is not here is refused before anything is changed', async () => {
    const missing = ['C:\\t\\missing.msp', `${share}\\missing.msp`];
    for (const list of [...missing, `${msp};${missing[0]}`, 'TK1001.msp', 'TK1001'])
      assert.equal(await agent.msiexec('/i', olderMsi, `PATCH=${list}`), refused, list);
    assert.deepEqual([await agent.kept(), await agent.serviceState()], [undefined, undefined]);
    assert.equal(existsSync(machine.pathOf(windowsPrograms)), false);
  });

  test('AGENT-17: a property that nobody can mean is refused before anything is changed', async () => {
    for (const words of [
      ['SITECODE=TOOLONG'],
      ['HOLD=yes'],
      ['MP=a\u202eb'],
      ['TICKET=the-secret-itself'],
      ['MP=one.example', 'SMSMP=other.example'],
    ])
      assert.equal(await agent.msiexec('/i', olderMsi, ...words), refused, words.join(' '));
    await assertNoAgent(machine, agent);
  });

  test('BAGT-02, BAGT-04: the agent opens its ports for its own program there', async () => {
    // Wine has no firewall: the registry says that there is one, and this netsh writes down what it was asked.
    for (const profile of ['DomainProfile', 'StandardProfile', 'PublicProfile'])
      await machine.ask([
        'reg',
        'add',
        `${firewallPolicy}\\${profile}`,
        '/v',
        'EnableFirewall',
        '/t',
        'REG_DWORD',
        '/d',
        '1',
        '/f',
      ]);
    await recordCalls(machine, 'C:\\windows\\system32\\netsh.exe');
    // What an administrator decides beforehand, so that there is something to open at the installation.
    const settings = { firewall: { multicast, siteAddresses: ['10.77.0.1'] } };
    await machine.writeFile(`${windowsData}\\agent.json`, JSON.stringify(settings));
    const given = cases.map(({ oldName, first }) => `${oldName}=${first.given}`);
    const patch = `PATCH=${share}\\TK1001.msp`;
    assert.equal(await agent.msiexec('/i', olderMsi, `INSTALLFOLDER=${folder}`, patch, ...given), 0);
    assert.equal((await agent.kept())?.Folder, `${folder}\\`);
    assert.equal(existsSync(machine.pathOf(windowsPrograms)), false);
    const rule = `name="Tenkai(agent UDP:${multicast})"`;
    const wanted = `netsh advfirewall firewall add rule ${rule} dir=in protocol=udp localport=${multicast} action=allow program="${folder}\\node.exe"`;
    const lines = (await callsOf(machine, 'netsh')).map((line) =>
      line.replace(/^"?[^" ]*netsh(\.exe)?"?/i, 'netsh'),
    );
    assert.ok(lines.includes(wanted), lines.join('\n'));

    const plan = await machine.ask([...command, 'firewall', 'plan', '--json']);
    const { commands } = JSON.parse(plan) as { commands: string[] };
    assert.ok(commands.includes(wanted), plan);
  });

  test('BFWL-03, BFWL-04: the agent reads in the registry what comes in: by its own rules, not where they are disabled or another one blocks', async () => {
    const rules = `${firewallPolicy}\\FirewallRules`;
    const put = (id: string, data: string) => machine.ask(['reg', 'add', rules, '/v', id, '/d', data, '/f']);
    const found = async () => {
      const { code, stdout } = await machine.run([...command, 'firewall', 'check', '--json']);
      const { backends, rules } = JSON.parse(stdout) as FirewallReport;
      return { code, backends, states: rules.map(({ state }) => state), remedy: rules[0]?.remedy };
    };
    const [udp, echo] = [`Tenkai(agent UDP:${multicast})`, 'Tenkai(agent ICMPv4:10.77.0.1)'];
    const allow = 'v2.31|Action=Allow|Active=TRUE|Dir=In|';
    const own = `${allow}Protocol=17|LPort2_10=${multicast}|App=${folder}\\node.exe|Name=${udp}|`;
    const open = { code: 0, backends: ['windows'], states: ['open', 'open'], remedy: undefined };
    assert.deepEqual(await found(), { ...open, code: 1, states: ['missing', 'missing'] });
    await put('{1}', own);
    await put('{2}', `${allow}Protocol=1|ICMP4=8:*|RA4=10.77.0.1|Name=${echo}|`);
    // ポ of Shift_JIS ends with a bar, and its name is said in the code page of the system.
    await put('{3}', `${allow}Protocol=6|LPort=7|Name=プリンターポート|`);
    assert.deepEqual(await found(), open);
    await put('{1}', own.replace('TRUE', 'FALSE'));
    assert.deepEqual(await found(), { ...open, code: 1, states: ['missing', 'open'] });
    await put('{1}', own);
    await put('{4}', 'v2.31|Action=Block|Active=TRUE|Dir=In|Protocol=17|Name=No datagrams|');
    const blocked = await found();
    assert.deepEqual([blocked.code, blocked.states], [1, ['manual', 'open']]);
    assert.match(blocked.remedy ?? '', /The rule "No datagrams" of Windows' firewall blocks it/);
    await machine.ask(['reg', 'delete', rules, '/f']);
    const policy = 'HKLM\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall';
    for (const profile of ['Domain', 'Private', 'Public'])
      await machine.ask([
        'reg',
        'add',
        `${policy}\\${profile}Profile`,
        '/v',
        'EnableFirewall',
        '/t',
        'REG_DWORD',
        '/d',
        '0',
        '/f',
      ]);
    assert.deepEqual(await found(), { ...open, backends: [], states: ['given', 'given'] });
    await machine.ask(['reg', 'delete', policy, '/f']);
  });

  test('AGENT-09, AGENT-11, AGENT-12, AGENT-13: each property, under the old name where it has one, is in the configuration', async () => {
    assert.deepEqual(await properties(0, patchedVersion), first);
  });

  test('AGENT-04: installed with HOLD=1, the service runs and belongs to no site', async () => {
    const shown = await machine.ask([...command, 'status', '--json']);
    const { general, site } = JSON.parse(shown) as AgentStatus;
    assert.deepEqual([general.isRunning, site.isHeld, site.server, site.search], [true, true, null, null]);
  });

  test('AGENT-14, AGENT-15, HOTFIX-27: the agent is patched right after its first installation by PATCH= of a share', async () => {
    assert.deepEqual(await saidVersions(), versions(patchedVersion));
    assert.equal(await machine.ask([...command, '--version']), patchedVersion);
    const patches =
      'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Installer\\UserData\\S-1-5-18\\Patches';
    assert.match(await machine.ask(['reg', 'query', patches]), /Patches\\[0-9A-F]{32}/);
  });

  test('AGENT-27, BAGT-02: a repair keeps each property, the folder and the patch', async () => {
    // Wine does not wait for a service that it stops, and would start it too early.
    await agent.stop();
    const [before, since] = [await agent.kept(), Date.now()];
    assert.equal(await agent.msiexec('/i', olderMsi, 'REINSTALL=ALL', 'REINSTALLMODE=vamus'), 0);
    assert.deepEqual(await agent.kept(), before);
    assert.deepEqual(await properties(since, patchedVersion), first);
    assert.deepEqual(await saidVersions(), versions(patchedVersion));
  });

  test('AGENT-27, BAGT-02: an upgrade keeps the folder and each property, but those that are changed or were taken away on purpose', async () => {
    await machine.ask([...command, 'assign', 'LOCATOR=', '--no-search', '--no-check']);
    await agent.stop();
    const changed = cases.filter(({ name }) => ['MP', 'LDAPCA'].includes(name));
    const since = Date.now();
    const words = changed.map(({ name, later }) => `${name}=${later.given}`);
    assert.equal(await agent.msiexec('/i', newerMsi, ...words), 0);
    assert.deepEqual([(await agent.kept())?.Folder, (await agent.kept())?.Version], [`${folder}\\`, newer]);
    assert.equal(existsSync(machine.pathOf(windowsPrograms)), false);
    assert.deepEqual(await saidVersions(), versions(newer));
    const { LOCATOR: _, ...others } = first;
    assert.deepEqual(await properties(since, newer), { ...others, ...shownOf(changed, 'later') });
  });

  test('HOTFIX-06: a patch that is for the older version is refused, and the newer programs stay', async () => {
    await agent.stop();
    // Of Windows Installer's 1605, or 1642, Linux sees the lowest eight bits.
    const status = await agent.msiexec('/p', msp);
    assert.ok([1605 & 0xff, 1642 & 0xff].includes(status), String(status));
    const { code, stderr } = await machine.run([...command, 'patch', 'apply', msp]);
    assert.deepEqual([code, /agent-patch-unsigned/.test(stderr)], [1, true], stderr);
    assert.deepEqual(await saidVersions(), versions(newer));
  });

  test('a removal leaves nothing there', async () => {
    assert.equal(await agent.msiexec('/x', newerMsi), 0);
    for (const path of [folder, windowsPrograms, windowsData])
      assert.equal(existsSync(machine.pathOf(path)), false, path);
    assert.deepEqual([await agent.kept(), await agent.certificateStore()], [undefined, undefined]);
  });

  test('AGENT-15: a patch of a local folder is applied with the installation, too', async () => {
    assert.equal(await agent.msiexec('/i', olderMsi, `INSTALLFOLDER=${folder}`, `PATCH=${msp}`), 0);
    assert.deepEqual(await saidVersions(), versions(patchedVersion));
  });
});
