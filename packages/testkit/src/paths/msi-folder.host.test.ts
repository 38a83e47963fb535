import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { atEnd } from '../at-end.ts';
import { makeNetwork } from '../rig/network.ts';
import { callsOf, recordCalls } from '../rig/windows-recorder.ts';
import { noWine, startWine } from '../rig/wine-machine.ts';
import { noAgentMsi } from './shipped-msi.ts';
import { keepWindowsUp, windowsAgent, windowsData, windowsPrograms } from './windows-agent.ts';

// Without blanks: Wine's msiexec takes quotes only around a whole word.
const folder = 'C:\\Elsewhere\\Agent';
const version = '0.1.1';
const multicast = '56100-56227';

test('BAGT-02, BAGT-04: installed to another folder, the agent opens its ports for its own program there', {
  skip: noWine || noAgentMsi,
  timeout: 30 * 60_000,
}, async (t) => {
  const network = await makeNetwork();
  atEnd(t, () => network.destroy());
  const machine = await startWine({ name: 'elsewhere', network });
  atEnd(t, () => machine.destroy());
  keepWindowsUp(machine);
  // Wine has no firewall: its netsh answers yes to everything, and this one writes down what it was asked.
  await recordCalls(machine, 'C:\\windows\\system32\\netsh.exe');
  // What an administrator decides beforehand, so that there is something to open at the installation.
  const settings = { firewall: { multicast, siteAddresses: ['10.77.0.1'] } };
  await machine.writeFile(`${windowsData}\\agent.json`, JSON.stringify(settings));
  const agent = windowsAgent(machine);
  const msi = await agent.bring(version);

  assert.equal(await agent.msiexec('/i', msi, `INSTALLFOLDER=${folder}`), 0);
  assert.equal((await agent.kept())?.Folder, `${folder}\\`);
  assert.equal(existsSync(machine.pathOf(windowsPrograms)), false);
  const rule = `name="Tenkai(agent UDP:${multicast})"`;
  const wanted = `netsh advfirewall firewall add rule ${rule} dir=in protocol=udp localport=${multicast} action=allow program="${folder}\\node.exe"`;
  const lines = (await callsOf(machine, 'netsh')).map((line) =>
    line.replace(/^"?[^" ]*netsh(\.exe)?"?/i, 'netsh'),
  );
  assert.ok(lines.includes(wanted), lines.join('\n'));

  const program = [`${folder}\\node.exe`, `${folder}\\tenkai-agent.mjs`];
  const plan = await machine.ask([...program, 'firewall', 'plan', '--json']);
  const { commands } = JSON.parse(plan) as { commands: string[] };
  assert.ok(commands.includes(wanted), plan);
});
