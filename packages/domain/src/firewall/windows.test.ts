/** What Windows is told, byte for byte as the command prompt takes it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closeFirewall, type FirewallInput, openFirewall } from './firewall.ts';
import { commandLine } from './procedure.ts';
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

/** A Windows that remembers names, as far as `show rule` tells by its exit status. */
function playWindows(input: FirewallInput, names: Set<string>, act = openFirewall) {
  const changes: string[] = [];
  const procedure = act(input);
  let step = procedure.next();
  while (!step.done) {
    const [, , verb] = step.value.args;
    const name =
      /name="(.*)"/.exec(step.value.args.find((word) => word.startsWith('name=')) ?? '')?.[1] ?? '';
    if (verb === 'add') names.add(name);
    if (verb === 'add' || verb === 'delete') changes.push(commandLine(step.value));
    const code = verb === 'show' && !names.has(name) ? 1 : 0;
    if (verb === 'delete') names.delete(name);
    step = procedure.next({ code, stdout: 'localized', stderr: '' });
  }
  return changes;
}

test('BFWL-01, BFWL-04: on Windows open makes each rule once, and close removes these by name and no other', () => {
  const input: FirewallInput = { role: 'server', rules: server, profiles: [], system: 'windows' };
  const names = new Set(['somebody else']);
  assert.deepEqual(playWindows(input, names), lines(server));
  assert.deepEqual(playWindows(input, names), []);
  assert.deepEqual(playWindows(input, names, closeFirewall), [
    'netsh advfirewall firewall delete rule name="Tenkai(TCP:443)"',
    'netsh advfirewall firewall delete rule name="Tenkai(UDP:56100-56227)"',
  ]);
  assert.deepEqual([...names], ['somebody else']);
});

/** One whose rules know their programs, as `show rule ... verbose` tells them. */
function playPrograms(input: FirewallInput, programs: Map<string, string>) {
  const procedure = openFirewall(input);
  const asked: string[] = [];
  let step = procedure.next();
  while (!step.done) {
    const line = commandLine(step.value);
    const name = /name="(.*?)"/.exec(line)?.[1] ?? '';
    if (line.includes(' rule ')) asked.push(line);
    if (line.includes(' add ')) programs.set(name, /program="(.*?)"/.exec(line)?.[1] ?? '');
    const stdout = `規則名: ${name}\r\nプログラム:   ${programs.get(name)}\r\n`;
    const code = line.includes(' show rule ') && !programs.has(name) ? 1 : 0;
    if (line.includes(' delete ')) programs.delete(name);
    step = procedure.next({ code, stdout, stderr: '' });
  }
  return asked;
}

test('BAGT-02: rules of an agent name its program where it really is, and follow it into another folder', () => {
  const needs = { multicast: { first: 56100, last: 56227 }, siteAddresses: ['10.0.0.1'] };
  const inputOf = (program: string): FirewallInput => ({
    role: 'agent',
    rules: rulesOfProgram(firewallRules('agent', needs), program),
    profiles: [],
    system: 'windows',
  });
  const rule = 'name="Tenkai(agent UDP:56100-56227)"';
  const show = `netsh advfirewall firewall show rule ${rule} verbose`;
  const echo = 'netsh advfirewall firewall show rule name="Tenkai(agent ICMPv4:10.0.0.1)"';
  const add = (program: string) =>
    `netsh advfirewall firewall add rule ${rule} dir=in protocol=udp localport=56100-56227 action=allow program="${program}"`;
  const [first, second] = ['D:\\Apps\\Tenkai\\node.exe', 'E:\\Tenkai Agent\\node.exe'];
  const programs = new Map([['Tenkai(agent ICMPv4:10.0.0.1)', 'any']]);
  assert.deepEqual(playPrograms(inputOf(first), programs), [show, echo, add(first), show, echo]);
  assert.deepEqual(
    playPrograms(inputOf('d:\\apps\\tenkai\\NODE.EXE'), programs),
    [show, echo],
    'the same file',
  );
  const remove = `netsh advfirewall firewall delete rule ${rule}`;
  assert.deepEqual(playPrograms(inputOf(second), programs), [show, echo, remove, add(second), show, echo]);
  assert.equal(programs.get('Tenkai(agent UDP:56100-56227)'), second);
  // netsh writes it in the code page of the system: nothing is made anew each time for that.
  const beyond = 'C:\\展開\\node.exe';
  assert.deepEqual(playPrograms(inputOf(beyond), programs), [show.replace(' verbose', ''), echo]);
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
