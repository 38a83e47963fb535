import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePortRange } from './rule.ts';
import { type FirewallNeeds, firewallRules } from './rule-table.ts';

const names = (role: 'server' | 'agent', needs: FirewallNeeds) =>
  firewallRules(role, needs).map(({ name }) => name);

test('BFWL-09, BFWL-14: the rules of a server follow its settings and are named in one pattern', () => {
  assert.deepEqual(names('server', { https: 8443 }), ['Tenkai(TCP:8443)']);
  assert.deepEqual(names('server', { https: 443, redirect: 80, multicast: { first: 56100, last: 56227 } }), [
    'Tenkai(TCP:443)',
    'Tenkai(TCP:80)',
    'Tenkai(UDP:56100-56227)',
  ]);
});

test('BFWL-25: the ports of DHCP, TFTP and NFS with its mountd are there while the role is on', () => {
  assert.deepEqual(names('server', { dhcp: true, tftp: true, nfs: { mountd: 1048 } }), [
    'Tenkai(UDP:67)',
    'Tenkai(UDP:4011)',
    'Tenkai(UDP:69)',
    'Tenkai(TCP:111)',
    'Tenkai(UDP:111)',
    'Tenkai(TCP:1048)',
    'Tenkai(UDP:1048)',
    'Tenkai(TCP:2049)',
    'Tenkai(UDP:2049)',
  ]);
  assert.deepEqual(names('server', { dhcp: false, tftp: false }), []);
});

test('BFWL-15, BFWL-21: a machine lets in multicast, and echo requests of its site alone', () => {
  const siteAddresses = ['10.0.0.1', 'FD00:0:0::1', '10.0.0.1', 'fe80::1%eth0', 'tenkai.example', '; drop'];
  assert.deepEqual(names('agent', { https: 443, multicast: { first: 5, last: 5 }, siteAddresses }), [
    'Tenkai(agent UDP:5)',
    'Tenkai(agent ICMPv4:10.0.0.1)',
    'Tenkai(agent ICMPv6:fd00::1)',
  ]);
  assert.deepEqual(names('agent', { https: 443 }), []);
});

test('ranges of ports are read, or refused', () => {
  assert.deepEqual(parsePortRange('443'), { first: 443, last: 443 });
  assert.deepEqual(parsePortRange(' 56100-56227 '), { first: 56100, last: 56227 });
  for (const bad of ['', '0', '70000', '9-8', '1-2-3', '1,2', 'x', '-5', '1-70000'])
    assert.equal(parsePortRange(bad), undefined, bad);
});
