import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NetworkAddress } from './inventory.ts';
import { bytesBySubnet, subnetOf } from './subnet.ts';

const v4 = (address: string, prefix: number): NetworkAddress => ({ address, prefix, family: 'ipv4' });
const v6 = (address: string, prefix: number): NetworkAddress => ({ address, prefix, family: 'ipv6' });
const card = (isUp: boolean, ...addresses: NetworkAddress[]) => ({ name: 'a', mac: '', addresses, isUp });

test('the subnet of a machine is that of the address by which others reach it', () => {
  const rows: [ReturnType<typeof card>[], string | null][] = [
    [[card(true, v4('10.1.2.3', 24))], '10.1.2.0/24'],
    [[card(true, v4('10.1.2.3', 20))], '10.1.0.0/20'],
    [[card(true, v4('10.1.2.3', 32))], '10.1.2.3/32'],
    [[card(true, v4('10.1.2.3', 0))], '0.0.0.0/0'],
    [[card(false, v4('10.9.9.9', 24)), card(true, v4('10.1.2.3', 24))], '10.1.2.0/24'],
    [[card(true, v6('2001:db8:0:7::5', 64), v4('10.1.2.3', 24))], '10.1.2.0/24'],
    [[card(true, v6('fe80::1', 64), v6('2001:db8:0:7:1:2:3:4', 64))], '2001:db8:0:7::/64'],
    [[card(true, v6('::1:0:0:0:2', 127))], '::1:0:0:0:2/127'],
    [[card(true, v6('2001:db8::1', 0))], '::/0'],
    [[card(true, v4('169.254.1.2', 16))], null],
    [[card(true)], null],
    [[], null],
  ];
  for (const [interfaces, subnet] of rows)
    assert.equal(subnetOf({ hostname: 'x', interfaces }), subnet, JSON.stringify(interfaces));
  assert.equal(subnetOf(undefined), null);
});

test('bytes are summed by subnet, most first, without machines that get none', () => {
  const machines = [
    { subnet: 'a', bytes: 2, lineBytes: 2 },
    { subnet: 'b', bytes: 5, lineBytes: 5 },
    { subnet: 'a', bytes: 2, lineBytes: 0 },
    { subnet: 'b', bytes: 0, lineBytes: 0 },
    { subnet: null, bytes: 1, lineBytes: 1 },
  ];
  assert.deepEqual(bytesBySubnet(machines), [
    { subnet: 'b', machineCount: 1, bytes: 5, lineBytes: 5 },
    { subnet: 'a', machineCount: 2, bytes: 4, lineBytes: 2 },
    { subnet: null, machineCount: 1, bytes: 1, lineBytes: 1 },
  ]);
});
