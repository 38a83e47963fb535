/** `tenkai firewall` where another program keeps the rules: the real ufw and firewalld, in namespaces of their own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { output } from '@tenkai/testkit/rig/command.ts';
import { noFirewall } from '@tenkai/testkit/rig/guarded-host.ts';
import { act, done, guarded, lacks, multicast } from './firewall-for-test.ts';

test('BFWL-07, BFWL-09: ufw for real: opened, shared by both roles, and left as it was', {
  skip: noFirewall('ufw'),
  timeout: 120_000,
}, async (t) => {
  const inside = await guarded(t, 'ufw');
  await output(inside(['ufw', 'allow', '22/tcp']));
  const added = () => output(inside(['ufw', 'show', 'added']));
  const rules = () => output(inside(['iptables', '-S']));
  const before = [await added(), await rules()];
  const needs = { https: 8443, multicast };
  assert.deepEqual((await act(inside, 'open', 'server', needs)).backends, ['ufw']);
  const machineNeeds = { multicast, siteAddresses: ['10.0.0.1'] };
  const machine = await act(inside, 'open', 'agent', machineNeeds);
  assert.deepEqual(
    machine.rules.map(({ state }) => state),
    ['open', 'given'],
  );
  assert.match(await rules(), /-A ufw-user-input -p tcp -m tcp --dport 8443 -j ACCEPT/);
  assert.match(await added(), /'Tenkai\(UDP:56100-56227\) Tenkai\(agent UDP:56100-56227\)'/);
  assert.deepEqual((await act(inside, 'open', 'agent', machineNeeds)).commands, []);
  await act(inside, 'close', 'server', needs);
  assert.match(await rules(), /--dports 56100:56227 -j ACCEPT/, 'the machine needs it still');
  await act(inside, 'close', 'agent', machineNeeds);
  assert.deepEqual([await added(), await rules()], before);
});

test('BFWL-03, BFWL-04, BFWL-07, BFWL-11: firewalld for real: in force at once and after a reload, in the zones that are named, and left as it was', {
  skip: noFirewall('firewalld'),
  timeout: 400_000,
}, async (t) => {
  const inside = await guarded(t, 'firewalld');
  // Somebody's rule that a reload would lose.
  await output(inside(['firewall-cmd', '--add-port=9/tcp']));
  const listed = async () => [
    await output(inside(['firewall-cmd', '--list-all'])),
    await output(inside(['firewall-cmd', '--permanent', '--list-all'])),
    await output(inside(['nft', 'list', 'ruleset'])),
  ];
  const before = await listed();
  const machineNeeds = { multicast, siteAddresses: ['10.0.0.1', 'fd00::1'] };
  assert.deepEqual((await act(inside, 'open')).backends, ['firewalld']);
  await act(inside, 'open', 'agent', machineNeeds);
  const ruleset = await output(inside(['nft', 'list', 'table', 'inet', 'firewalld']));
  assert.match(ruleset, /tcp dport 8443 accept/);
  assert.match(ruleset, /udp dport 56100-56227 accept/);
  assert.match(ruleset, /ip saddr 10\.0\.0\.1 icmp type echo-request accept/);
  await act(inside, 'close', 'agent', machineNeeds);
  assert.deepEqual((await act(inside, 'open')).commands, []);
  await act(inside, 'close');
  assert.deepEqual(await listed(), before);

  await done(inside, 'open', '--profile', 'internal');
  await act(inside, 'open');
  assert.equal((await act(inside, 'open')).commands.length, 0, 'a zone that was named keeps its rules');
  const inZones = async () => {
    const zones = await output(inside(['firewall-cmd', '--permanent', '--list-all-zones']));
    return zones.split('\n').filter((line) => line.includes('priority="-7443"')).length;
  };
  assert.equal(await inZones(), 2);
  await done(inside, 'open', '--profile', 'internal');
  assert.equal(await inZones(), 1, 'what is not named is left out');
  await done(inside, 'close');
  assert.equal(await inZones(), 0);
  assert.deepEqual(await listed(), before);

  await act(inside, 'open');
  await output(inside(['firewall-cmd', '--reload']));
  assert.equal(await lacks(inside), 0);
  const rule = 'rule priority="-7443" port port="8443" protocol="tcp" accept';
  await output(inside(['firewall-cmd', `--remove-rich-rule=${rule}`]));
  assert.equal(await lacks(inside), 1);
});
