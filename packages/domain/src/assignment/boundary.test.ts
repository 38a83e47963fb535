import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Boundary, matchBoundary, parseAddressSpan } from './boundary.ts';

const made = (range: string, siteCode: string, isForAssignment = true): Boundary => ({
  name: range,
  range,
  siteCode,
  managementPoint: null,
  isForAssignment,
});

const plan = [
  made('10.0.0.0/8', 'TK1'),
  made('10.1.0.0/16', 'OSA'),
  made('10.1.5.10-10.1.5.19', 'NGY'),
  made('10.2.0.0/16', 'OFF', false),
  made('2001:db8:1::/48', 'SIX'),
];

const cases: readonly [addresses: readonly string[], siteCode: string | undefined][] = [
  [['10.3.0.1'], 'TK1'],
  [['10.1.9.9'], 'OSA'],
  [['10.1.5.10'], 'NGY'],
  [['10.1.5.19'], 'NGY'],
  [['10.1.5.20'], 'OSA'],
  // Not used to assign machines: the larger one holds.
  [['10.2.0.1'], 'TK1'],
  [['192.0.2.1'], undefined],
  [['192.0.2.1', '10.1.5.12'], 'NGY'],
  [['2001:db8:1:2::3'], 'SIX'],
  [['2001:db8:2::1'], undefined],
  // A range of ten addresses is narrower than a /48, which counts as a /8 of IPv4.
  [['2001:db8:1::1', '10.1.5.11'], 'NGY'],
  [['fe80::1%eth0', '127.0.0.1', '::1'], undefined],
  [['not an address'], undefined],
  [[], undefined],
];

test('SITE-16: the narrowest boundary that is used for assignment holds one of the addresses', () => {
  for (const [addresses, siteCode] of cases)
    assert.equal(matchBoundary(addresses, plan)?.boundary.siteCode, siteCode, addresses.join(' '));
});

test('addresses that every machine has assign nobody', () => {
  const all = [made('0.0.0.0/0', 'ALL'), made('::/0', 'ALL')];
  assert.equal(matchBoundary(['127.0.0.1', '169.254.3.4', '::1', 'fe80::1'], all), undefined);
  assert.equal(matchBoundary(['127.0.0.1', '192.0.2.1'], all)?.address, '192.0.2.1');
});

test('ranges that are none', () => {
  for (const text of [
    '',
    '10.0.0.0/33',
    '10.0.0.9-10.0.0.1',
    '10.0.0.1-',
    '10.0.0.1-2001:db8::1',
    '1-2',
    'fe80::1%eth0',
    '10.0.0.0/8/9',
    '10.0.0.1-10.0.0.2-10.0.0.3',
    '10.01.0.0/16',
  ])
    assert.equal(parseAddressSpan(text), undefined, text);
  const span = parseAddressSpan('10.1.2.3/16');
  assert.deepEqual([span?.first, span?.last], [0x0a010000n, 0x0a01ffffn]);
});
