/** What Windows is told, byte for byte as the command prompt takes it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RecordedWindows, recordedWindows } from '@tenkai/testkit/recorded-windows.ts';
import { closeFirewall, type FirewallInput, openFirewall, planFirewall } from './firewall.ts';
import { commandLine, windowsProgram } from './procedure.ts';
import { type FirewallRule, rulesOfProgram } from './rule.ts';
import { firewallRules } from './rule-table.ts';
import { advPort, advRule } from './windows.ts';
import {
  oldClientCommands,
  oldForms,
  oldProgram,
  oldServerCommands,
  oldServiceCommands,
} from './windows-old.ts';

const server = firewallRules('server', { https: 443, multicast: { first: 56100, last: 56227 } });
const agent = firewallRules('agent', { siteAddresses: ['10.0.0.1', 'fd00::1'] });
const lines = (rules: readonly FirewallRule[], profiles: string[] = []) =>
  rules.map((rule) => commandLine(advRule(rule, profiles)));

test('BFWL-12, BFWL-20, BFWL-21: netsh advfirewall, one line each, echo requests of the site alone', () => {
  assert.deepEqual(lines(server), [
    'netsh advfirewall firewall add rule name="Tenkai(TCP:443)" dir=in protocol=tcp localport=443 action=allow',
    'netsh advfirewall firewall add rule name="Tenkai(UDP:56100-56227)" dir=in protocol=udp localport=56100-56227 action=allow',
  ]);
  assert.deepEqual(lines(agent), [
    'netsh advfirewall firewall add rule name="Tenkai(agent ICMPv4:10.0.0.1)" protocol=icmpv4:8,any dir=in remoteip=10.0.0.1 action=allow',
    'netsh advfirewall firewall add rule name="Tenkai(agent ICMPv6:fd00::1)" protocol=icmpv6:128,any dir=in remoteip=fd00::1 action=allow',
  ]);
});

test('BFWL-11: profiles can be left out', () => {
  assert.equal(
    lines(server.slice(0, 1), ['domain', 'private'])[0],
    'netsh advfirewall firewall add rule name="Tenkai(TCP:443)" dir=in protocol=tcp localport=443 action=allow profile=domain,private',
  );
});

const changesOf = ({ asked }: RecordedWindows) => {
  const changes = asked.filter((line) => / (add|delete) /.test(line));
  asked.length = 0;
  return changes;
};

test('BFWL-01, BFWL-04, BFWL-09: on Windows open makes each rule once, takes away those that the site has given up, and close removes ours and no other', () => {
  const others = ['Tenkai', 'Tenkai(agent UDP:1-2)', 'Tenkai(TCP:443) of somebody'].map(
    (name) => `v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=17|LPort=7|Name=${name}|`,
  );
  const windows = recordedWindows(others);
  const input: FirewallInput = { role: 'server', rules: server, profiles: [], system: 'windows' };
  windows.run(openFirewall(input));
  assert.deepEqual(changesOf(windows), lines(server));
  windows.run(openFirewall(input));
  assert.deepEqual(changesOf(windows), []);
  const remove = (name: string) => `netsh advfirewall firewall delete rule name="${name}"`;
  windows.run(openFirewall({ ...input, rules: server.slice(0, 1) }));
  assert.deepEqual(changesOf(windows), [remove('Tenkai(UDP:56100-56227)')]);
  windows.run(openFirewall(input));
  changesOf(windows);
  windows.run(closeFirewall(input));
  assert.deepEqual(changesOf(windows), [remove('Tenkai(TCP:443)'), remove('Tenkai(UDP:56100-56227)')]);
  assert.deepEqual([...windows.rules.values()], others);
});

test('BFWL-04: a rule of ours that somebody has disabled, turned round or made to block is made anew', () => {
  const input: FirewallInput = {
    role: 'server',
    rules: server.slice(0, 1),
    profiles: ['domain'],
    system: 'windows',
  };
  const made = recordedWindows();
  made.run(openFirewall(input));
  const [data = ''] = made.rules.values();
  const changed = [
    ['TRUE', 'FALSE'],
    ['Dir=In', 'Dir=Out'],
    ['Allow', 'Block'],
    ['Domain', 'Public'],
  ] as const;
  for (const [from, to] of changed) {
    const windows = recordedWindows([data.replace(from, to)]);
    const { rules } = windows.run(openFirewall(input));
    assert.deepEqual(
      rules.map(({ state }) => state),
      ['open'],
      to,
    );
    assert.deepEqual([...windows.rules.values()], [data], to);
  }
  const beside = recordedWindows([data, data.replace('Allow', 'Block')]);
  beside.run(openFirewall(input));
  assert.deepEqual([...beside.rules.values()], [data]);
});

test('BFWL-11: profiles that are named are the only ones, also after all were open', () => {
  const rules = server.slice(0, 1);
  const windows = recordedWindows();
  const open = (...profiles: string[]) =>
    windows.run(openFirewall({ role: 'server', rules, profiles, system: 'windows' }));
  open();
  open('domain');
  assert.match([...windows.rules.values()].join(), /Profile=Domain\|Protocol=6/);
  changesOf(windows);
  open('domain');
  assert.deepEqual(changesOf(windows), []);
  const [state] = open().rules;
  assert.deepEqual([state?.state, state?.where], ['open', 'any']);
});

test('BFWL-03: where the service of the firewall does not run, or there is none, nothing is asked for', () => {
  const input: FirewallInput = { role: 'server', rules: server, profiles: [], system: 'windows' };
  for (const silent of ['netsh', 'reg']) {
    const procedure = openFirewall(input);
    let step = procedure.next();
    while (!step.done) {
      const code = step.value.program === silent ? 1 : 0;
      step = procedure.next({ code, stdout: '', stderr: '' });
    }
    assert.deepEqual([step.value.backends, step.value.commands], [[], []], silent);
  }
});

test('BFWL-12: what Windows is asked, and by which file', () => {
  const windows = recordedWindows();
  windows.run(planFirewall({ role: 'server', rules: server, profiles: [], system: 'windows' }));
  assert.deepEqual(windows.asked, [
    'netsh advfirewall show allprofiles',
    'reg query HKLM\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy /s /reg:64',
    'reg query HKLM\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall /s /reg:64',
  ]);
  assert.equal(windowsProgram('netsh', 'D:\\WINNT'), 'D:\\WINNT\\System32\\netsh.exe');
  assert.equal(windowsProgram('reg'), 'C:\\Windows\\System32\\reg.exe');
});

test('BAGT-02: rules of an agent name its program where it really is, and follow it into another folder', () => {
  const needs = { multicast: { first: 56100, last: 56227 }, siteAddresses: ['10.0.0.1'] };
  const windows = recordedWindows();
  const open = (program: string) => {
    const rules = rulesOfProgram(firewallRules('agent', needs), program);
    windows.run(openFirewall({ role: 'agent', rules, profiles: [], system: 'windows' }));
    return changesOf(windows);
  };
  const rule = 'name="Tenkai(agent UDP:56100-56227)"';
  const add = (program: string) =>
    `netsh advfirewall firewall add rule ${rule} dir=in protocol=udp localport=56100-56227 action=allow program="${program}"`;
  const [first, second] = ['D:\\Apps\\Tenkai\\node.exe', 'E:\\Tenkai Agent\\node.exe'];
  const [, echo] = lines(firewallRules('agent', needs));
  assert.deepEqual(open(first), [add(first), echo]);
  assert.deepEqual(open('d:\\apps\\tenkai\\NODE.EXE'), [], 'the same file');
  assert.deepEqual(open(second), [`netsh advfirewall firewall delete rule ${rule}`, add(second)]);
  // reg.exe prints it in the code page of the system: nothing is made anew each time for that.
  assert.deepEqual(open('C:\\展開\\node.exe'), []);
  const old = rulesOfProgram(firewallRules('agent', needs), first).flatMap(oldForms).map(commandLine);
  assert.deepEqual(old, [
    'netsh firewall add allowedprogram "D:\\Apps\\Tenkai\\node.exe" "Tenkai(node.exe)" ENABLE',
    'netsh firewall set icmpsetting 8 ENABLE',
  ]);
});

test('BFWL-16, BFWL-17: the older netsh firewall: a port each, and echo requests as a whole', () => {
  const rules = firewallRules('server', { https: 443, multicast: { first: 56100, last: 56101 } });
  assert.deepEqual([...rules, ...agent].flatMap(oldForms).map(commandLine), [
    'netsh firewall add portopening TCP 443 "Tenkai(TCP:443)" ENABLE',
    'netsh firewall add portopening UDP 56100 "Tenkai(UDP:56100-56101)" ENABLE',
    'netsh firewall add portopening UDP 56101 "Tenkai(UDP:56100-56101)" ENABLE',
    'netsh firewall set icmpsetting 8 ENABLE',
  ]);
});

test('BFWL-08, BFWL-09, BFWL-12, BFWL-13: the old server: all 14 entries of its table under their names', () => {
  const folder = 'C:\\Program Files\\NEC\\DeploymentManager';
  const port = (protocol: string, number: number) =>
    `netsh advfirewall firewall add rule name="DeploymentManager(${protocol}:${number})" dir=in protocol=${protocol.toLowerCase()} localport=${number} action=allow`;
  const program = (name: string) =>
    `netsh firewall add allowedprogram "C:\\Program Files\\NEC\\DeploymentManager\\${name}" "DeploymentManager(${name})" ENABLE`;
  assert.deepEqual(oldServerCommands({ folder }).map(commandLine), [
    port('UDP', 67),
    port('UDP', 69),
    port('TCP', 80),
    port('TCP', 111),
    port('UDP', 111),
    port('TCP', 2049),
    port('UDP', 2049),
    port('UDP', 4011),
    program('apiserv.exe'),
    program('bkressvc.exe'),
    program('depssvc.exe'),
    program('ftsvc.exe'),
    program('pxemtftp.exe'),
    program('pxesvc.exe'),
    program('rupdssvc.exe'),
    program('schwatch.exe'),
  ]);
  // The two examples that the guide itself has.
  assert.equal(
    commandLine(advPort('DeploymentManager(TCP:111)', 'tcp', '111')),
    'netsh advfirewall firewall add rule name="DeploymentManager(TCP:111)" dir=in protocol=tcp localport=111 action=allow',
  );
  assert.equal(
    commandLine(oldProgram(`${folder}\\apiserv.exe`, 'DeploymentManager(apiserv.exe)')),
    'netsh firewall add allowedprogram "C:\\Program Files\\NEC\\DeploymentManager\\apiserv.exe" "DeploymentManager(apiserv.exe)" ENABLE',
  );
});

test('BFWL-14: the old server with another port than 80', () => {
  const changed = oldServerCommands({ folder: 'C:\\DPM', http: 8080 }).map(commandLine);
  assert.ok(changed.some((line) => line.includes('localport=8080 ')));
  assert.ok(!changed.some((line) => line.includes('localport=80 ')));
});

test('BFWL-15, BFWL-22, BOSM-11: the old client on Server Core, as its guide has it', () => {
  assert.deepEqual(oldClientCommands().map(commandLine), [
    'netsh advfirewall firewall add rule name="ICMP Allow incoming V4 echo request" protocol=icmpv4:8,any dir=in action=allow',
    'netsh firewall add allowedprogram "%windir%\\System32\\DepAgent.exe" "DeploymentManager(DepAgent.exe)" ENABLE',
    'netsh firewall add allowedprogram "%windir%\\System32\\rupdsvc.exe" "DeploymentManager(rupdsvc.exe)" ENABLE',
  ]);
});

test('BFWL-25: NFS and DHCP on Windows Server 2003; mountd where it really is', () => {
  const commands = oldServiceCommands(1048).map(commandLine);
  assert.deepEqual(commands, [
    'netsh firewall add portopening TCP 111 "DeploymentManager(TCP:111)" ENABLE',
    'netsh firewall add portopening UDP 111 "DeploymentManager(UDP:111)" ENABLE',
    'netsh firewall add portopening TCP 1048 "DeploymentManager(TCP:1048)" ENABLE',
    'netsh firewall add portopening UDP 1048 "DeploymentManager(UDP:1048)" ENABLE',
    'netsh firewall add portopening TCP 2049 "DeploymentManager(TCP:2049)" ENABLE',
    'netsh firewall add portopening UDP 2049 "DeploymentManager(UDP:2049)" ENABLE',
    'netsh firewall add portopening UDP 67 "DHCP(UDP67)" ENABLE',
  ]);
  assert.ok(oldServiceCommands(1055).map(commandLine).join().includes('TCP 1055'));
});
