import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { isInSubnet, parseIpAddress, parseIpSubnet } from './ip-address.ts';

function contains(subnet: string, address: string): boolean | undefined {
  const [wanted, given] = [parseIpSubnet(subnet), parseIpAddress(address)];
  return wanted && given && isInSubnet(given, wanted);
}

test('addresses lie in the subnets that hold them', () => {
  const rows: [string, string, boolean][] = [
    ['10.1.0.0/16', '10.1.255.255', true],
    ['10.1.0.0/16', '10.2.0.0', false],
    ['10.1.2.3/16', '10.1.9.9', true],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['10.1.2.3', '10.1.2.3', true],
    ['10.1.2.3/32', '10.1.2.4', false],
    ['fe80::/10', 'febf::1%eth0', true],
    ['fe80::/10', 'fec0::1', false],
    ['::/0', '10.1.2.3', false],
    ['::ffff:10.0.0.0/104', '::ffff:10.9.9.9', true],
  ];
  for (const [subnet, address, expected] of rows)
    assert.equal(contains(subnet, address), expected, `${subnet} ${address}`);
});

test('what is no subnet is refused', () => {
  for (const text of [
    '10.1.0.0/33',
    '::/129',
    '10.1.0.0/',
    '10.1.0.0/1/2',
    '/8',
    '10.1.0/8',
    '10.1.0.0/-1',
    '10.1.0.0/x',
  ])
    assert.equal(parseIpSubnet(text), undefined, text);
});

test('the platform agrees on what an address is', () => {
  const group = fc.constantFrom('0', '1', 'ffff', '00ff', '12345', 'g', '');
  const v6 = fc.array(group, { minLength: 1, maxLength: 9 }).map((groups) => groups.join(':'));
  const mixed = fc
    .tuple(v6, fc.constantFrom('1.2.3.4', '1.2.3', '256.1.1.1'))
    .map((parts) => parts.join(':'));
  const v4 = fc
    .array(fc.constantFrom('0', '1', '01', '255', '256', ''), { minLength: 1, maxLength: 5 })
    .map((fields) => fields.join('.'));
  fc.assert(
    fc.property(fc.oneof(v4, v6, mixed, fc.ipV4(), fc.ipV6()), (text) => {
      const family = { 0: undefined, 4: 'ipv4', 6: 'ipv6' }[isIP(text)];
      assert.equal(parseIpAddress(text)?.family, family, text);
    }),
    { numRuns: 2000 },
  );
});
