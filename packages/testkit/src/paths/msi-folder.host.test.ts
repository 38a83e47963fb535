/**
 * The agent's package for Windows, installed to another folder with every property, without a site. One story, in order:
 * each part goes on with the machine as the one before left it.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type { ConfiguredProperty } from '@tenkai/agent/assignment/show-config.ts';
import { makeNetwork, type Network } from '../rig/network.ts';
import { callsOf, recordCalls } from '../rig/windows-recorder.ts';
import { noWine, startWine, type WineMachine } from '../rig/wine-machine.ts';
import { propertyTable, shownOf } from './property-table.ts';
import { noAgentMsi } from './shipped-msi.ts';
import {
  keepWindowsUp,
  type WindowsAgent,
  windowsAgent,
  windowsData,
  windowsPrograms,
} from './windows-agent.ts';

// Without blanks: Wine's msiexec takes quotes only around a whole word.
const folder = 'C:\\Elsewhere\\Agent';
const program = [`${folder}\\node.exe`, `${folder}\\tenkai-agent.mjs`];
const [older, newer] = ['0.1.1', '98.7.6'] as const;
const multicast = '56100-56227';
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
    const shown = await machine.ask([...program, 'config', 'show', '--json'], { env: { LC_ALL: 'C.UTF-8' } });
    const rows = JSON.parse(shown) as ConfiguredProperty[];
    return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
  }

  test('BAGT-02, BAGT-04: the agent opens its ports for its own program there', async () => {
    // Wine has no firewall: its netsh answers yes to everything, and this one writes down what it was asked.
    await recordCalls(machine, 'C:\\windows\\system32\\netsh.exe');
    // What an administrator decides beforehand, so that there is something to open at the installation.
    const settings = { firewall: { multicast, siteAddresses: ['10.77.0.1'] } };
    await machine.writeFile(`${windowsData}\\agent.json`, JSON.stringify(settings));
    const given = cases.map(({ oldName, first }) => `${oldName}=${first.given}`);
    assert.equal(await agent.msiexec('/i', olderMsi, `INSTALLFOLDER=${folder}`, ...given), 0);
    assert.equal((await agent.kept())?.Folder, `${folder}\\`);
    assert.equal(existsSync(machine.pathOf(windowsPrograms)), false);
    const rule = `name="Tenkai(agent UDP:${multicast})"`;
    const wanted = `netsh advfirewall firewall add rule ${rule} dir=in protocol=udp localport=${multicast} action=allow program="${folder}\\node.exe"`;
    const lines = (await callsOf(machine, 'netsh')).map((line) =>
      line.replace(/^"?[^" ]*netsh(\.exe)?"?/i, 'netsh'),
    );
    assert.ok(lines.includes(wanted), lines.join('\n'));

    const plan = await machine.ask([...program, 'firewall', 'plan', '--json']);
    const { commands } = JSON.parse(plan) as { commands: string[] };
    assert.ok(commands.includes(wanted), plan);
  });

  test('AGENT-09, AGENT-11, AGENT-12, AGENT-13: each property, under the old name where it has one, is in the configuration', async () => {
    assert.deepEqual(await properties(0, older), first);
  });

  test('AGENT-27, BAGT-02: a repair keeps each property and the folder', async () => {
    // Wine does not wait for a service that it stops, and would start it too early.
    await agent.stop();
    const [before, since] = [await agent.kept(), Date.now()];
    assert.equal(await agent.msiexec('/i', olderMsi, 'REINSTALL=ALL', 'REINSTALLMODE=vamus'), 0);
    assert.deepEqual(await agent.kept(), before);
    assert.deepEqual(await properties(since, older), first);
  });

  test('AGENT-27, BAGT-02: an upgrade keeps the folder and each property, but those that are changed or were taken away on purpose', async () => {
    await machine.ask([...program, 'assign', 'LOCATOR=', '--no-search', '--no-check']);
    await agent.stop();
    const changed = cases.filter(({ name }) => ['MP', 'LDAPCA'].includes(name));
    const since = Date.now();
    const words = changed.map(({ name, later }) => `${name}=${later.given}`);
    assert.equal(await agent.msiexec('/i', newerMsi, ...words), 0);
    assert.deepEqual([(await agent.kept())?.Folder, (await agent.kept())?.Version], [`${folder}\\`, newer]);
    assert.equal(existsSync(machine.pathOf(windowsPrograms)), false);
    const { LOCATOR: _, ...others } = first;
    assert.deepEqual(await properties(since, newer), { ...others, ...shownOf(changed, 'later') });
  });

  test('a removal leaves nothing there', async () => {
    await agent.stop();
    assert.equal(await agent.msiexec('/x', newerMsi), 0);
    for (const path of [folder, windowsPrograms, windowsData])
      assert.equal(existsSync(machine.pathOf(path)), false, path);
    assert.deepEqual([await agent.kept(), await agent.certificateStore()], [undefined, undefined]);
  });
});
